"""The web server of the rehearsal: `python -m rehearse.serve SOCKET CLOCK`, with the settings on
standard input.

The same server as in production, with two processes, so that both cores work and the database meets
several of them. Only its application has another clock.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication

from annualwheel import create_app
from config import Settings
from rehearse.clock import FastClock

PROCESSES, THREADS = 2, 4


class Web(BaseApplication):  # type: ignore[misc]
    """Gunicorn on the listening socket it inherits."""

    def __init__(self, settings: Settings, clock: Path, socket: int) -> None:
        self.settings, self.clock, self.socket = settings, clock, socket
        super().__init__()

    def load_config(self) -> None:
        """No log of requests: addresses hold the tokens of personal links."""
        settings = {
            "bind": f"fd://{self.socket}",
            "workers": PROCESSES,
            "threads": THREADS,
            "worker_class": "gthread",
            "control_socket_disable": True,
            "accesslog": None,
            "loglevel": "warning",
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, once in each process."""
        return create_app(self.settings, FastClock(self.clock))


if __name__ == "__main__":
    # Written by the rehearsal that started this process.
    Web(pickle.load(sys.stdin.buffer), Path(sys.argv[2]), int(sys.argv[1])).run()  # noqa: S301

"""A web process of the rehearsal: `python -m rehearse.serve SOCKET CLOCK`, with the settings on standard input.

There are two of them, as in production, so that both cores work and the database meets several processes.
"""
from __future__ import annotations

import gc
import pickle
import sys
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from annualwheel import create_app
from rehearse.clock import FastClock

HOST = "127.0.0.1"


class Quiet(WSGIRequestHandler):
    """Keeps connections open between requests, and writes no log: addresses hold the tokens of personal links."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


def main(socket: int, clock: Path) -> None:
    """Serves until the process is ended. `socket` is the listening one, inherited."""
    settings = pickle.load(sys.stdin.buffer)  # noqa: S301 written by the rehearsal that started this process
    server = make_server(HOST, 0, create_app(settings, FastClock(clock)), threaded=True, request_handler=Quiet, fd=socket)
    gc.freeze()
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))

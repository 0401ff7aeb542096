"""Puts a copy back in a process that is killed in the middle: `python -m tests.killed_restorer
DATABASE_URL QUEUE COPY COMMITS`. It dies, as by kill -9, just before that commit.
"""

from __future__ import annotations

import os
import signal
import sys

import sqlalchemy as sa

from annualwheel import create_app
from config import Settings
from tests.conftest import Fixed


def main(database_url: str, queue: str, copy: str, commits: str) -> None:
    """As the command does, up to a point."""
    app = create_app(
        Settings(
            secret_keys=("k" * 40,),
            environment="test",
            database_url=database_url,
            queue_url=queue,
            base_url="http://localhost",
        ),
        Fixed(),
    )
    left = iter(range(int(commits)))

    @sa.event.listens_for(sa.Engine, "commit")
    def _die(_connection: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    app.test_cli_runner().invoke(args=["restore", copy])


if __name__ == "__main__":
    main(*sys.argv[1:])

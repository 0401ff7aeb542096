"""Writes an import in a process that is killed in the middle: `python -m tests.killed_importer
DATABASE_URL QUEUE IMPORT COMMITS`. It dies, as by kill -9, just before that commit.
"""

from __future__ import annotations

import os
import signal
import sys

import sqlalchemy as sa

from annualwheel import create_app
from annualwheel.db import db
from annualwheel.jobs import importing
from config import Settings
from tests.conftest import Fixed


def main(database_url: str, queue: str, import_id: str, commits: str) -> None:
    """As the job does, up to a point."""
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
    with app.app_context():

        @sa.event.listens_for(db.engine, "commit")
        def _die(_connection: object) -> None:
            if next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        importing.carry_on(int(import_id))


if __name__ == "__main__":
    main(*sys.argv[1:])

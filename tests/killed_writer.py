"""Writes a large mailing in a process that a test can kill: `python -m tests.killed_writer
DATABASE_URL QUEUE MAILING BATCH MINUTES`.

Its clock runs MINUTES ahead, so that the lease of the one killed before has run out.
"""

from __future__ import annotations

import datetime as dt
import sys

from annualwheel import create_app
from annualwheel.jobs import building
from annualwheel.mailings import sending
from config import Settings
from tests.conftest import Fixed


def main(database_url: str, queue: str, mailing_id: str, batch: str, minutes: str) -> None:
    """As the job does, in small batches."""
    clock = Fixed()
    clock.advance(dt.timedelta(minutes=int(minutes)))
    app = create_app(
        Settings(
            secret_keys=("k" * 40,),
            environment="test",
            database_url=database_url,
            queue_url=queue,
            base_url="http://localhost",
        ),
        clock,
    )
    sending.BATCH = int(batch)
    with app.app_context():
        building.prepare(int(mailing_id))


if __name__ == "__main__":
    main(*sys.argv[1:])

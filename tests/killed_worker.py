"""A worker in a process of its own that a test can kill: `python -m tests.killed_worker
DATABASE_URL SMTP_PORT QUEUE MINUTES`.

Its clock runs MINUTES ahead, so that the leases of the one killed before have run out.
"""

from __future__ import annotations

import datetime as dt
import sys
import threading

from annualwheel import create_app
from annualwheel.jobs import sending
from config import Settings


class Ahead:
    """The system's clock, so many minutes ahead."""

    def __init__(self, minutes: int) -> None:
        self.by = dt.timedelta(minutes=minutes)

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.by


def main(database_url: str, port: str, queue: str, minutes: str) -> None:
    """Empties the outbox with two threads."""
    app = create_app(
        Settings(
            secret_keys=("k" * 40,),
            environment="test",
            database_url=database_url,
            queue_url=queue,
            mail_port=int(port),
            mail_allow=("example",),
            base_url="http://localhost",
        ),
        Ahead(int(minutes)),
    )

    def drain() -> None:
        with app.app_context():
            sending.drain_outbox()

    threads = [threading.Thread(target=drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])

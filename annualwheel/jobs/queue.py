"""The job queue: Huey carries ids, the truth is in our tables."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from huey.storage import SqliteStorage

from annualwheel.engines import make_private
from annualwheel.services import enqueue, services
from config import Settings


def create_queue(settings: Settings) -> Huey:
    """The queue that `QUEUE_URL` names: sqlite:/// (a file of its own), postgresql:// or redis://.

    Messages are signed: Huey pickles.
    """
    # Whoever can write to the queue could otherwise run code here. A new key makes queued messages
    # unreadable; the sweep queues their ids again.
    serializer = SignedSerializer(secret=settings.secret_keys[0])
    scheme = urlsplit(settings.queue_url).scheme
    if scheme == "sqlite":
        path = Path(settings.queue_url.removeprefix("sqlite:///"))
        make_private(path)
        return SqliteHuey(
            "arshjulet",
            storage_class=UnhurriedStorage,
            filename=str(path),
            results=False,
            serializer=serializer,
        )
    if scheme.startswith("postgresql"):
        # The driver's name is for SQLAlchemy; the server's own library does not know it.
        dsn = settings.queue_url.replace("+psycopg", "")
        return PostgresHuey("arshjulet", dsn=dsn, results=False, serializer=serializer)
    return RedisHuey("arshjulet", url=settings.queue_url, results=False, serializer=serializer)


def queue_of(app: Flask) -> Huey:
    """The application's queue, for the consumer's command line."""
    with app.app_context():
        return services().queue


def start_drains() -> None:
    """Asks as many workers as there are connections to empty the outbox: one task for each."""
    for _ in range(services().settings.mail_connections):
        enqueue("drain")


class UnhurriedStorage(SqliteStorage):  # type: ignore[misc]
    """The queue's file, without a wait for the disk at each job that comes and goes.

    A power cut may take the last ones, which the sweep queues again, and leaves the file whole
    (https://sqlite.org/pragma.html#pragma_synchronous: "normal" with a write-ahead log).
    """

    def _create_connection(self) -> Any:
        connection = super()._create_connection()
        connection.execute("pragma synchronous=normal")
        return connection


class EmbeddedConsumer(Consumer):  # type: ignore[misc]
    """Huey's consumer inside the web process, where the signals belong to the web server."""

    # Only the main thread may set handlers, and this consumer runs in another.
    def _set_signal_handlers(self) -> None:
        pass


def start_embedded(app: Flask, lock_file: Path) -> None:
    """Starts the consumer in a daemon thread of this web process.

    A file lock makes it one a machine; when its holder dies another process takes over.
    """
    with app.app_context():
        workers, queue = services().settings.mail_connections, services().queue

    def run() -> None:
        with lock_file.open("w") as held:
            # The kernel releases it when the process dies, however it dies.
            fcntl.flock(held, fcntl.LOCK_EX)
            # By default, polling a queue in SQLite backs off to ten seconds, and mails wait for it.
            consumer = EmbeddedConsumer(
                queue, workers=workers, max_delay=1.0, backoff=1.1, check_worker_health=False
            )
            consumer.run()

    # A daemon, so that the web server can stop without waiting for it.
    threading.Thread(target=run, name="embedded-consumer", daemon=True).start()

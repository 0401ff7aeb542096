"""The job engine: Huey carries ids, the truth is in our tables. Also the one commit at the edge."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from flask import Flask, current_app
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.serializer import SignedSerializer

from annualwheel import (
    announcements,
    audit,
    delivery,
    erasure,
    mailings,
    outbox,
    reminders,
    retention,
)
from annualwheel.db import db
from annualwheel.house import house
from annualwheel.models import Mailing, Message
from annualwheel.registrations import offers
from annualwheel.ticks import first_this_minute
from annualwheel.workshop import packs
from config import Settings

log = structlog.get_logger()


def create_queue(settings: Settings) -> Huey:
    """The queue that `QUEUE_URL` names: sqlite:/// (a file of its own), postgresql:// or redis://.

    Messages are signed: Huey pickles.
    """
    serializer = SignedSerializer(secret=settings.secret_keys[0])
    scheme = urlsplit(settings.queue_url).scheme
    if scheme == "sqlite":
        path = Path(settings.queue_url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("arshjulet", filename=str(path), results=False, serializer=serializer)
    if scheme.startswith("postgresql"):
        dsn = settings.queue_url.replace("+psycopg", "")
        return PostgresHuey("arshjulet", dsn=dsn, results=False, serializer=serializer)
    return RedisHuey("arshjulet", url=settings.queue_url, results=False, serializer=serializer)


def queue_of(app: Flask) -> Huey:
    """The application's queue, for the consumer's command line."""
    with app.app_context():
        return house().queue


def register(app: Flask) -> None:
    """Gives the application its tasks.

    A task opens one app context and short transactions; it is given ids only.
    """
    queue = queue_of(app)

    @queue.task(name="send")
    def send(ids: list[int]) -> None:
        with app.app_context():
            send_mails(ids)

    @queue.task(name="drain")
    def drain() -> None:
        with app.app_context():
            drain_outbox()

    @queue.task(name="build_pack")
    def build_pack(pack_id: int) -> None:
        with app.app_context():
            build(pack_id)

    @queue.task(name="prepare_mailing")
    def prepare_mailing(mailing_id: int) -> None:
        with app.app_context():
            prepare(mailing_id)

    @queue.periodic_task(crontab(), name="sweep")
    def sweep() -> None:
        with app.app_context():
            sweep_minute()

    app.extensions["tasks"] = {
        "send": send,
        "drain": drain,
        "build_pack": build_pack,
        "prepare_mailing": prepare_mailing,
    }


def enqueue(task: str, *arguments: object) -> None:
    """Puts a task on the queue.

    When the queue is out of reach the sweeper finds the work within a minute.
    """
    try:
        current_app.extensions["tasks"][task](*arguments)
    except Exception:
        log.warning("queue_out_of_reach", task=task, exc_info=True)


def commit() -> None:
    """The one commit of a request: commits, then hands the mails it put to the queue in chunks."""
    db.session.flush()
    ids = outbox.take_queued()
    db.session.commit()
    for start in range(0, len(ids), outbox.CHUNK):
        enqueue("send", ids[start : start + outbox.CHUNK])


def start_drains() -> None:
    """Asks as many workers as there are connections to empty the outbox: one task for each."""
    for _ in range(house().settings.mail_connections):
        enqueue("drain")


def worker_name() -> str:
    """This worker, as the lease notes it."""
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def send_mails(ids: list[int]) -> None:
    """Sends those of the mails that are due and free."""
    with delivery.open_connection(house().settings) as connection:
        _send(connection, ids)


def drain_outbox() -> None:
    """Sends everything that is due, chunk after chunk, over one connection."""
    with delivery.open_connection(house().settings) as connection:
        while _send(connection, None):
            pass


def _send(connection: delivery.Connection, ids: list[int] | None) -> bool:
    """Claims one chunk, commits, sends it and marks each mail by itself.

    What there is no time for is given back. Never holds a transaction while speaking SMTP. Returns
    whether anything was done.
    """
    messages = outbox.claim(worker_name(), house().clock.now(), ids)
    wanted = reminders.wanted(messages)
    for message in messages:
        if message not in wanted:
            outbox.mark_dropped(message)
    db.session.commit()
    while wanted and _has_time(wanted[0]):
        _deliver(connection, wanted.pop(0))
        db.session.commit()
    outbox.give_back(wanted)
    db.session.commit()
    return len(wanted) < len(messages)


def _has_time(message: Message) -> bool:
    if message.lease_until is None:
        return False
    return house().clock.now() + outbox.MARGIN < message.lease_until


def _deliver(connection: delivery.Connection, message: Message) -> None:
    now = house().clock.now()
    result = connection.send(delivery.envelope(message, house().letterhead, house().signet, now))
    if result.state == "sent":
        outbox.mark_sent(message, now)
    elif result.state == "withheld":
        outbox.mark_withheld(message, now)
    elif result.state == "failed":
        outbox.mark_failed(message, result.error)
    else:
        outbox.mark_later(message, result.error, now)
    log.info(
        "mail",
        message=message.public_id,
        kind=message.kind,
        state=message.state,
        attempt=message.attempts,
    )


def build(pack_id: int) -> None:
    """Builds a pack that is queued.

    A failure is noted on it, shown to the one who waits, and logged.
    """
    try:
        packs.build(pack_id, house().clock)
    except Exception:
        db.session.rollback()
        packs.mark_failed(pack_id)
        db.session.commit()
        log.exception("pack_failed", pack=pack_id)


def prepare(mailing_id: int) -> None:
    """Writes the mails of a large mailing in batches, then has them sent.

    One short transaction for each batch. Can be run again at any time.
    """
    mailing = db.session.get_one(Mailing, mailing_id)
    if mailing.kind in announcements.KINDS:
        while announcements.write_next(mailing, house().clock.now()):
            db.session.commit()
    else:
        _prepare_order(mailing)
    db.session.commit()
    start_drains()


def _prepare_order(mailing: Mailing) -> None:
    rows = mailings.remaining(mailing, house().clock.now())
    db.session.commit()
    for start in range(0, len(rows), mailings.BATCH):
        batch = rows[start : start + mailings.BATCH]
        if not mailings.write_batch(mailing, batch, house().clock.now()):
            break
        db.session.commit()
    else:
        mailings.finish_preparing(mailing)


def sweep_minute() -> None:
    """Sends what is due and takes up packs and mailings that were left.

    Once a minute, whoever's scheduler comes first. Once an hour it erases what is older than it may
    be.
    """
    now = house().clock.now()
    if not first_this_minute("sweep", now):
        return
    if outbox.any_due(now):
        start_drains()
    for pack in db.session.scalars(packs.left_behind(now)):
        enqueue("build_pack", pack.id)
    for mailing_id in mailings.left_behind(now):
        enqueue("prepare_mailing", mailing_id)
    packs.give_up(now)
    mailings.close_finished()
    db.session.commit()
    lapse_offers(now)
    if now.minute == 0:
        erase_old(now)
    db.session.commit()


def lapse_offers(now: dt.datetime) -> None:
    """Ends the offered seats that nobody has answered in time.

    A short transaction for each meeting, since it holds the meeting's lock.
    """
    for meeting in offers.due(now):
        offers.lapse_due(meeting, now)
        commit()


def erase_old(
    now: dt.datetime, actor: audit.Actor = audit.SYSTEM, batches: int = 1000
) -> dict[str, int]:
    """Erases what we have promised not to keep; returns how many of each kind went.

    A batch in a transaction, at most so many batches of each kind. The trail notes the same.
    """
    erasure.finish()
    gone: dict[str, int] = {}
    for key, rule in retention.RULES.items():
        count = _erase_batches(rule, now, batches)
        if count:
            gone[key] = count
    if gone:
        retention.note(gone, actor, now)
    db.session.commit()
    return gone


def _erase_batches(rule: retention.Rule, now: dt.datetime, batches: int) -> int:
    total = 0
    for _batch in range(batches):
        count = retention.erase(rule, now)
        if not count:
            break
        total += count
        db.session.commit()
    return total


class EmbeddedConsumer(Consumer):  # type: ignore[misc]
    """Huey's consumer inside the web process, where the signals belong to the web server."""

    def _set_signal_handlers(self) -> None:
        pass


def start_embedded(app: Flask, lock_file: Path) -> None:
    """Starts the consumer in a daemon thread of this web process.

    A file lock makes it one a machine; when its holder dies another process takes over.
    """
    with app.app_context():
        workers, queue = house().settings.mail_connections, house().queue

    def run() -> None:
        with lock_file.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            consumer = EmbeddedConsumer(
                queue, workers=workers, max_delay=1.0, backoff=1.1, check_worker_health=False
            )
            consumer.run()

    threading.Thread(target=run, name="embedded-consumer", daemon=True).start()

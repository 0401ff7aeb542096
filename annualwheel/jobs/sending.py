"""Sending what is due: claim, commit, speak SMTP, mark."""

from __future__ import annotations

import os
import socket
import threading

import structlog

from annualwheel.db import db
from annualwheel.mail import delivery, outbox
from annualwheel.mailings import relevance
from annualwheel.models import Message
from annualwheel.services import services

log = structlog.get_logger()


def worker_name() -> str:
    """The name of this worker in a lease.

    It names the thread too: a worker may give back its own leases only.
    """
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def send_mails(ids: list[int]) -> None:
    """Sends those of the mails that are due and free."""
    with delivery.open_connection(services().settings) as connection:
        _send(connection, ids)


def drain_outbox() -> None:
    """Sends everything that is due, chunk after chunk, over one connection."""
    with delivery.open_connection(services().settings) as connection:
        while _send(connection, None):
            pass


def _send(connection: delivery.Connection, ids: list[int] | None) -> bool:
    """Claims one chunk, commits, sends it and marks each mail by itself.

    It gives back what there is no time for. It never holds a transaction while speaking SMTP: on
    SQLite a slow mail server would stop every writer. Returns whether anything was done.
    """
    messages = outbox.claim(worker_name(), services().clock.now(), ids)
    wanted = relevance.wanted(messages)
    for message in messages:
        if message not in wanted:
            outbox.mark_dropped(message)
    db.session.commit()
    while wanted and _has_time(wanted[0]):
        # One commit for each mail: a worker that is killed leaves one at most that is sent again.
        _deliver(connection, wanted.pop(0))
        db.session.commit()
    outbox.give_back(wanted)
    db.session.commit()
    return len(wanted) < len(messages)


def _has_time(message: Message) -> bool:
    if message.lease_until is None:
        return False
    return services().clock.now() + outbox.MARGIN < message.lease_until


def _deliver(connection: delivery.Connection, message: Message) -> None:
    now = services().clock.now()
    result = connection.send(
        delivery.envelope(message, services().letterhead, services().link_signer, now)
    )
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

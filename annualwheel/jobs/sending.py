"""Sending what is due: claim, commit, speak SMTP, mark."""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from collections.abc import Sequence

import structlog

from annualwheel import audit
from annualwheel.db import db
from annualwheel.jobs.queue import start_drains
from annualwheel.mail import claiming, delivery, outbox, standstill
from annualwheel.mail.delivery import DeliveryResult
from annualwheel.mailings import relevance, sending
from annualwheel.models import Message
from annualwheel.services import services
from annualwheel.transactions import at_once

log = structlog.get_logger()


def worker_name() -> str:
    """The name of this worker in a lease.

    It names the thread too: a worker may give back its own leases only.
    """
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def send_mails(ids: list[int]) -> None:
    """Sends those of the mails that are due and free."""
    with delivery.open_connection(services().settings) as connection:
        Worker(connection).send(ids)


def drain_outbox() -> None:
    """Sends everything that is due, chunk after chunk, over one connection."""
    with delivery.open_connection(services().settings) as connection:
        worker = Worker(connection)
        while worker.send():
            pass


class Worker:
    """One worker with its connection.

    `has_turn`: it tries the server again after a standstill. `heard_at`: when the server last
    listened to it. `is_blocked`: the server takes nothing from it.
    """

    def __init__(self, connection: delivery.Connection) -> None:
        self.connection = connection
        self.has_turn = False
        self.is_blocked = False
        self.heard_at: dt.datetime | None = None

    def send(self, ids: Sequence[int] | None = None) -> bool:
        """Claims one chunk, commits, sends it and marks each mail by itself.

        It gives back what there is no time for, and what a server that is away has not taken. It
        never holds a transaction while speaking SMTP: on SQLite a slow mail server would stop every
        writer. Returns whether to go on.
        """
        messages = self._claim(ids)
        wanted = relevance.wanted(messages, services().clock.now())
        for message in messages:
            if message not in wanted:
                outbox.mark_dropped(message)
        db.session.commit()
        while wanted and not self.is_blocked and _has_time(wanted[0]):
            # One commit for each mail: a worker that is killed leaves one at most that is sent
            # again.
            if self._deliver(wanted[0]):
                wanted.pop(0)
            db.session.commit()
        claiming.give_back(wanted)
        db.session.commit()
        return not self.is_blocked and len(wanted) < len(messages)

    def _claim(self, ids: Sequence[int] | None) -> list[Message]:
        now = services().clock.now()
        found = claiming.claim(worker_name(), now, ids, has_turn=self.has_turn)
        # Nothing to do, or nothing that may be done: only then it costs a look.
        if not found and not self.has_turn and self._may_go_on(now):
            found = claiming.claim(worker_name(), now, ids, has_turn=self.has_turn)
        if not found and self.has_turn:
            # There was nothing to try the server with: the next mail tries it at once.
            standstill.try_now(now)
            self.has_turn = False
        return found

    def _may_go_on(self, now: dt.datetime) -> bool:
        """Whether mail that waits for the server may be taken after all."""
        stands = standstill.current()
        if stands is None:
            return False
        if self.heard_at is not None and self.heard_at > stands.failed_at:
            # Another's connection was one too many: the server has listened to us since.
            standstill.end()
            return True
        self.has_turn = standstill.take_turn(now)
        return self.has_turn

    def _deliver(self, message: Message) -> bool:
        """Sends one mail; False when it is not about the mail, which is to be given back."""
        now = services().clock.now()
        result = self.connection.send(
            delivery.envelope(message, services().letterhead, services().link_signer, now)
        )
        if result.was_heard:
            self._was_heard(now)
        done = True
        if result.state == "blocked":
            done = self._was_blocked(message, result, now)
        else:
            _mark(message, result, now)
        log.info(
            "mail",
            message=message.public_id,
            kind=message.kind,
            state=message.state if done else result.state,
            attempt=message.attempts,
            stage=result.stage,
        )
        return done

    def _was_heard(self, now: dt.datetime) -> None:
        self.heard_at = now
        if self.has_turn:
            self.has_turn = False
            standstill.end()
            db.session.commit()
            start_drains()

    def _was_blocked(self, message: Message, result: DeliveryResult, now: dt.datetime) -> bool:
        """The server takes nothing from us: all mail waits, and a mailing that it is of no use to
        try again stops.

        Returns whether the mail is done with for now. One that the server refused at its recipient
        waits by itself: else the same mail would be tried first each time, and keep all the others
        back.
        """
        waits_alone = result.stage in delivery.ABOUT_A_RECIPIENT
        if waits_alone:
            outbox.mark_later(message, result.error, now, in_doubt=result.in_doubt)
        # Others have got through since it was refused the first time.
        is_alone = waits_alone and message.attempts > 1 and standstill.current() is None
        if is_alone:
            return True
        self.is_blocked = True
        standstill.note(result.stage, result.error, result.for_good, now)
        if result.for_good and message.mailing_id is not None:
            sending.stop(message.mailing_id, result.error, now, audit.SYSTEM)
        return waits_alone


def _has_time(message: Message) -> bool:
    if message.lease_until is None:
        return False
    return services().clock.now() + claiming.MARGIN < message.lease_until


def _mark(message: Message, result: DeliveryResult, now: dt.datetime) -> None:
    """Notes what became of a mail that the server has answered about, or that never got there."""
    # Refused for good, perhaps since it comes from us. The second time it is about this recipient:
    # had it been about us, nothing would have been tried.
    at_last = result.state == "later" and result.for_good and message.attempts > 1
    if result.state == "sent":
        # By far the most common: one statement, and one trip to a database server.
        with at_once():
            outbox.mark_sent(message, now)
            db.session.commit()
    elif result.state == "withheld":
        outbox.mark_withheld(message, now)
    elif result.state == "failed" or at_last:
        outbox.mark_failed(message, result.error)
    else:
        outbox.mark_later(message, result.error, now, in_doubt=result.in_doubt)

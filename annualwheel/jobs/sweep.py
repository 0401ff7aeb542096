"""The work of each minute and each hour."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Mapping, Sequence

from annualwheel import audit, machine_clocks
from annualwheel.clock import ahead_of_shared
from annualwheel.contacts.imports import leases as import_leases
from annualwheel.db import db
from annualwheel.jobs.once import claim_minute
from annualwheel.jobs.queue import start_drains
from annualwheel.mail import claiming, requests
from annualwheel.mailings import sending
from annualwheel.participation import offers
from annualwheel.privacy import erasure, retention
from annualwheel.services import enqueue, services
from annualwheel.unit_of_work import commit
from annualwheel.workshop import packs

# What a lost job left, by the task that takes it up again.
LEFT_BEHIND: Mapping[str, Callable[[dt.datetime], Sequence[int]]] = {
    "answer": requests.left_behind,
    "build_pack": packs.left_behind,
    "prepare_mailing": sending.left_behind,
    "carry_on_import": import_leases.left_behind,
}


def sweep_minute() -> None:
    """Sends what is due and takes up what jobs have left.

    It runs once a minute, for the scheduler that comes first. Once an hour it erases what has been
    kept long enough.
    """
    now = services().clock.now()
    # By every machine, before one of them is chosen: each knows its own clock only.
    machine_clocks.note(socket.gethostname(), ahead_of_shared(services().clock), now)
    db.session.commit()
    if not claim_minute("sweep", now):
        return
    # The queue may have lost ids, or a worker may have died between its commit and the queue.
    if claiming.any_due(now):
        start_drains()
    packs.give_up(now)
    import_leases.give_up(now)
    for task, left_behind in LEFT_BEHIND.items():
        for row_id in left_behind(now):
            enqueue(task, row_id)
    while sending.give_up(now):
        # Other writers wait for one batch at most.
        db.session.commit()
    sending.close_finished()
    db.session.commit()
    # After the commit, since it takes the locks of meetings: nothing else may wait with them.
    lapse_offers(now)
    if now.minute == 0:
        erase_old(now)
    db.session.commit()


def lapse_offers(now: dt.datetime) -> None:
    """Ends the offers of seats that nobody has answered in time.

    A short transaction for each meeting, since it holds the meeting's lock.
    """
    for meeting in offers.due(now):
        offers.lapse_due(meeting, now)
        commit()


def erase_old(
    now: dt.datetime, actor: audit.Actor = audit.SYSTEM, batches: int = 1000
) -> dict[str, int]:
    """Erases what we have promised not to keep; returns how many of each kind went.

    Each batch is a transaction, with at most `batches` of each kind. The trail notes the counts.
    """
    # Mails to erased people that were on their way then have gone since, and are emptied now.
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
        # Other writers wait for one batch at most.
        db.session.commit()
    return total

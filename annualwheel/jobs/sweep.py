"""What happens by itself each minute and each hour."""

from __future__ import annotations

import datetime as dt

from annualwheel import audit
from annualwheel.db import db
from annualwheel.jobs.once import claim_minute
from annualwheel.jobs.queue import start_drains
from annualwheel.mail import outbox
from annualwheel.mailings import sending
from annualwheel.participation import offers
from annualwheel.privacy import erasure, retention
from annualwheel.services import enqueue, services
from annualwheel.unit_of_work import commit
from annualwheel.workshop import packs


def sweep_minute() -> None:
    """Sends what is due and takes up packs and mailings that were left.

    Once a minute, whoever's scheduler comes first. Once an hour it erases what is older than it may
    be.
    """
    now = services().clock.now()
    if not claim_minute("sweep", now):
        return
    if outbox.any_due(now):
        start_drains()
    for pack in db.session.scalars(packs.left_behind(now)):
        enqueue("build_pack", pack.id)
    for mailing_id in sending.left_behind(now):
        enqueue("prepare_mailing", mailing_id)
    packs.give_up(now)
    sending.close_finished()
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

"""A mail server that takes nothing: what waits, what has stopped, and what never left."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.db import db
from annualwheel.mail import claiming, outbox, standstill, waiting
from annualwheel.mail import states as mail_states
from annualwheel.mailings import drafts, sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import planning
from annualwheel.models import Mailing, Meeting, Message, Staff
from scenes.world import DAY, START, World
from scenes.worlds import turns

REPLY = "454 4.7.0 Temporary authentication failure: connection to the directory timed out"
WHY = "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
PEOPLE = ("Alva Provsson", "Nils Påhittsson", "Märta Testberg", "Örjan Ängprov", "Ida Mallander")


def make(world: World) -> None:
    """One mailing waits for the server, one has stopped by itself, mails of a third never left."""
    karin = world.hire("coordinator", "Karin Exempel")
    world.hire("administrator", "Ada Exempel")
    plan = {kind: turns.at(day) for kind, day in turns.DAYS.items()}
    year = planning.create_year(2027, plan, START - 60 * DAY, audit.SYSTEM)
    for meeting in year.meetings:
        planning.set_phases(meeting, turns.OPEN, START - 60 * DAY, audit.SYSTEM)
        for name in PEOPLE:
            world.invite("guest", meeting, name, "Hagfors kommun")
    db.session.execute(sa.update(Message).values(state="sent", sent_at=Message.queued_at))
    work, direction, conference = year.meetings
    _never_left(world, work, karin)
    _stopped(world, direction, karin)
    _waits(world, conference, karin)


def _never_left(world: World, meeting: Meeting, karin: Staff) -> None:
    mails = _mails_of(_reminder(meeting, karin))
    mails[0].may_have_left = True
    for message in mails[:4]:
        waiting.expire(message)
    mail_states.step(mails[4], "stop")
    for message in mails:
        message.queued_at -= 5 * DAY
    # Whoever has heard nothing can be reminded again, and the test of that is on its way.
    drafts.send_test(MailingDraft(meeting, "reminder"), drafts.ANYONE, karin, START)
    world.names |= {"expired_mail": mails[1].public_id, "dropped_mail": mails[4].public_id}


def _stopped(world: World, meeting: Meeting, karin: Staff) -> None:
    mailing = _reminder(meeting, karin)
    mails = _mails_of(mailing)
    claiming.claim("scenes", START, [mails[0].id])
    outbox.mark_sent(mails[0], START)
    sending.stop(mailing.id, WHY, START, audit.SYSTEM)
    world.names["stopped"] = mailing.public_id


def _waits(world: World, meeting: Meeting, karin: Staff) -> None:
    mailing = _reminder(meeting, karin)
    standstill.note("auth", REPLY, False, START)
    world.names |= {"waits": mailing.public_id, "waiting_mail": _mails_of(mailing)[0].public_id}


def _reminder(meeting: Meeting, karin: Staff) -> Mailing:
    draft = MailingDraft(meeting, "reminder")
    count = len(drafts.recipients(draft, START))
    key = f"scene-{meeting.kind}"
    return sending.confirm(draft, key, count, audit.staff(karin.id), START)


def _mails_of(mailing: Mailing) -> Sequence[Message]:
    mails = sa.select(Message).where(Message.mailing_id == mailing.id)
    return db.session.scalars(mails.order_by(Message.id)).all()

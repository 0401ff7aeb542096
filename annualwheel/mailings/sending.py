"""One act of sending to many: confirmed with the number, written once, paused, followed."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings import drafts, recipients
from annualwheel.mailings.drafts import MailingDraft
from annualwheel.meetings import results
from annualwheel.models import (
    Mailing,
    Member,
    Message,
    Organisation,
    Person,
    Registration,
    Staff,
    Submission,
)
from annualwheel.preparation import membership
from annualwheel.preparation import notices as preparing
from annualwheel.registrations import invitations, notices, seats
from annualwheel.registrations.audiences import Addressee, Choice
from annualwheel.wording import dates

SMALL = 200
BATCH = 200
# A mailing whose job was lost is taken up again; two jobs on the same one do no harm, only work.
LEFT_BEHIND = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class MailingProgress:
    """How far a mailing has come, in mails.

    `skipped` were meant but no longer wanted when it was written.
    """

    total: int
    sent: int
    waiting: int
    failed: int
    withheld: int
    dropped: int
    skipped: int

    @property
    def handled(self) -> int:
        """Those that need no more work by the machine."""
        return self.total - self.waiting


def confirm(
    order: MailingDraft, confirm_key: str, expected: int, by: Staff, now: dt.datetime
) -> Mailing:
    """Sends: a small mailing is written here, a large one is left to a job (`preparing`).

    The same key gives the same mailing.

    Raises `Refused`: "test_needed" when the text has not been tested, "nobody_left",
    "more_recipients" when there are more than the number that was confirmed; and as
    `require_possible`.
    """
    same = sa.select(Mailing).where(Mailing.confirm_key == confirm_key)
    found = db.session.scalar(same)
    if found is not None:
        return found
    if drafts.tested_at(order, by, now) is None:
        raise Refused("test_needed")
    seats.lock(order.meeting)
    chosen = drafts.recipients(order, now)
    if not chosen:
        raise Refused("nobody_left")
    count = len(chosen)
    if count > expected:
        raise Refused("more_recipients", count=count)
    mailing = _made(order, confirm_key, expected, by, now)
    try:
        with db.session.begin_nested():
            db.session.add(mailing)
    except IntegrityError:
        return db.session.scalars(same).one()
    if count <= SMALL:
        _write(mailing, chosen, now)
        mailing.state = "sending"
    actor, meeting_id = audit.staff(by.id), order.meeting.id
    audit.note(actor, "mailing_confirmed", mailing, now, meeting_id, kind=order.kind, count=count)
    db.session.flush()
    return mailing


def _made(
    order: MailingDraft, confirm_key: str, expected: int, by: Staff, now: dt.datetime
) -> Mailing:
    audience: dict[str, Any] = {
        "choice": order.choice.kept() if order.choice else None,
        "left_out": sorted(order.left_out),
    }
    if order.kind in drafts.ABOUT_A_QUESTIONNAIRE:
        audience["questionnaire"] = drafts.questionnaire_of(order).key
    return Mailing(
        meeting=order.meeting,
        kind=order.kind,
        expected=expected,
        by=by.name,
        confirm_key=confirm_key,
        created_at=now,
        audience=audience,
    )


def remaining(mailing: Mailing, now: dt.datetime) -> list[Addressee]:
    """Whom a mailing that is being prepared has still to be written to.

    Those it has reached are in no audience any more.
    """
    order = _order(mailing)
    chosen = [one for one in drafts.everyone(order, now) if one.key not in order.left_out]
    left = max(mailing.expected - _count(mailing), 0)
    return chosen[:left]


def _order(mailing: Mailing) -> MailingDraft:
    """What was confirmed, as the mailing keeps it."""
    kept = mailing.audience
    choice = Choice.read(kept["choice"]) if kept["choice"] else None
    left_out, asked = frozenset(kept["left_out"]), kept.get("questionnaire", "")
    return MailingDraft(mailing.meeting, mailing.kind, choice, left_out, asked)


def write_batch(mailing: Mailing, chosen: Sequence[Addressee], now: dt.datetime) -> bool:
    """Writes one batch of a large mailing; False when it was paused or cancelled meanwhile.

    The caller commits.
    """
    seats.lock(mailing.meeting)
    outbox.lock(mailing)
    if mailing.meeting.state == "cancelled":
        finish_preparing(mailing)
    if mailing.state != "preparing":
        return False
    _write(mailing, chosen, now)
    return True


def finish_preparing(mailing: Mailing) -> None:
    """Everything is written; now it is only sent. What has been paused meanwhile stays so."""
    outbox.lock(mailing)
    if mailing.state == "preparing":
        mailing.state = "sending"


def pause(mailing: Mailing, now: dt.datetime, actor: audit.Actor) -> None:
    """Keeps back what is not sent yet.

    Nothing happens to a mailing that is done or already paused.
    """
    outbox.lock(mailing)
    if mailing.state in ("preparing", "sending"):
        mailing.audience = {**mailing.audience, "was": mailing.state}
        mailing.state = "paused"
        audit.note(actor, "mailing_paused", mailing, now, mailing.meeting_id)


def resume(mailing: Mailing, now: dt.datetime, actor: audit.Actor) -> None:
    """Goes on where it was paused; nobody gets the mail twice."""
    outbox.lock(mailing)
    if mailing.state == "paused":
        mailing.state = mailing.audience["was"]
        audit.note(actor, "mailing_resumed", mailing, now, mailing.meeting_id)


def standing(mailing: Mailing) -> MailingProgress:
    """How far it has come, in one query."""
    rows = db.session.execute(
        sa.select(Message.state, sa.func.count())
        .where(Message.mailing_id == mailing.id)
        .group_by(Message.state)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    written = sum(counts.values())
    state = mailing.audience["was"] if mailing.state == "paused" else mailing.state
    total, skipped = written, mailing.expected - written
    if state == "preparing":
        total, skipped = mailing.expected, 0
    sent, withheld, dropped = (counts.get(key, 0) for key in ("sent", "withheld", "dropped"))
    failed = counts.get("failed", 0) + counts.get("unknown", 0)
    waiting = total - sent - withheld - dropped - failed
    return MailingProgress(total, sent, waiting, failed, withheld, dropped, skipped)


def close_finished() -> None:
    """Marks mailings as done that have nothing left to send."""
    waiting = (
        sa.select(Message.id)
        .where(Message.mailing_id == Mailing.id, Message.state.in_(outbox.DUE))
        .exists()
    )
    db.session.execute(
        sa.update(Mailing)
        .where(Mailing.state == "sending", ~waiting)
        .values(state="done")
        .execution_options(synchronize_session=False)
    )


def left_behind(now: dt.datetime) -> Sequence[int]:
    """The ids of mailings that should have been prepared long ago."""
    return db.session.scalars(
        sa.select(Mailing.id).where(
            Mailing.state == "preparing", Mailing.created_at < now - LEFT_BEHIND
        )
    ).all()


def by_public_id(public_id: str) -> Mailing:
    """The mailing with that public id. Raises `Missing`."""
    found = db.session.scalar(sa.select(Mailing).where(Mailing.public_id == public_id))
    if found is None:
        raise Missing("no_mailing")
    return found


def _write(mailing: Mailing, chosen: Sequence[Addressee], now: dt.datetime) -> None:
    """All at once.

    When somebody was invited or reminded by someone else in the same moment, one by one, so that
    only they are left out.
    """
    try:
        with db.session.begin_nested():
            WRITERS[mailing.kind](mailing, chosen, now)
    except IntegrityError:
        for one in chosen:
            with contextlib.suppress(IntegrityError), db.session.begin_nested():
                WRITERS[mailing.kind](mailing, [one], now)


def _people(chosen: Sequence[Addressee]) -> list[tuple[Person, Organisation, str]]:
    """The rows behind the list, in two queries."""
    person_ids = {one.person_id for one in chosen}
    organisation_ids = {one.organisation_id for one in chosen}
    persons = db.session.scalars(sa.select(Person).where(Person.id.in_(person_ids)))
    people = {row.id: row for row in persons}
    rows = db.session.scalars(sa.select(Organisation).where(Organisation.id.in_(organisation_ids)))
    organisations = {row.id: row for row in rows}
    return [
        (people[one.person_id], organisations[one.organisation_id], one.title) for one in chosen
    ]


def _invite(mailing: Mailing, chosen: Sequence[Addressee], now: dt.datetime) -> None:
    invitations.invite_new(mailing.meeting, _people(chosen), now, mailing)


def _remind(mailing: Mailing, chosen: Sequence[Addressee], now: dt.datetime) -> None:
    seats_of = db.session.scalars(
        sa.select(Registration)
        .where(
            Registration.public_id.in_([one.key for one in chosen]),
            Registration.state.in_(recipients.to_remind(mailing.meeting, now)),
        )
        .options(joinedload(Registration.person), joinedload(Registration.organisation))
        .order_by(Registration.id)
        .execution_options(populate_existing=True)
    ).all()
    today = dates.as_date(now).isoformat()
    for seat in seats_of:
        notices.write("reminder", seat, now, cause=today, mailing=mailing)
    db.session.flush()


def _ask_to_prepare(mailing: Mailing, chosen: Sequence[Addressee], now: dt.datetime) -> None:
    asked = drafts.questionnaire_of(_order(mailing))
    for person, organisation, _title in _people(chosen):
        member = membership.join(asked, person, organisation, now)
        outbox.put(
            f"preparation:{member.public_id}",
            mailing.kind,
            Recipient.of(person),
            preparing.preparation_facts(member, person.language),
            preparing.links(member),
            now,
            mailing=mailing,
        )
    db.session.flush()


def _remind_to_prepare(mailing: Mailing, chosen: Sequence[Addressee], now: dt.datetime) -> None:
    members = db.session.scalars(
        sa.select(Member)
        .where(Member.public_id.in_([one.key for one in chosen]))
        .options(
            joinedload(Member.person),
            joinedload(Member.submission).joinedload(Submission.organisation),
        )
    ).all()
    for member in members:
        if member.submission.submitted_at is not None:
            continue
        outbox.put(
            recipients.day_key("preparation_reminder", member.public_id, now),
            mailing.kind,
            Recipient.of(member.person),
            preparing.reminder_facts(member, member.person.language),
            preparing.links(member),
            now,
            mailing=mailing,
        )
    db.session.flush()


def _tell_results(mailing: Mailing, chosen: Sequence[Addressee], now: dt.datetime) -> None:
    """The link is the seat's or the membership's, whichever the recipient was found by.

    It opens the results by a press of its own.
    """
    meeting = mailing.meeting
    found = _found_by([one.key.partition(".")[2] for one in chosen])
    people = {person.id: person for person, _organisation, _title in _people(chosen)}
    languages = {one.language for one in chosen}
    said = {language: results.mail_facts(meeting, language) for language in languages}
    for one in chosen:
        part, _dot, public_id = one.key.partition(".")
        row, person = found[public_id], people[one.person_id]
        seat = row if isinstance(row, Registration) else None
        purpose = "registration" if seat else "member"
        outbox.put(
            recipients.results_key(meeting, person),
            mailing.kind,
            Recipient.of(person),
            {**said[one.language], "given": one.given, "part": part},
            {"result": Target(purpose, public_id, row.link_version)},
            now,
            mailing=mailing,
            registration_id=seat.id if seat else None,
        )
    db.session.flush()


def _found_by(ids: Sequence[str]) -> dict[str, Registration | Member]:
    """The seats and memberships with these public ids; a seat goes before a membership."""
    seats_of = db.session.scalars(sa.select(Registration).where(Registration.public_id.in_(ids)))
    found: dict[str, Registration | Member] = {row.public_id: row for row in seats_of}
    for member in db.session.scalars(sa.select(Member).where(Member.public_id.in_(ids))):
        found.setdefault(member.public_id, member)
    return found


WRITERS: Mapping[str, Callable[[Mailing, Sequence[Addressee], dt.datetime], None]] = {
    "invitation": _invite,
    "reminder": _remind,
    "preparation": _ask_to_prepare,
    "preparation_reminder": _remind_to_prepare,
    "results": _tell_results,
}


def _count(mailing: Mailing) -> int:
    written = sa.select(sa.func.count()).where(Message.mailing_id == mailing.id)
    return db.session.scalar(written) or 0

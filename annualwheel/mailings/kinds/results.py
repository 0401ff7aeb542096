"""The mail that says that the results can be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.composed import Composed
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.mailings.recipients import results_key, took_part
from annualwheel.meetings import results
from annualwheel.models import Mailing, Meeting, Member, Message, Registration
from annualwheel.registrations.audiences import Addressee


class Results(Composed):
    """Goes once to each who took part or wrote, and opens the results by a press of its own."""

    key = "results"
    address = "resultat"

    def require_possible(self, draft: MailingDraft, now: dt.datetime) -> None:
        """Raises `Closed` for a cancelled meeting, `Refused` until the results are published."""
        if draft.meeting.state == "cancelled":
            raise Closed("meeting_cancelled")
        if draft.meeting.results_at is None:
            raise Refused("results_not_published")

    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """See `recipients.took_part`. The key says what they did and whose link they get."""
        return took_part(draft.meeting)

    def why_nobody(self, draft: MailingDraft, now: dt.datetime) -> str:
        """Nobody took part, or all who did have been told."""
        told = sa.select(Message.id).where(
            Message.kind == self.key, Message.key.startswith(f"results:{draft.meeting.id}:")
        )
        has_told = db.session.scalar(told.limit(1)) is not None
        return "all_know_the_results" if has_told else "nobody_took_part"

    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """What everybody is told, and what `one` did."""
        return _own(results.mail_facts(draft.meeting, one.language), one)

    def write(self, mailing: Mailing, batch: Sequence[Addressee], now: dt.datetime) -> None:
        """Writes to them with the link of the registration or membership that found them."""
        meeting = mailing.meeting
        found = _found_by([one.key.partition(".")[2] for one in batch])
        people = {person.id: person for person, _organisation, _title in rows.people(batch)}
        # Read once for each language: the number of queries must not follow the batch.
        languages = {one.language for one in batch}
        shared = {language: results.mail_facts(meeting, language) for language in languages}
        outbox.make_way([results_key(meeting, person) for person in people.values()])
        for one in batch:
            public_id = one.key.partition(".")[2]
            row, person = found[public_id], people[one.person_id]
            registration = row if isinstance(row, Registration) else None
            purpose = "registration" if registration else "member"
            outbox.put(
                results_key(meeting, person),
                self.key,
                Recipient.of(person),
                _own(shared[one.language], one),
                {"result": Target(purpose, public_id, row.link_version)},
                now,
                mailing=mailing,
                registration=registration,
            )
        db.session.flush()

    def is_wanted(self, message: Message) -> bool:
        """Not when the results have been taken down since it was queued."""
        if message.mailing_id is None:
            return True
        published = (
            sa.select(Meeting.id)
            .join(Mailing, Mailing.meeting_id == Meeting.id)
            .where(Mailing.id == message.mailing_id, Meeting.results_at.is_not(None))
        )
        return db.session.scalar(published) is not None


def _own(shared: dict[str, object], one: Addressee) -> dict[str, object]:
    return {**shared, "given": one.given, "part": one.key.partition(".")[0] or "present"}


def _found_by(ids: Sequence[str]) -> dict[str, Registration | Member]:
    """The registrations and memberships with these public ids; a registration goes first."""
    registrations = db.session.scalars(
        sa.select(Registration).where(Registration.public_id.in_(ids))
    )
    found: dict[str, Registration | Member] = {row.public_id: row for row in registrations}
    for member in db.session.scalars(sa.select(Member).where(Member.public_id.in_(ids))):
        found.setdefault(member.public_id, member)
    return found

"""What was seen and done by people during the rehearsal, and what the tables say.

The two must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import scoped_session

from annualwheel.models import (
    Audit,
    ImportedPerson,
    Message,
    Questionnaire,
    Registration,
    Submission,
    SubmissionVersion,
)
from annualwheel.models.drafts import Answer
from annualwheel.questionnaires import content
from rehearse.cast import LATE, MEANWHILE
from rehearse.post import Entry, Post

COUNTED = (
    "contacts",
    "invited",
    "mails_received",
    "registered",
    "declined",
    "substituted",
    "submitted",
    "followed_up",
    "initiatives",
    "calendar_requests",
    "calendar_updates",
    "calendar_cancels",
    "packs",
    "conflicts",
    "waited",
    "promoted",
)
CALENDAR = {
    "calendar_requests": "calendar_request",
    "calendar_updates": "calendar_update",
    "calendar_cancels": "calendar_cancel",
}
# A person at a meeting: the meeting's name, the person's name and address.
Seat = tuple[str, str, str]


@dataclass
class Ledger:
    """What people have seen with their own eyes: on pages, in mails, in the workbook they
    downloaded.

    `submitted` has a name for every receipt, `followed_up` for every answer after a meeting that is
    among them, `conflicts` for every time two wrote in the same
    field, `waited` those who stood in line and `promoted` those of them who got a seat, `gave_up`
    those who were registered and do not come. Sets and lists, since several people write in it at
    once.
    """

    contacts: int = 0
    invited: set[Seat] = field(default_factory=set)
    registered: set[Seat] = field(default_factory=set)
    declined: set[Seat] = field(default_factory=set)
    substituted: set[Seat] = field(default_factory=set)
    submitted: list[str] = field(default_factory=list)
    followed_up: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    waited: set[Seat] = field(default_factory=set)
    promoted: set[Seat] = field(default_factory=set)
    gave_up: set[Seat] = field(default_factory=set)
    initiatives: int = 0
    packs: int = 0

    @property
    def coming(self) -> set[Seat]:
        """Who has a seat and comes."""
        return self.registered - self.gave_up

    def counts(self, post: Post) -> dict[str, int]:
        """The numbers by name; mails and calendar entries are counted where they arrived."""
        entries = Counter(kinds_of(post.entries()))
        return {
            "contacts": self.contacts,
            "invited": len(self.invited),
            "mails_received": len(post.since(0)),
            "registered": len(self.registered),
            "declined": len(self.declined),
            "substituted": len(self.substituted),
            "submitted": len(self.submitted),
            "followed_up": len(self.followed_up),
            "initiatives": self.initiatives,
            **{name: entries[name] for name in CALENDAR},
            "packs": self.packs,
            "conflicts": len(self.conflicts),
            "waited": len(self.waited),
            "promoted": len(self.promoted),
        }


def kinds_of(entries: list[Entry]) -> Iterator[str]:
    """Whether each puts something in a calendar, changes what is there, or takes it away."""
    there = set[str]()
    for entry in sorted(entries, key=lambda one: one.sequence):
        if entry.method == "CANCEL":
            there.discard(entry.uid)
            yield "calendar_cancels"
        else:
            yield "calendar_updates" if entry.uid in there else "calendar_requests"
            there.add(entry.uid)


def calendar_faults(entries: list[Entry], coming: int) -> list[str]:
    """What is wrong with people's calendars.

    An entry that skips a number, or others than the `coming` having one in the end.
    """
    known: dict[str, Entry] = {}
    wrong = []
    for entry in sorted(entries, key=lambda one: one.sequence):
        before = known[entry.uid].sequence if entry.uid in known else -1
        if entry.sequence != before + 1:
            found = f"{entry.method} {entry.sequence} efter {before}"
            wrong.append(f"kalenderbokning {entry.uid}: {found}")
        known[entry.uid] = entry
    standing = sum(entry.method == "REQUEST" for entry in known.values())
    if standing != coming:
        wrong.append(f"kalendrarna: {standing} bokningar står kvar, {coming} kommer")
    return wrong


def stored(session: scoped_session[Any]) -> dict[str, int]:
    """The same numbers from the tables."""

    def count(query: sa.Select[Any]) -> int:
        return session.scalar(query) or 0

    def seats(*conditions: sa.ColumnElement[bool]) -> int:
        return count(sa.select(sa.func.count(Registration.id)).where(*conditions))

    def mails(*conditions: sa.ColumnElement[bool]) -> int:
        sent = sa.select(sa.func.count(Message.id)).where(Message.state == "sent")
        return count(sent.where(*conditions))

    return {
        "contacts": count(sa.select(sa.func.count(sa.distinct(ImportedPerson.person_id)))),
        # Those who were sent instead of somebody were not, nor those who were sent home again.
        "invited": seats(
            Registration.replaces_id.is_(None),
            Registration.invited_at.is_not(None),
            Registration.state != "revoked",
        ),
        "mails_received": mails(),
        # Who has been registered at any time has got a calendar entry, and its number is never
        # taken back.
        "registered": seats(sa.or_(Registration.sequence >= 0, Registration.state == "registered")),
        "declined": seats(Registration.state == "declined"),
        "substituted": seats(Registration.state == "substituted"),
        "submitted": count(sa.select(sa.func.count(SubmissionVersion.id))),
        "followed_up": count(_answers_after()),
        "initiatives": _initiatives(session),
        **{name: mails(Message.kind == kind) for name, kind in CALENDAR.items()},
        "packs": count(sa.select(sa.func.count(Audit.id)).where(Audit.verb == "pack_downloaded")),
        "conflicts": _conflicts(session),
        "waited": seats(Registration.queued_at.is_not(None)),
        "promoted": seats(Registration.queued_at.is_not(None), Registration.sequence >= 0),
    }


def _answers_after() -> sa.Select[Any]:
    """How many answers there are to what was asked after a meeting."""
    return (
        sa.select(sa.func.count(Submission.id))
        .join(Submission.questionnaire)
        .where(Questionnaire.timing == "after", Submission.submitted_at.is_not(None))
    )


def _conflicts(session: scoped_session[Any]) -> int:
    """The answers in which two colleagues have added their sentence to the same field."""
    texts = [value for value in session.scalars(sa.select(Answer.value)) if isinstance(value, str)]
    return sum(LATE in text and MEANWHILE in text for text in texts)


def _initiatives(session: scoped_session[Any]) -> int:
    """The initiatives in the latest version of every answer."""
    newest = sa.select(sa.func.max(SubmissionVersion.id)).group_by(SubmissionVersion.submission_id)
    stored = session.scalars(
        sa.select(SubmissionVersion.content).where(SubmissionVersion.id.in_(newest))
    )
    sections = (section for each in stored for section in content.read(each).sections)
    return sum(len(section.items) for section in sections)

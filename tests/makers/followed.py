"""A working meeting with two questionnaires, for tests of what asks, names and reads both: one that
each organisation answers before it, one that each person answers after it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from annualwheel import audit
from annualwheel.cycle import reference, years
from annualwheel.db import db
from annualwheel.mailings import drafts, sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.models import (
    Mailing,
    Meeting,
    Member,
    Message,
    Questionnaire,
    Registration,
    Staff,
    Submission,
)
from annualwheel.participation import replies
from annualwheel.preparation import submission
from annualwheel.questionnaires import published
from annualwheel.registrations import invitations
from tests.conftest import START, Fixed
from tests.makers.guests import publish, reply_of
from tests.makers.region import make_organisation, make_person, make_staff, make_year, meeting_of
from tests.makers.several import FOLLOW_UP, read_text
from tests.makers.writers import THEMES, add_initiative, item_of, write

DAY = dt.timedelta(days=1)
BEFORE, AFTER = "arbetsmote", "efterat"
TITLE = "Uppföljning efter mötet"
PREPARED = dt.datetime(2026, 12, 20, 9, tzinfo=dt.UTC)


@dataclass
class Played:
    """The working meeting with both questionnaires published and four who come."""

    meeting: Meeting
    karin: Staff
    seats: dict[str, Registration]
    held: dt.datetime

    def questionnaire(self, key: str) -> Questionnaire:
        return published.one(self.meeting, key)

    def send(self, kind: str, key: str, now: dt.datetime) -> Mailing:
        order = MailingDraft(self.meeting, kind, questionnaire=key)
        drafts.send_test(order, drafts.ANYONE, self.karin, now)
        by = audit.staff(self.karin.id)
        return sending.confirm(order, f"{kind}{key}{now}", 1000, by, now)

    def member(self, given: str, key: str) -> Member:
        return (
            db.session.query(Member)
            .join(Member.submission)
            .join(Submission.questionnaire)
            .filter(Member.person_id == self.seats[given].person_id)
            .filter_by(key=key)
            .one()
        )


def make_played(folder: Path) -> Played:
    """The meeting, with the second questionnaire read from a file in `folder`."""
    reference.ensure()
    year = make_year()
    for key, sv, en in THEMES:
        years.add_theme(year, key, sv, en)
    meeting, karin = meeting_of(year), make_staff()
    publish(meeting)
    published.publish(meeting, read_text(folder, FOLLOW_UP), START, audit.SYSTEM)
    seats = {}
    for given, organisation in (
        ("Anna", "Arvika kommun"),
        ("Ola", "Arvika kommun"),
        ("Eva", "Grums kommun"),
        ("Åsa", "Kils kommun"),
    ):
        person = make_person(make_organisation(year, organisation), given, "Ek")
        place = make_organisation(year, organisation)
        seats[given] = invitations.invite(meeting, person, place, START)
        replies.register(seats[given], reply_of(seats[given]), START, audit.SYSTEM)
    db.session.commit()
    return Played(meeting, karin, seats, meeting.ends_at + 2 * DAY)


def answer_both(played: Played, clock: Fixed) -> None:
    """Arvika prepares; after the meeting Anna and Åsa follow it up."""
    prepare(played, clock)
    follow_up(played, clock)


def prepare(played: Played, clock: Fixed) -> None:
    """Everybody is asked to prepare, and Arvika does."""
    clock.set(PREPARED)
    played.send("preparation", BEFORE, PREPARED)
    anna = played.member("Anna", BEFORE)
    write(anna, item_of(anna), PREPARED, forberett="Strateger")
    add_initiative(anna, titel="Språkvän på jobbet")
    submission.submit(anna, PREPARED)
    db.session.commit()


def follow_up(played: Played, clock: Fixed) -> None:
    """Everybody is asked to follow the meeting up; Anna and Åsa do."""
    clock.set(played.held)
    played.send("preparation", AFTER, played.held)
    for given in ("Anna", "Åsa"):
        member = played.member(given, AFTER)
        write(member, item_of(member), played.held, mal=f"{given} ringer Torsby på måndag")
        submission.submit(member, played.held)
    db.session.commit()


def told(kind: str) -> list[Message]:
    return (
        db.session.query(Message)
        .filter(Message.kind == kind, ~Message.key.startswith("test:"))
        .order_by(Message.id)
        .all()
    )

"""Every table of states adds up to its total, whatever has happened to its people."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.contacts import organisations
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mailings import log, sending
from annualwheel.models import Import, Mailing, Meeting, Registration
from annualwheel.models.mail import MESSAGE_STATES
from annualwheel.models.registrations import REGISTRATION_STATES
from annualwheel.registrations import audiences, invitations, states, turnout
from annualwheel.registrations.audiences import GROUPS, OUTCOMES
from annualwheel.registrations.states import HAS_SEAT_OR_WAITS, HOLDS_SEAT, INVITED, TRANSITIONS
from annualwheel.workshop import attendance
from tests.conftest import START
from tests.makers.region import make_organisation, make_person, make_year, meeting_of

# Who is invited, who asks to come, and who has waited since.
BEGINNINGS = (*states.NOT_ANSWERED, *states.IN_LINE)
SECOND = dt.timedelta(seconds=1)
KINDS = ("kommun", "forening", "region")


@pytest.fixture
def meeting(session: scoped_session[Session]) -> Meeting:
    return meeting_of(make_year())


def lived(registration: Registration, chance: random.Random) -> None:
    """Takes a registration through some of the steps that its table allows, by chance."""
    for _step in range(chance.randrange(12)):
        possible = [action for state, action in TRANSITIONS.table if state == registration.state]
        if possible:
            action = chance.choice(possible)
            to = chance.choice(TRANSITIONS.table[registration.state, action])
            states.step(registration, action, to)


def crowd(meeting: Meeting, chance: random.Random, count: int) -> list[Registration]:
    """People of several kinds of organisation, invited."""
    found = []
    for number in range(count):
        kind = chance.choice(KINDS)
        place = make_organisation(meeting.year, f"{kind.capitalize()} {chance.randrange(5)}", kind)
        person = make_person(place, f"P{number}", f"Åström-Ek {number}")
        found.append(invitations.invite(meeting, person, place, START))
    return found


def test_whoever_is_invited_is_in_one_outcome_and_nobody_else_is() -> None:
    for state in REGISTRATION_STATES:
        found = [group for group in OUTCOMES if state in GROUPS[group]]
        assert len(found) == (state in INVITED), (state, found)


def test_the_numbers_of_a_meeting_add_up_after_any_history(meeting: Meeting) -> None:
    chance = random.Random(2027)
    people, seen = crowd(meeting, chance, 30), set()
    for _history in range(25):
        for one in people:
            one.state = chance.choice(BEGINNINGS)
            lived(one, chance)
            seen.add(one.state)
        db.session.flush()
        check_sums(meeting, people)
    assert seen == set(REGISTRATION_STATES)


def check_sums(meeting: Meeting, people: list[Registration]) -> None:
    """Compares the numbers of the meeting's pages, and of its pack, with each other."""
    funnel, rows = turnout.funnel(meeting), turnout.turnout(meeting)
    assert sum(getattr(funnel, group) for group in OUTCOMES) == funnel.invited
    assert funnel.answered + funnel.unanswered + funnel.to_reconfirm == funnel.invited
    for row in rows:
        assert sum(getattr(row, group) for group in OUTCOMES) == row.invited, row
    for group in ("invited", *OUTCOMES):
        assert sum(getattr(row, group) for row in rows) == getattr(funnel, group), group
        assert audiences.in_group(meeting, group).total == getattr(funnel, group), group
    assert funnel.coming + funnel.to_reconfirm + funnel.offered == len(attendance.seated(meeting))
    registered = {one.organisation_id for one in people if one.state in HAS_SEAT_OR_WAITS}
    missing = turnout.organisations_missing(meeting)
    assert missing.total == sum(row.missing for row in rows)
    assert not registered & {organisation.id for organisation, _left in missing.rows}
    assert len(registered) + missing.total == sum(row.organisations for row in rows)


def test_an_organisation_whose_people_have_a_seat_to_confirm_is_not_missing(
    meeting: Meeting,
) -> None:
    for number, state in enumerate((*HOLDS_SEAT, "waitlisted")):
        place = make_organisation(meeting.year, f"Organisation {number}")
        guest = invitations.invite(meeting, make_person(place, "Ada", f"Ek{number}"), place, START)
        guest.state = state
    make_organisation(meeting.year, "Tyst kommun")
    db.session.flush()
    assert [one.name for one, _left in turnout.organisations_missing(meeting).rows] == [
        "Tyst kommun"
    ]


@pytest.mark.parametrize("way", ["by hand", "by list"])
def test_an_organisation_added_after_registration_closed_is_not_missing(
    meeting: Meeting, way: str
) -> None:
    closes = years.phase(meeting, "registration").closes_at
    listed = make_organisation(meeting.year, "Förr kommun")
    for name, at in (("Nyss kommun", closes), ("Sen kommun", closes + SECOND)):
        place = make_organisation(meeting.year, name)
        if way == "by hand":
            audit.note(audit.SYSTEM, "organisation_added", place, at)
        else:
            one = Import(year_id=meeting.year_id, file_name="", rows=[], created_at=START)
            one.written_at = at
            db.session.add(one)
            db.session.flush()
            place.import_id = one.id
    # An edit later on, and what is noted of somebody else with the same number, say nothing.
    audit.note(audit.SYSTEM, "organisation_edited", listed, closes + SECOND)
    db.session.flush()
    names = [one.name for one, _left in turnout.organisations_missing(meeting).rows]
    assert names == ["Förr kommun", "Nyss kommun"]
    assert sum(row.missing for row in turnout.turnout(meeting)) == 2
    assert sum(row.organisations for row in turnout.turnout(meeting)) == 2
    late = organisations.organisation_named("Sen kommun")
    assert late is not None
    invitations.invite(meeting, make_person(late, "Ada", "Ek"), late, START)
    names = [one.name for one, _left in turnout.organisations_missing(meeting).rows]
    assert names == ["Förr kommun", "Nyss kommun", "Sen kommun"]


def test_the_mails_of_a_mailing_add_up_whatever_became_of_them(meeting: Meeting) -> None:
    chance = random.Random(2027)
    mailing = Mailing(
        kind="invitation", meeting=meeting, audience={}, confirm_key="sums", created_at=START
    )
    mailing.state = "sending"
    db.session.add(mailing)
    db.session.flush()
    for number in range(40):
        message = outbox.put(
            f"sums:{number}",
            "test_mail",
            outbox.Recipient("a@kommun.example", ""),
            {"sent_at": "nu"},
            {},
            START,
            mailing=mailing,
        )
        message.state = chance.choice(MESSAGE_STATES)
    mailing.expected = 40
    db.session.flush()
    counts = sending.progress_of(mailing)
    parts = (counts.sent, counts.waiting, counts.failed, counts.withheld, counts.dropped)
    assert sum(parts) == counts.total and min(parts) >= 0
    shown = log.LogFilter(mailing_id=mailing.id)
    grouped = sum(
        log.count(log.LogFilter(mailing_id=mailing.id, group=group)) for group in log.GROUPS
    )
    assert grouped == log.count(shown) == 40

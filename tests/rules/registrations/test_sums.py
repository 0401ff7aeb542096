"""Every table of states adds up to its total, whatever has happened to its people."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit, request_states
from annualwheel.contacts import organisations
from annualwheel.contacts.imports import states as import_states
from annualwheel.contacts.imports import storing
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mailings import log, sending
from annualwheel.models import (
    DeletionRequest,
    Import,
    Mailing,
    Meeting,
    OrganisationRequest,
    Questionnaire,
    Registration,
    Submission,
)
from annualwheel.models.contacts import IMPORT_STATES
from annualwheel.models.mail import MESSAGE_STATES
from annualwheel.models.registrations import REGISTRATION_STATES
from annualwheel.models.requests import REQUEST_STATES
from annualwheel.participation import organisation_requests
from annualwheel.preparation import overview, progress
from annualwheel.preparation import states as answer_states
from annualwheel.privacy import erasure
from annualwheel.questionnaires import published, reading
from annualwheel.registrations import audiences, invitations, states, turnout
from annualwheel.registrations.audiences import GROUPS, OUTCOMES
from annualwheel.registrations.states import HAS_SEAT_OR_WAITS, HOLDS_SEAT, INVITED, TRANSITIONS
from annualwheel.transitions import Transitions
from annualwheel.web.coordinator.answers.change_requests import GROUPS as ANSWER_GROUPS
from annualwheel.workshop import attendance
from config import ROOT
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


def steps(transitions: Transitions, state: str, chance: random.Random) -> list[str]:
    """Some of the actions that lead on from a state, one after the other, by chance."""
    taken = list[str]()
    for _step in range(chance.randrange(6)):
        possible = [action for at, action in transitions.table if at == state]
        if possible:
            taken.append(chance.choice(possible))
            state = transitions.target(state, taken[-1])
    return taken


def answering(meeting: Meeting, count: int) -> list[Submission]:
    """Answers that nobody has begun to the meeting's questionnaire: of organisations, or where each
    person answers, of people.
    """
    asked = db.session.query(Questionnaire).filter_by(meeting_id=meeting.id).one()
    made = list[Submission]()
    for number in range(count):
        place = make_organisation(meeting.year, f"{meeting.kind} {number}")
        person = make_person(place, f"P{number}", meeting.kind)
        made.append(
            Submission(
                questionnaire=asked,
                digest=asked.digest,
                respondent_key=f"{meeting.kind} {number}",
                organisation=place,
                person=person if meeting.kind == "conference" else None,
            )
        )
    db.session.add_all(made)
    db.session.flush()
    return made


@pytest.mark.parametrize(
    ("kind", "form"), [("work", "arbetsmote"), ("conference", "konferens")], ids=["joint", "own"]
)
def test_how_answers_stand_adds_up_after_any_history(
    session: scoped_session[Session], kind: str, form: str
) -> None:
    meeting, chance = meeting_of(make_year(), kind), random.Random(2027)
    definition = reading.read(ROOT / "forms" / f"{form}.toml")
    asked = published.publish(meeting, definition, START, audit.SYSTEM)
    answers, seen = answering(meeting, 12), set[str]()
    for _history in range(4):
        for one in answers:
            one.state, one.changed_at = "draft", None
            for action in steps(answer_states.TRANSITIONS, one.state, chance):
                answer_states.step(one, action)
                one.changed_at = START if action == "write" else one.changed_at
        db.session.flush()
        db.session.refresh(meeting)
        counts = progress.counts(meeting)[asked.id]
        assert sum(counts.values()) == len(answers)
        for group, of_group in ANSWER_GROUPS.items():
            shown = overview.of_questionnaires(meeting, [asked], START, states=of_group)
            assert shown.total == sum(counts[state] for state in of_group), group
        everyone = overview.of_questionnaires(meeting, [asked], START)
        assert sorted(row.progress.submission for row in everyone.rows) == sorted(
            one.public_id for one in answers
        )
        seen |= {state for state, count in counts.items() if count}
    assert seen == set(answer_states.COUNTED)
    split = (*answer_states.HAS_SUBMITTED, *answer_states.TO_SUBMIT)
    assert sorted(split) == sorted(answer_states.COUNTED)


def test_every_request_is_among_those_that_wait_or_those_that_are_answered(
    meeting: Meeting,
) -> None:
    chance, place = random.Random(2027), make_organisation(meeting.year, "Sunne kommun")
    made = list[OrganisationRequest | DeletionRequest]()
    for number in range(24):
        person, address = make_person(place, f"P{number}", "Ek"), f"p{number}@ny.example"
        made += [
            OrganisationRequest(
                meeting=meeting,
                organisation=f"Ny {number}",
                given="Ada",
                family="Ek",
                email=address,
                asked_at=START,
            ),
            DeletionRequest(person=person, asked_at=START),
        ]
    db.session.add_all(made)
    for one in made:
        for action in steps(request_states.TRANSITIONS, "asked", chance):
            request_states.answer(one, action, START, None)
    db.session.flush()
    organisations_asked = organisation_requests.waiting(meeting)
    people_asked = erasure.waiting()
    assert len(organisations_asked) == organisation_requests.count(meeting)
    assert len(people_asked) == erasure.count()
    shown: list[OrganisationRequest | DeletionRequest] = [
        *organisations_asked,
        *organisation_requests.answered(meeting),
        *people_asked,
        *erasure.answered(100),
    ]
    assert sorted((type(one).__name__, one.id) for one in shown) == sorted(
        (type(one).__name__, one.id) for one in made
    )
    assert {one.state for one in shown} == set(REQUEST_STATES)


def test_every_import_is_among_those_that_wait_or_the_earlier_ones(meeting: Meeting) -> None:
    chance, made = random.Random(2027), list[Import]()
    for number in range(40):
        one = Import(year_id=meeting.year_id, file_name=f"{number}.csv", rows=[], created_at=START)
        made.append(one)
        for action in steps(import_states.TRANSITIONS, "preview", chance):
            import_states.step(one, action)
    db.session.add_all(made)
    db.session.flush()
    shown = [*storing.waiting(), *storing.earlier().rows]
    assert sorted(one.file_name for one in shown) == sorted(one.file_name for one in made)
    assert {one.state for one in shown} == set(IMPORT_STATES)

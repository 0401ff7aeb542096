"""What is merged counts nowhere: a registration in no sum, no list and no seat, a person in no list
and among no recipients.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel.access import links, personal_links
from annualwheel.contacts import affiliations, directory, people
from annualwheel.contacts.directory import ContactFilter
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.mailings import recipients
from annualwheel.meetings import listeners
from annualwheel.models import (
    Meeting,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    YearOrganisation,
)
from annualwheel.participation import (
    calendar_feed,
    colleagues,
    departures,
    link_recovery,
    offers,
    open_registration,
    waiting_list,
)
from annualwheel.participation.colleagues import Colleague
from annualwheel.preparation import membership, notices
from annualwheel.registrations import audiences, availability, invitations, seats, states, turnout
from annualwheel.registrations.audiences import GROUPS, Choice
from annualwheel.workshop import submitted
from tests.conftest import START
from tests.makers.asked import answer_all
from tests.makers.guests import mails, make_guest, make_meeting, publish
from tests.makers.region import make_organisation, make_person, make_year, meeting_of
from tests.makers.writers import make_lead, make_members

NAME = "Signe-Karin"
STATES = [state for state in states.TRANSITIONS.states if state != "merged"]
DURING = START + dt.timedelta(days=1)


def make_merged(meeting: Meeting, state: str) -> Registration:
    """Somebody of an organisation of their own, merged when they were in that state."""
    registration = make_guest(meeting, NAME, "Östprov von Ängsö", "Övre Ängs byalag")
    registration.state, registration.queued_at = state, START
    registration.offered_until = START + dt.timedelta(hours=2) if state == "offered" else None
    db.session.flush()
    states.step(registration, "merge")
    db.session.flush()
    return registration


def ids_in(meeting: Meeting, group: str) -> list[int]:
    return [registration.id for registration in audiences.in_group(meeting, group).rows]


def numbers(meeting: Meeting) -> dict[str, Any]:
    """Everything that is counted or listed for a meeting."""
    (option,) = meeting.options
    now = DURING
    return {
        "funnel": turnout.funnel(meeting),
        "turnout": turnout.turnout(meeting),
        "missing": [(one.name, n) for one, n in turnout.organisations_missing(meeting).rows],
        "groups": {group: ids_in(meeting, group) for group in GROUPS},
        "taken": dict(seats.room(option).held),
        "waiting": [registration.id for registration in seats.waiting(meeting, "on_site")],
        "lines": [
            [registration.id for registration in (*line.offered, *line.waiting)]
            for line in waiting_list.of(meeting, now)
        ],
        "moved": listeners.listeners(meeting, "moved").groups,
        "cancelled": listeners.listeners(meeting, "cancelled").groups,
        "reminded": recipients.unanswered(meeting, now),
        "told": recipients.took_part(meeting),
        "prepare": recipients.to_prepare(meeting, db.session.query(Questionnaire).one()),
        "asked": submitted.asked(meeting),
        "offers": offers.due(DURING),
    }


@pytest.mark.parametrize("state", STATES)
def test_a_merged_registration_is_in_no_sum_no_list_and_no_seat(session: Any, state: str) -> None:
    meeting = make_meeting(capacity=3)
    publish(meeting)
    for given, its in (("Maria", "registered"), ("Erik", "waitlisted"), ("Anna", "invited")):
        make_guest(meeting, given).state = its
    db.session.flush()
    before = numbers(meeting)
    make_merged(meeting, state)
    assert numbers(meeting) == before


def test_a_merged_registration_frees_the_last_seat(session: Any) -> None:
    meeting = make_meeting(capacity=1)
    guest = make_guest(meeting)
    holder = make_guest(meeting, NAME)
    holder.state = "registered"
    db.session.flush()
    assert not seats.is_free(guest, "on_site")
    states.step(holder, "merge")
    db.session.flush()
    assert seats.is_free(guest, "on_site")


def test_the_link_of_a_merged_registration_opens_nothing(session: Any) -> None:
    registration = make_merged(make_meeting(), "registered")
    target = links.Target("registration", registration.public_id, registration.link_version)
    with pytest.raises(Missing):
        invitations.by_target(target)
    assert personal_links.living(Person.id == registration.person_id, START) == []


def test_nothing_can_be_done_with_a_merged_registration(session: Any) -> None:
    registration = make_merged(make_meeting(), "registered")
    for action in ("register", "decline", "withdraw", "substitute", "change"):
        assert availability.why_not(registration, action, START) is not None
    assert open_registration.claim(registration) == ""
    assert departures.remaining_registrations(registration.person, START) == []


def test_a_colleague_does_not_wake_a_merged_registration(session: Any) -> None:
    meeting = make_meeting(per_organisation=5)
    by = make_guest(meeting)
    by.state = "registered"
    registration = make_merged(meeting, "invited")
    person = registration.person
    row = Colleague(person.given, person.family, person.email)
    (outcome,) = colleagues.register_together(by, [row], START, audit.participant(by.person_id))
    # Of another organisation's people nothing is told: it looks as if it had been done.
    assert (outcome.became, registration.state) == ("registered", "merged")


def test_last_years_merged_registrations_invite_nobody(session: Any) -> None:
    before, meeting = meeting_of(make_year(2026)), meeting_of(make_year(2027))
    registration = make_guest(before)
    registration.state = "registered"
    db.session.flush()
    assert len(audiences.audience(meeting, Choice("last_year"))) == 1
    states.step(registration, "merge")
    db.session.flush()
    assert audiences.audience(meeting, Choice("last_year")) == []


def merge(person: Person, organisation: Organisation) -> None:
    """Lets the person have become another one of the organisation, and stay marked as active."""
    kept = people.add_person("Åsa", "Östprov", "asa.ostprov@kommun.example", organisation)
    db.session.flush()
    person.merged_into_id = kept.id
    db.session.flush()


def chosen(meeting: Meeting, person: Person, now: dt.datetime) -> list[str]:
    """The lists of recipients that a person stands in."""
    lists = {
        "invitation": audiences.audience(meeting, Choice("people", people=(person.public_id,))),
        "reminder": recipients.unanswered(meeting, now),
        "preparation": recipients.to_prepare(meeting, meeting.questionnaires[0]),
        "preparation_reminder": recipients.not_submitted(meeting.questionnaires[0], now),
        "results": recipients.took_part(meeting),
    }
    return [kind for kind, rows in lists.items() if person.id in {one.person_id for one in rows}]


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (None, "invitation"),
        ("invited", "reminder"),
        ("registered", "preparation"),
        ("registered", "results"),
    ],
)
def test_a_merged_person_is_among_no_recipients(session: Any, state: str | None, kind: str) -> None:
    meeting = make_meeting()
    publish(meeting)
    db.session.refresh(meeting)
    registration = make_guest(meeting, NAME)
    person, organisation = registration.person, registration.organisation
    if state is None:
        db.session.execute(sa.delete(type(mails()[0].body)))
        db.session.execute(sa.delete(type(mails()[0])))
        db.session.delete(registration)
    else:
        registration.state = state
    db.session.flush()
    assert kind in chosen(meeting, person, DURING)
    merge(person, organisation)
    assert chosen(meeting, person, DURING) == []


def test_a_merged_person_is_not_reminded_of_an_answer(session: Any) -> None:
    (maria,) = make_members("Maria")
    asked = maria.submission.questionnaire
    assert [one.person_id for one in recipients.not_submitted(asked, DURING)] == [maria.person_id]
    merge(maria.person, maria.submission.organisation)
    assert recipients.not_submitted(asked, DURING) == []


def test_a_merged_lead_is_not_asked_to_prepare(session: Any) -> None:
    (maria,) = make_members("Maria")
    meeting, person = maria.submission.questionnaire.meeting, maria.person
    make_guest(meeting, "Erik")
    db.session.delete(maria)
    db.session.flush()
    assert "preparation" in chosen(meeting, person, DURING)
    merge(person, db.session.query(Organisation).one())
    assert "preparation" not in chosen(meeting, person, DURING)


def test_a_merged_person_is_in_no_list_of_people(session: Any) -> None:
    year = make_year()
    organisation = make_organisation(year, "Arvika kommun")
    person = make_person(organisation, NAME, "Östprov")
    merge(person, organisation)
    for active in (True, None):
        found = directory.people(ContactFilter(active=active), year)
        assert ([one.given for one in found.rows], found.total) == (["Åsa"], 1)
    assert [row.people for row in directory.organisations(ContactFilter(), year).rows] == [1]
    assert [one.person.given for one in directory.affiliations_in(organisation)] == ["Åsa"]


def test_a_merged_person_has_no_place_no_calendar_and_no_new_link(session: Any) -> None:
    registration = make_guest(make_meeting(), NAME)
    person, organisation = registration.person, registration.organisation
    assert affiliations.has_place(person, organisation)
    merge(person, organisation)
    assert not affiliations.has_place(person, organisation)
    assert not affiliations.belongs(person, organisation)
    with pytest.raises(Missing):
        calendar_feed.by_target(calendar_feed.target(person))
    before = len(mails())
    link_recovery.ask(person.email, "192.0.2.1", START)
    answer_all()
    assert len(mails()) == before


def test_a_merged_person_gets_no_place_in_an_answer(session: Any) -> None:
    meeting = make_meeting()
    publish(meeting)
    registration = make_guest(meeting, NAME)
    registration.state = "registered"
    (asked,) = db.session.query(Questionnaire).all()
    assert membership.is_let_in(registration, asked)
    merge(registration.person, registration.organisation)
    assert not membership.is_let_in(registration, asked)


def test_a_merged_person_is_told_nothing_about_a_request_to_change(session: Any) -> None:
    maria, anna = make_members("Maria", "Anna")
    submission = maria.submission
    merge(maria.person, submission.organisation)
    notices.tell_change("change_granted", "skal", submission, [maria, anna], START)
    assert [mail.person_id for mail in mails("change_granted")] == [anna.person_id]


def test_a_merged_lead_leads_nothing_in_the_next_year(session: Any) -> None:
    year = make_year(2026)
    merged_place, kept_place = (
        make_organisation(year, name) for name in ("Arvika kommun", "Grums kommun")
    )
    for organisation in (merged_place, kept_place):
        make_lead(year, organisation, make_person(organisation, NAME, organisation.name.split()[0]))
    db.session.flush()
    merge(db.session.query(Person).filter_by(family="Arvika").one(), merged_place)
    following = make_year(2027)
    leads = {
        row.organisation.name: row.lead and row.lead.family
        for row in db.session.query(YearOrganisation).filter_by(year_id=following.id)
    }
    assert leads == {"Arvika kommun": None, "Grums kommun": "Grums"}

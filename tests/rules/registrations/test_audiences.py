"""One recipient function: whom an invitation reaches, what the numbers stand for, and that lists
and numbers agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.contacts import activation, organisations, people
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mailings import recipients
from annualwheel.models import (
    Import,
    ImportedPerson,
    Meeting,
    Message,
    Registration,
    Year,
    registrations,
)
from annualwheel.participation import replies, revocation, substitution
from annualwheel.participation.replies import Reply
from annualwheel.participation.substitution import Substitute
from annualwheel.registrations import audiences, invitations, turnout
from annualwheel.registrations.audiences import GROUPS, Choice
from tests.conftest import START
from tests.makers.region import make_organisation, make_person, make_year, meeting_of

MUNICIPALITIES, ASSOCIATIONS = Choice("category", "kommun"), Choice("category", "forening")
ABOUT_A_DAY = dt.timedelta(hours=20)


@pytest.fixture
def year(session: scoped_session[Session]) -> Year:
    return make_year()


@pytest.fixture
def meeting(year: Year) -> Meeting:
    return meeting_of(year)


def names(meeting: Meeting, choice: Choice) -> list[str]:
    return [one.name for one in audiences.audience(meeting, choice)]


def invited(
    meeting: Meeting, organisation: str, given: str, family: str = "Ek", state: str = "invited"
) -> Registration:
    place = organisations.organisation_named(organisation) or make_organisation(
        meeting.year, organisation
    )
    registration = invitations.invite(meeting, make_person(place, given, family), place, START)
    registration.state = state
    db.session.flush()
    return registration


def test_a_category_reaches_its_organisations_people_in_swedish_order(
    year: Year, meeting: Meeting
) -> None:
    for family in ("Öberg", "Zetterlund", "Åberg", "Ask", "Ärlig"):
        make_person(make_organisation(year, "Arvika kommun"), "Anna", family)
    make_person(make_organisation(year, "IF Exempel", "forening"), "Lisa", "Ek")
    assert names(meeting, MUNICIPALITIES) == [
        "Anna Ask",
        "Anna Zetterlund",
        "Anna Åberg",
        "Anna Ärlig",
        "Anna Öberg",
    ]
    assert names(meeting, ASSOCIATIONS) == ["Lisa Ek"]


def test_a_person_in_two_organisations_comes_once_and_for_the_chosen_one(
    year: Year, meeting: Meeting
) -> None:
    person = make_person(make_organisation(year, "Arvika kommun"), "Anna", "Berg")
    people.add_person(
        "Anna", "Berg", person.email, make_organisation(year, "IF Exempel", "forening")
    )
    assert [(one.name, one.organisation) for one in audiences.audience(meeting, ASSOCIATIONS)] == [
        ("Anna Berg", "IF Exempel")
    ]
    assert [
        one.organisation
        for one in audiences.audience(meeting, Choice("people", people=(person.public_id,)))
    ] == ["Arvika kommun"]


@pytest.mark.parametrize("state", ["invited", "declined", "revoked"])
def test_whoever_has_a_row_for_the_meeting_is_not_invited_again(
    year: Year, meeting: Meeting, state: str
) -> None:
    invited(meeting, "Arvika kommun", "Anna", state=state)
    assert names(meeting, MUNICIPALITIES) == []
    assert names(meeting_of(year, "direction"), MUNICIPALITIES) == ["Anna Ek"]


def test_inactive_people_and_organisations_are_left_out(year: Year, meeting: Meeting) -> None:
    arvika, grums = (
        make_organisation(year, "Arvika kommun"),
        make_organisation(year, "Grums kommun"),
    )
    person = make_person(arvika, "Anna", "Berg")
    make_person(grums, "Ola", "Dahl")
    activation.set_active(person, False, audit.SYSTEM, START)
    assert names(meeting, MUNICIPALITIES) == ["Ola Dahl"]
    activation.set_active(grums, False, audit.SYSTEM, START)
    assert names(meeting, MUNICIPALITIES) == []


def test_leads_are_invited_for_the_organisation_they_lead(year: Year, meeting: Meeting) -> None:
    arvika = make_organisation(year, "Arvika kommun")
    lead = make_person(arvika, "Anna", "Berg")
    make_person(arvika, "Ola", "Dahl")
    organisations.set_lead(arvika, year, lead)
    db.session.flush()
    assert [
        (one.name, one.organisation) for one in audiences.audience(meeting, Choice("lead"))
    ] == [("Anna Berg", "Arvika kommun")]


def test_an_import_reaches_those_who_were_on_file_before_too(year: Year, meeting: Meeting) -> None:
    arvika = make_organisation(year, "Arvika kommun")
    listed, _other = make_person(arvika, "Anna", "Berg"), make_person(arvika, "Ola", "Dahl")
    batch = Import(
        year_id=year.id, file_name="lista.xlsx", rows=[], state="written", created_at=START
    )
    db.session.add(batch)
    db.session.flush()
    db.session.add(ImportedPerson(import_id=batch.id, person=listed))
    db.session.flush()
    assert names(meeting, Choice("import", batch.public_id)) == ["Anna Berg"]
    batch.state = "undone"
    db.session.flush()
    assert names(meeting, Choice("import", batch.public_id)) == []


def test_last_years_audience_is_asked_for_the_same_organisation(
    year: Year, meeting: Meeting
) -> None:
    before = meeting_of(make_year(2026))
    arvika, grums = (
        make_organisation(year, "Arvika kommun"),
        make_organisation(year, "Grums kommun"),
    )
    person = make_person(arvika, "Anna", "Berg")
    people.add_person("Anna", "Berg", person.email, grums)
    invitations.invite(before, person, grums, START)
    gone = invitations.invite(before, make_person(arvika, "Ola", "Dahl"), arvika, START)
    revocation.revoke(gone, START, audit.SYSTEM)
    db.session.flush()
    assert [
        (one.name, one.organisation) for one in audiences.audience(meeting, Choice("last_year"))
    ] == [("Anna Berg", "Grums kommun")]


def test_the_numbers_are_the_lists(meeting: Meeting) -> None:
    states = [
        "invited",
        "invited",
        "registered",
        "attended",
        "declined",
        "withdrawn",
        "waitlisted",
        "to_reconfirm",
        "revoked",
        "unconfirmed",
    ]
    for number, state in enumerate(states):
        invited(meeting, "Arvika kommun", f"P{number}", state=state)
    db.session.query(Message).filter(Message.name == "P2 Ek").one().state = "sent"
    db.session.flush()
    funnel = turnout.funnel(meeting)
    assert (
        funnel.invited,
        funnel.delivered,
        funnel.answered,
        funnel.coming,
        funnel.declined,
        funnel.unanswered,
    ) == (8, 1, 5, 2, 2, 2)
    for group in (
        "invited",
        "delivered",
        "answered",
        "coming",
        "declined",
        "unanswered",
        "waiting",
        "to_reconfirm",
    ):
        assert getattr(funnel, group) == audiences.in_group(meeting, group).total, group
    assert funnel.unanswered + funnel.to_reconfirm == len(recipients.unanswered(meeting, START))


def test_a_seat_that_is_handed_over_is_counted_once(meeting: Meeting) -> None:
    registration = invited(meeting, "Arvika kommun", "Ola")
    replies.register(
        registration,
        Reply("Ola", "Ek", "ola.ek@kommun.example", lunch=True),
        START,
        audit.participant(registration.person_id),
    )
    substitution.substitute(
        registration,
        Substitute("Eva", "Nord", "eva.nord@kommun.example"),
        START,
        audit.participant(registration.person_id),
    )
    funnel = turnout.funnel(meeting)
    assert (funnel.invited, funnel.answered, funnel.coming, funnel.substitutes) == (1, 1, 1, 1)


def test_an_organisation_without_anyone_coming_is_missing(year: Year, meeting: Meeting) -> None:
    invited(meeting, "Arvika kommun", "Anna", state="registered")
    invited(meeting, "Grums kommun", "Ola")
    make_organisation(year, "Årjängs kommun")
    make_organisation(year, "IF Exempel", "forening")
    rows = {row.category: row for row in turnout.turnout(meeting)}
    assert (rows["kommun"].invited, rows["kommun"].coming, rows["kommun"].unanswered) == (2, 1, 1)
    assert (rows["kommun"].organisations, rows["kommun"].missing) == (3, 2)
    assert (rows["forening"].organisations, rows["forening"].missing) == (1, 1)
    assert [(o.name, left) for o, left in turnout.organisations_missing(meeting).rows] == [
        ("Grums kommun", 1),
        ("IF Exempel", 0),
        ("Årjängs kommun", 0),
    ]
    assert [o.name for o, _left in turnout.organisations_missing(meeting, "forening").rows] == [
        "IF Exempel"
    ]


def test_an_organisation_outside_the_circle_counts_when_somebody_is_invited_for_it(
    meeting: Meeting,
) -> None:
    place = organisations.add_organisation("Gästande bolag")
    invitations.invite(meeting, make_person(place, "Anna", "Berg"), place, START)
    assert [(row.category, row.invited, row.missing) for row in turnout.turnout(meeting)] == [
        ("-", 1, 1)
    ]
    assert audiences.in_group(meeting, "invited", "-").total == 1


def test_the_list_is_found_by_name_address_and_organisation(meeting: Meeting) -> None:
    invited(meeting, "Arvika kommun", "Anna", "Öberg")
    invited(meeting, "Grums kommun", "Ola", "Dahl")
    for text, found in (
        ("öberg", 1),
        ("ola.dahl@", 1),
        ("grums ola", 1),
        ("kommun", 2),
        ("50%", 0),
        ("", 2),
    ):
        assert audiences.in_group(meeting, "invited", "", text).total == found, text


def statements_into(found: list[str]) -> Callable[..., None]:
    """A listener that notes every statement."""
    return lambda *arguments: found.append(arguments[2])


def test_as_many_queries_for_many_as_for_one(meeting: Meeting) -> None:
    counts = []
    for number in (1, 30):
        for one in range(number):
            invited(meeting, f"Kommun {number}-{one}", f"P{number}x{one}")
        db.session.flush()
        statements: list[str] = []
        listen = statements_into(statements)
        event.listen(db.engine, "before_cursor_execute", listen)
        turnout.funnel(meeting)
        turnout.turnout(meeting)
        audiences.in_group(meeting, "invited")
        audiences.audience(meeting, MUNICIPALITIES)
        recipients.unanswered(meeting, START)
        event.remove(db.engine, "before_cursor_execute", listen)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_nobody_is_reminded_twice_in_a_day(meeting: Meeting) -> None:
    registration = invited(meeting, "Arvika kommun", "Anna")
    assert [one.key for one in recipients.unanswered(meeting, START)] == [registration.public_id]
    outbox.put(
        recipients.day_key("reminder", registration.public_id, START),
        "test_mail",
        outbox.Recipient("a@kommun.example", ""),
        {"sent_at": "nu"},
        {},
        START,
        registration=registration,
    ).kind = "reminder"
    db.session.flush()
    assert recipients.unanswered(meeting, START + dt.timedelta(hours=5)) == []
    assert len(recipients.unanswered(meeting, START + ABOUT_A_DAY)) == 1


def test_every_state_belongs_to_a_group_but_what_was_merged() -> None:
    states = {state for several in GROUPS.values() for state in several}
    assert states == set(registrations.REGISTRATION_STATES) - {"merged"}

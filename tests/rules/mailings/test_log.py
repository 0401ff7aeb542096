"""The one log of mails: narrowed by person, meeting, mailing, state, kind and words."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel.db import db
from annualwheel.listing import Order
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings import log
from annualwheel.mailings.log import LogFilter
from annualwheel.models import Mailing, Meeting, Message, Registration, Year
from annualwheel.models.mail import MESSAGE_STATES
from annualwheel.registrations import invitations
from tests.conftest import START
from tests.makers.region import make_organisation, make_person, make_year, meeting_of

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def year(session: scoped_session[Session]) -> Year:
    return make_year()


@pytest.fixture
def meeting(year: Year) -> Meeting:
    return meeting_of(year)


def invited(meeting: Meeting, given: str, family: str) -> Registration:
    """Somebody who is invited; the invitation is the first mail."""
    organisation = make_organisation(meeting.year, "Årjängs kommun")
    return invitations.invite(
        meeting, make_person(organisation, given, family), organisation, START
    )


def mail(key: str, to: Recipient, hours: int = 0) -> Message:
    """A mail that is put in the outbox that many hours after the start."""
    message = outbox.put(key, "test_mail", to, {"sent_at": "nu"}, {}, START + hours * HOUR)
    db.session.flush()
    return message


def keys(wanted: LogFilter, order: Order = log.NEWEST) -> list[str]:
    """The mails of the first page, by their keys."""
    return [one.key for one in log.page(wanted, order=order).rows]


def test_the_newest_comes_first_and_a_sent_mail_stands_at_its_sending(year: Year) -> None:
    first, _second, third = (
        mail(key, Recipient("a@x.example", ""), n) for n, key in enumerate("abc")
    )
    assert keys(LogFilter()) == ["c", "b", "a"]
    first.sent_at = START + 9 * HOUR
    assert keys(LogFilter()) == ["a", "c", "b"]
    assert keys(LogFilter(), Order("when")) == ["b", "c", "a"]
    assert [one.key for one in log.newest(LogFilter(), 2)] == ["a", "c"]
    assert third.sent_at is None


@pytest.mark.parametrize(("group", "states"), log.GROUPS.items())
def test_a_group_is_its_states(year: Year, group: str, states: tuple[str, ...]) -> None:
    for state in MESSAGE_STATES:
        mail(state, Recipient("a@x.example", "")).state = state
    assert sorted(keys(LogFilter(group=group))) == sorted(states)
    assert log.count(LogFilter(group=group)) == len(states)


def test_every_state_but_none_twice_belongs_to_a_group() -> None:
    assert sorted(state for states in log.GROUPS.values() for state in states) == sorted(
        MESSAGE_STATES
    )


def test_a_meeting_has_the_mails_of_its_places_and_of_its_mailings(
    year: Year, meeting: Meeting
) -> None:
    registration, other = (
        invited(meeting, "Åsa", "Ek"),
        invited(meeting_of(year, "direction"), "Bo", "Å"),
    )
    mailing = Mailing(
        meeting=meeting, kind="results", audience={}, confirm_key="k", created_at=START
    )
    db.session.add(mailing)
    db.session.flush()
    sent = mail("mailed", Recipient.of(registration.person))
    sent.mailing_id = mailing.id
    mail("elsewhere", Recipient.of(registration.person))
    found = log.page(LogFilter(meeting_id=meeting.id)).rows
    assert {one.registration_id for one in found} == {registration.id, None} and sent in found
    assert len(found) == 2 == log.count(LogFilter(meeting_id=meeting.id))
    assert keys(LogFilter(mailing_id=mailing.id)) == ["mailed"]
    assert {one.person_id for one in log.page(LogFilter(person_id=other.person_id)).rows} == {
        other.person_id
    }
    assert {one.key for one in log.about(registration)} == {one.key for one in found}


def test_it_is_searched_by_name_and_address(year: Year, meeting: Meeting) -> None:
    registration = invited(meeting, "Åsa", "Öberg")
    mail("to_nobody", Recipient("Någon.Annan@X.example", ""))
    assert {one.person_id for one in log.page(LogFilter(text="ÅSA öberg")).rows} == {
        registration.person_id
    }
    assert keys(LogFilter(text="annan@x")) == ["to_nobody"]
    assert keys(LogFilter(text="  ")) != [] == keys(LogFilter(text="100%"))


def test_it_is_narrowed_by_kind(year: Year, meeting: Meeting) -> None:
    invited(meeting, "Åsa", "Öberg")
    mail("a_test", Recipient("a@x.example", ""))
    assert keys(LogFilter(kind="test_mail")) == ["a_test"]


def test_recipients_are_sorted_by_family_name_and_who_is_erased_comes_last(
    year: Year, meeting: Meeting
) -> None:
    for given, family in (("Åsa", "Öberg"), ("Örjan", "Ask"), ("Bo", "Ängström")):
        person = make_person(make_organisation(year, "Årjängs kommun"), given, family)
        mail(family, Recipient.of(person))
    mail("Åmål", Recipient("x@x.example", "Åmåls bibliotek"))
    mail("erased", Recipient("", ""))
    expected = ["Ask", "Åmål", "Ängström", "Öberg"]
    assert keys(LogFilter(), Order("recipient")) == [*expected, "erased"]
    assert keys(LogFilter(), Order("recipient", True)) == [*reversed(expected), "erased"]
    assert keys(LogFilter(text="kommun"), Order("recipient")) == ["Ask", "Ängström", "Öberg"]


def test_kinds_are_sorted_as_they_are_given(year: Year, meeting: Meeting) -> None:
    invited(meeting, "Åsa", "Öberg")
    mail("a_test", Recipient("a@x.example", ""))
    for kinds in (("test_mail", "invitation"), ("invitation", "test_mail")):
        found = log.page(LogFilter(), order=Order("kind"), kinds=kinds).rows
        assert tuple(one.kind for one in found) == kinds

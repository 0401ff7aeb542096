"""The ways to attend: more seats reach those who wait, fewer take nobody's, and a way that somebody
has stays.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.meetings import planning
from annualwheel.meetings.planning import Terms
from annualwheel.models import AttendanceOption, Meeting, Registration
from annualwheel.participation import attendance_terms, replies
from annualwheel.participation.attendance_terms import AttendanceTerms
from annualwheel.registrations import seats
from tests.conftest import START
from tests.makers.guests import make_guest, make_meeting, reply_of
from tests.rules.preparation.test_two_at_once import behind_our_back

LATER = START + dt.timedelta(hours=1)


def change(meeting: Meeting, **found: AttendanceTerms) -> list[Registration]:
    return planning.set_terms(meeting, Terms(False, True, "", "", found), LATER, audit.SYSTEM)


def coming(count: int, capacity: int | None, **more: Any) -> list[Registration]:
    meeting = make_meeting(capacity, **more)
    guests = [make_guest(meeting, f"Gast{n}", "Ek", f"Organisation {n}") for n in range(count)]
    for minutes, guest in enumerate(guests):
        replies.register(
            guest,
            reply_of(guest),
            START + dt.timedelta(minutes=minutes),
            audit.participant(guest.person_id),
        )
    return guests


def test_more_seats_are_given_or_offered_in_order_as_the_new_rule_says(session: Any) -> None:
    guests = coming(4, 1)
    meeting = guests[0].meeting
    assert change(meeting, on_site=AttendanceTerms(2)) == [guests[1]]
    assert change(meeting, on_site=AttendanceTerms(3, rule="offer", hours=6)) == [guests[2]]
    assert [guest.state for guest in guests] == [
        "registered",
        "registered",
        "offered",
        "waitlisted",
    ]
    assert guests[2].offered_until == LATER + dt.timedelta(hours=6)


def test_fewer_seats_and_another_rule_take_neither_seat_nor_offer(session: Any) -> None:
    guests = coming(3, 1)
    meeting = guests[0].meeting
    change(meeting, on_site=AttendanceTerms(2, rule="offer"))
    assert change(meeting, on_site=AttendanceTerms(1)) == []
    assert [guest.state for guest in guests] == ["registered", "offered", "waitlisted"]


def test_no_limit_lets_everybody_in_but_for_the_organisations_share(session: Any) -> None:
    meeting = make_meeting(1)
    guests = [make_guest(meeting, name) for name in ("Maria", "Erik", "Anna")]
    for minutes, guest in enumerate(guests):
        replies.register(
            guest,
            reply_of(guest),
            START + dt.timedelta(minutes=minutes),
            audit.participant(guest.person_id),
        )
    assert change(meeting, on_site=AttendanceTerms(None, 2)) == [guests[1]]
    assert change(meeting, on_site=AttendanceTerms(None, 3)) == [guests[2]]


def test_the_online_way_comes_and_goes_while_nobody_has_it(session: Any) -> None:
    guests = coming(1, None)
    meeting = guests[0].meeting
    change(meeting, on_site=AttendanceTerms(), online=AttendanceTerms(5, 1, "offer", 12))
    option = seats.option_of(meeting, "online")
    assert option is not None and attendance_terms.of(option) == AttendanceTerms(5, 1, "offer", 12)
    change(meeting, on_site=AttendanceTerms())
    assert [option.mode for option in meeting.options] == ["on_site"]
    assert db.session.query(AttendanceOption).count() == 1


@pytest.mark.parametrize(
    "state", ["registered", "waitlisted", "offered", "to_reconfirm", "attended"]
)
def test_a_way_that_somebody_has_or_waits_for_stays(session: Any, state: str) -> None:
    guests = coming(1, None, online=True)
    guests[0].mode, guests[0].state = "online", state
    with pytest.raises(Refused, match="way_in_use") as refused:
        change(guests[0].meeting, on_site=AttendanceTerms())
    assert refused.value.params == {"count": 1}


def test_who_said_no_to_a_way_that_is_gone_comes_back_to_one_that_is_there(session: Any) -> None:
    guests = coming(1, None, online=True)
    guests[0].mode, guests[0].state = "online", "declined"
    change(guests[0].meeting, on_site=AttendanceTerms())
    assert guests[0].mode == "on_site"


@pytest.mark.race
def test_who_has_read_the_old_number_of_seats_is_counted_with_the_new(
    app: Flask, session: Any
) -> None:
    """The lock reads the ways again: whoever waited for it must not go by what there was before."""
    guests = coming(1, 2)
    meeting = guests[0].meeting
    late = make_guest(meeting, "Sen", "Ek", "Organisation sen")
    assert meeting.options[0].capacity == 2
    db.session.commit()
    behind_our_back(
        app, lambda: change(db.session.get_one(Meeting, meeting.id), on_site=AttendanceTerms(1))
    )
    replies.register(late, reply_of(late), LATER, audit.participant(late.person_id))
    assert late.state == "waitlisted"

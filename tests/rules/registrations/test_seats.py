"""Seats: never more than there are, whoever presses at the same moment; the waiting list goes in
order.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import audit
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.meetings import changes
from annualwheel.models import AttendanceOption, Meeting, Registration
from annualwheel.participation import replies, revocation, substitution
from annualwheel.participation.substitution import Substitute
from annualwheel.registrations import seats
from tests.at_once import at_once
from tests.conftest import START
from tests.makers.guests import entries, kinds_since, mails, make_guest, make_meeting, reply_of

MINUTE = dt.timedelta(minutes=1)


def coming(registration: Registration, minutes: int = 0, **changes: object) -> Registration:
    return replies.register(
        registration,
        reply_of(registration, **changes),
        START + minutes * MINUTE,
        audit.participant(registration.person_id),
    )


def leaving(registration: Registration, minutes: int = 30) -> None:
    replies.withdraw(
        registration, START + minutes * MINUTE, audit.participant(registration.person_id)
    )


def make_guests(count: int, capacity: int | None, **more: Any) -> list[Registration]:
    meeting = make_meeting(capacity, **more)
    return [make_guest(meeting, f"Gast{n}", "Ek", f"Organisation {n}") for n in range(count)]


def states_of(guests: list[Registration]) -> list[str]:
    db.session.flush()
    db.session.expire_all()
    return [guest.state for guest in guests]


@pytest.mark.race
def test_five_seats_go_to_five_of_twenty_who_press_at_once(app: Flask) -> None:
    with app.app_context():
        ids = [guest.id for guest in make_guests(20, 5)]
        db.session.commit()

    def press(number: int) -> str:
        state = coming(db.session.get_one(Registration, number)).state
        db.session.commit()
        return state

    states = at_once(app, press, ids)
    assert (states.count("registered"), states.count("waitlisted")) == (5, 15)
    with app.app_context():
        stored = [db.session.get_one(Registration, number).state for number in ids]
        assert (stored.count("registered"), stored.count("waitlisted")) == (5, 15)


def test_the_last_seat_goes_to_one_person(session: Any) -> None:
    guests = make_guests(2, 1)
    for guest in guests:
        coming(guest)
    assert states_of(guests) == ["registered", "waitlisted"]


def test_a_meeting_without_limit_never_fills(session: Any) -> None:
    guests = make_guests(4, None)
    for guest in guests:
        coming(guest)
    assert states_of(guests) == ["registered"] * 4


def test_an_organisation_gets_no_more_than_its_seats(session: Any) -> None:
    meeting = make_meeting(10, per_organisation=1)
    guests = [
        make_guest(meeting, "Maria"),
        make_guest(meeting, "Erik"),
        make_guest(meeting, "Anna", organisation="Sunne kommun"),
    ]
    for guest in guests:
        coming(guest)
    assert states_of(guests) == ["registered", "waitlisted", "registered"]


@pytest.mark.parametrize(
    ("capacity", "per_organisation", "for_colleague", "for_another"),
    [
        (None, None, True, True),
        (None, 1, False, True),
        (1, None, False, False),
        (1, 1, False, False),
        (2, None, True, True),
        (2, 1, False, True),
    ],
)
def test_a_seat_is_free_while_the_meeting_and_the_organisation_have_one(
    session: Any,
    capacity: int | None,
    per_organisation: int | None,
    for_colleague: bool,
    for_another: bool,
) -> None:
    meeting = make_meeting(capacity, per_organisation=per_organisation)
    coming(make_guest(meeting, "Maria"))
    colleague = make_guest(meeting, "Erik")
    another = make_guest(meeting, "Anna", organisation="Sunne kommun")
    assert [seats.is_free(guest, guest.mode) for guest in (colleague, another)] == [
        for_colleague,
        for_another,
    ]


@pytest.mark.parametrize("locked", ["meeting", "registration"])
def test_the_lock_reads_again_what_others_have_written(session: Any, locked: str) -> None:
    """What is read before one has waited for the others is not true any more."""
    guest = make_guests(1, 1)[0]
    subject = guest if locked == "registration" else guest.meeting
    written_by_others(Meeting, guest.meeting.id, state="cancelled")
    written_by_others(Registration, guest.id, state="declined")
    seats.lock(subject)
    assert guest.meeting.state == "cancelled"
    assert guest.state == ("declined" if locked == "registration" else "invited")


def test_those_who_wait_are_read_as_they_are_now(session: Any) -> None:
    guests = make_guests(2, 1)
    for guest in guests:
        coming(guest)
    written_by_others(Registration, guests[0].id, state="waitlisted")
    found = seats.waiting(guests[0].meeting, "on_site")
    assert [guest.state for guest in found] == ["waitlisted"] * 2


def written_by_others(table: type[Meeting | Registration], row_id: int, **values: object) -> None:
    """Changes the row and leaves the object as it was read, as another process would."""
    db.session.flush()
    db.session.execute(
        sa.update(table)
        .where(table.id == row_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def test_the_seat_one_has_is_free_for_oneself(session: Any) -> None:
    (guest,) = make_guests(1, 1, per_organisation=1)
    coming(guest)
    assert seats.is_free(guest, guest.mode)


def test_no_seat_is_free_in_a_way_that_is_not_offered(session: Any) -> None:
    (guest,) = make_guests(1, None)
    assert not seats.is_free(guest, "online")


def test_seats_are_counted_for_each_way_of_attending(session: Any) -> None:
    guests = make_guests(2, 1, online=True)
    coming(guests[0])
    coming(guests[1], mode="online")
    assert states_of(guests) == ["registered", "registered"]


def test_withdrawals_promote_in_the_order_people_came(session: Any) -> None:
    guests = make_guests(4, 1)
    for minutes, number in enumerate((0, 2, 3, 1)):
        coming(guests[number], minutes)
    assert [seats.place_in_line(guest) for guest in guests[1:]] == [3, 1, 2]
    leaving(guests[0])
    assert states_of(guests) == ["withdrawn", "waitlisted", "registered", "waitlisted"]
    leaving(guests[2])
    assert states_of(guests) == ["withdrawn", "waitlisted", "withdrawn", "registered"]
    assert seats.place_in_line(guests[1]) == 1


def test_who_came_at_the_same_moment_stands_in_the_order_of_the_rows(session: Any) -> None:
    guests = make_guests(3, 1)
    for guest in guests:
        coming(guest)
    assert [seats.place_in_line(guest) for guest in guests[1:]] == [1, 2]


@pytest.mark.parametrize("minutes", [(3, 1), (1, 1), (1, 3)])
def test_who_comes_last_stands_last_whatever_the_clocks_say(
    session: Any, minutes: tuple[int, int]
) -> None:
    """The rows of those before may be stamped later than our clock, which may be slow."""
    guests = make_guests(3, 1)
    for guest, minute in zip(reversed(guests), (0, *minutes), strict=True):
        coming(guest, minute)
    assert [seats.place_in_line(guest) for guest in guests[1::-1]] == [1, 2]


def test_a_free_seat_passes_over_an_organisation_that_has_its_share(session: Any) -> None:
    meeting = make_meeting(2, per_organisation=1)
    guests = [
        make_guest(meeting, "Maria"),
        make_guest(meeting, "Anna", organisation="Sunne kommun"),
        make_guest(meeting, "Erik"),
        make_guest(meeting, "Johan", organisation="Arvika kommun"),
    ]
    for minutes, guest in enumerate(guests):
        coming(guest, minutes)
    leaving(guests[1])
    assert states_of(guests) == ["registered", "withdrawn", "waitlisted", "registered"]


def test_leaving_the_waiting_list_gives_nobody_a_seat(session: Any) -> None:
    guests = make_guests(3, 1)
    for minutes, guest in enumerate(guests):
        coming(guest, minutes)
    before = len(mails())
    leaving(guests[1])
    assert states_of(guests) == ["registered", "withdrawn", "waitlisted"]
    assert kinds_since(before) == ["withdrawn"]


def test_a_promoted_person_is_told_and_gets_a_calendar_entry(session: Any) -> None:
    guests = make_guests(2, 1)
    for guest in guests:
        coming(guest)
    before = len(mails())
    leaving(guests[0])
    assert kinds_since(before) == ["withdrawn", "calendar_cancel", "promoted", "calendar_request"]
    assert entries()[-1] == ("REQUEST", 0, guests[1].person.email, guests[1].uid)


def test_an_invitation_taken_back_gives_its_seat_to_the_next(session: Any) -> None:
    guests = make_guests(2, 1)
    for guest in guests:
        coming(guest)
    revocation.revoke(guests[0], START + MINUTE, audit.SYSTEM)
    assert states_of(guests) == ["revoked", "registered"]


def test_a_seat_handed_over_is_not_given_to_those_who_wait(session: Any) -> None:
    guests = make_guests(2, 1)
    for guest in guests:
        coming(guest)
    new = substitution.substitute(
        guests[0],
        Substitute("Eva", "Nord", "eva@kommun.example"),
        START + MINUTE,
        audit.participant(guests[0].person_id),
    )
    assert states_of([*guests, new]) == ["substituted", "waitlisted", "registered"]


def test_declining_a_new_day_gives_the_seat_back(session: Any) -> None:
    guests = make_guests(2, 1)
    for guest in guests:
        coming(guest)
    meeting = guests[0].meeting
    changes.move(
        meeting,
        changes.Appointment(
            meeting.starts_at + dt.timedelta(days=7),
            meeting.ends_at + dt.timedelta(days=7),
            meeting.place,
            meeting.address,
        ),
        "Lokalen",
        START,
        audit.SYSTEM,
    )
    assert states_of(guests) == ["to_reconfirm", "waitlisted"]
    replies.decline(guests[0], "", START + MINUTE, audit.participant(guests[0].person_id))
    assert states_of(guests) == ["declined", "registered"]


def test_a_new_day_keeps_the_seat_of_who_says_yes_to_it(session: Any) -> None:
    guests = make_guests(2, 1)
    for guest in guests:
        coming(guest)
    meeting = guests[0].meeting
    changes.move(
        meeting,
        changes.Appointment(
            meeting.starts_at + dt.timedelta(days=7),
            meeting.ends_at + dt.timedelta(days=7),
            meeting.place,
            meeting.address,
        ),
        "Lokalen",
        START,
        audit.SYSTEM,
    )
    coming(guests[0], 2)
    assert states_of(guests) == ["registered", "waitlisted"]


def test_changing_to_a_full_way_of_attending_is_refused(session: Any) -> None:
    guests = make_guests(2, 1, online=True)
    coming(guests[0])
    coming(guests[1], mode="online")
    with pytest.raises(Refused) as refused:
        coming(guests[1], 1, mode="on_site")
    assert refused.value.key == "mode_full"


def test_changing_the_way_of_attending_frees_the_seat_for_the_next(session: Any) -> None:
    guests = make_guests(2, 1, online=True)
    for guest in guests:
        coming(guest)
    coming(guests[0], 1, mode="online")
    assert states_of(guests) == ["registered", "registered"]


def test_a_yes_to_the_new_day_in_another_way_frees_the_old_seat(session: Any) -> None:
    guests = make_guests(2, 1, online=True)
    for guest in guests:
        coming(guest)
    meeting = guests[0].meeting
    changes.move(
        meeting,
        changes.Appointment(
            meeting.starts_at + dt.timedelta(days=7),
            meeting.ends_at + dt.timedelta(days=7),
            meeting.place,
            meeting.address,
        ),
        "",
        START,
        audit.SYSTEM,
    )
    coming(guests[0], 1, mode="online")
    assert states_of(guests) == ["registered", "registered"]


def test_who_waits_gets_a_seat_by_choosing_the_way_that_has_one(session: Any) -> None:
    guests = make_guests(2, 1, online=True)
    for guest in guests:
        coming(guest)
    coming(guests[1], 1, mode="online")
    assert states_of(guests) == ["registered", "registered"]


def test_who_waits_and_changes_to_another_full_way_stands_last_there(session: Any) -> None:
    guests = make_guests(4, 1, online=True)
    db.session.query(AttendanceOption).filter_by(mode="online").one().capacity = 1
    coming(guests[0])
    coming(guests[1], mode="online")
    coming(guests[2])
    coming(guests[3], 1, mode="online")
    coming(guests[2], 2, mode="online")
    assert [seats.place_in_line(guest) for guest in (guests[3], guests[2])] == [1, 2]


@pytest.mark.parametrize(
    ("when", "key"),
    [
        (dt.timedelta(days=-20), "registration_not_open"),
        (dt.timedelta(days=30), "registration_closed"),
        (dt.timedelta(days=70), "registration_closed"),
    ],
)
def test_registration_is_possible_only_while_it_is_open(
    session: Any, when: dt.timedelta, key: str
) -> None:
    guest = make_guests(1, None)[0]
    with pytest.raises(Closed) as closed:
        replies.register(guest, reply_of(guest), START + when, audit.participant(guest.person_id))
    assert closed.value.key == key


def test_changes_stop_three_days_before_and_withdrawal_at_the_start(session: Any) -> None:
    guest = coming(make_guests(1, None)[0])
    actor = audit.participant(guest.person_id)
    late = guest.meeting.starts_at - dt.timedelta(days=2)
    for act in (
        lambda: replies.change(guest, reply_of(guest, lunch=False), late, actor),
        lambda: substitution.substitute(
            guest, Substitute("Eva", "Nord", "eva@kommun.example"), late, actor
        ),
    ):
        with pytest.raises(Closed) as closed:
            act()
        assert closed.value.key == "change_closed"
    with pytest.raises(Closed):
        replies.withdraw(guest, guest.meeting.starts_at, actor)
    replies.withdraw(guest, guest.meeting.starts_at - MINUTE, actor)
    assert guest.state == "withdrawn"


def test_a_late_substitute_can_still_say_yes(session: Any) -> None:
    guest = make_guests(1, None)[0]
    late = START + dt.timedelta(days=30)
    new = substitution.substitute(
        guest,
        Substitute("Eva", "Nord", "eva@kommun.example"),
        late,
        audit.participant(guest.person_id),
    )
    assert new.state == "invited"
    replies.register(new, reply_of(new), late + MINUTE, audit.participant(new.person_id))
    assert new.state == "registered"


def test_a_cancelled_meeting_takes_no_answer(session: Any) -> None:
    guest = make_guests(1, None)[0]
    changes.cancel(guest.meeting, "Snö", START, audit.SYSTEM)
    with pytest.raises(Closed) as closed:
        coming(guest)
    assert closed.value.key == "meeting_cancelled"


@pytest.mark.parametrize("when", ["cancelled", "over"])
def test_nobody_gets_a_seat_at_a_meeting_that_will_not_come(session: Any, when: str) -> None:
    guests = make_guests(2, 1)
    for guest in guests:
        coming(guest)
    if when == "cancelled":
        changes.cancel(guests[0].meeting, "", START + MINUTE, audit.SYSTEM)
    before = len(mails("promoted"))
    revocation.revoke(
        guests[0],
        START + MINUTE if when == "cancelled" else guests[0].meeting.starts_at,
        audit.SYSTEM,
    )
    assert states_of(guests) == ["revoked", "waitlisted"]
    assert len(mails("promoted")) == before

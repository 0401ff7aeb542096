"""Offered seats: held for a while, in order, by day; taken, declined or run out; and never two to
one seat.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel.clock import STOCKHOLM
from annualwheel.db import db
from annualwheel.errors import Closed, DomainError, Refused
from annualwheel.jobs.sweep import sweep_minute
from annualwheel.meetings import changes
from annualwheel.models import AttendanceOption, Audit, Meeting, Registration
from annualwheel.participation import offers, replies, revocation
from annualwheel.registrations import availability, seats
from annualwheel.registrations.states import HOLDS_SEAT
from annualwheel.wording import dates
from tests.conftest import START
from tests.makers.guests import entries, kinds_since, mails, make_guest, make_meeting, reply_of

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
MOMENT = dt.timedelta(microseconds=1)
MEETING = dt.datetime(2027, 1, 22, 9, tzinfo=STOCKHOLM)
KARIN = audit.Actor("staff", 1)


def at(text: str) -> dt.datetime:
    """ "20 12.30": a day in January 2027 and a time in Stockholm."""
    day, clock = text.split()
    hour, minute = clock.split(".")
    return dt.datetime(2027, 1, int(day), int(hour), int(minute), tzinfo=STOCKHOLM).astimezone(
        dt.UTC
    )


@pytest.mark.parametrize(
    ("made", "hours", "ends"),
    [
        ("11 10.00", 24, "12 10.00"),
        ("11 10.00", 1, "11 11.00"),
        # by day, with both edges of it
        ("11 8.00", 12, "11 20.00"),
        ("11 8.01", 12, "12 8.00"),
        ("11 15.00", 12, "12 8.00"),
        ("10 7.59", 24, "11 8.00"),
        ("10 8.00", 24, "11 8.00"),
        ("11 23.30", 2, "12 8.00"),
        ("11 3.00", 2, "11 8.00"),
        # twelve hours before 9 is 21 the evening before, which is night: 20
        ("21 9.00", 24, "21 20.00"),
        ("20 21.00", 48, "21 20.00"),
        ("21 18.00", 24, "21 20.00"),
        ("21 9.00", 4, "21 13.00"),
        ("21 18.01", 24, None),
        ("21 23.00", 1, None),
        ("22 8.00", 1, None),
    ],
)
def test_an_offer_ends_by_day_and_well_before_the_meeting(
    made: str, hours: int, ends: str | None
) -> None:
    assert offers.end_of_offer(at(made), hours, MEETING) == (at(ends) if ends else None)


def test_an_offer_for_an_afternoon_meeting_ends_in_the_evening_before_too() -> None:
    assert offers.end_of_offer(at("21 9.00"), 48, at("22 18.00")) == at("21 20.00")
    assert offers.end_of_offer(at("21 12.00"), 48, at("22 21.00")) == at("22 9.00")
    assert offers.end_of_offer(at("21 12.00"), 48, at("22 20.00")) == at("22 8.00")
    assert offers.end_of_offer(at("21 12.00"), 48, at("22 19.59")) == at("21 20.00")


def test_the_hours_are_of_the_clock_in_stockholm_when_it_changes() -> None:
    """On 28 March 2027 the night has an hour less."""
    made = dt.datetime(2027, 3, 27, 19, 30, tzinfo=STOCKHOLM).astimezone(dt.UTC)
    assert offers.end_of_offer(made, 12, made + dt.timedelta(days=30)) == dt.datetime(
        2027, 3, 28, 8, 30, tzinfo=STOCKHOLM
    )
    assert offers.end_of_offer(made, 2, made + dt.timedelta(days=30)) == dt.datetime(
        2027, 3, 28, 8, 0, tzinfo=STOCKHOLM
    )


def line_of(count: int, capacity: int = 1, **more: Any) -> list[Registration]:
    """People who have said yes in order to a meeting that offers its seats: the first `capacity`
    have one.
    """
    meeting = make_meeting(capacity, **more)
    for option in meeting.options:
        option.waiting_rule = "offer"
    guests = [make_guest(meeting, f"Gast{n}", "Ek", f"Organisation {n}") for n in range(count)]
    for minutes, guest in enumerate(guests):
        say_yes(guest, minutes)
    return guests


def say_yes(guest: Registration, minutes: int = 0, **changes: object) -> None:
    replies.register(guest, reply_of(guest, **changes), START + minutes * MINUTE, actor_of(guest))


def actor_of(guest: Registration) -> audit.Actor:
    return audit.participant(guest.person_id)


def leave(guest: Registration, now: dt.datetime = START + HOUR) -> None:
    replies.withdraw(guest, now, actor_of(guest))


def states_of(guests: list[Registration]) -> str:
    """The first letter of each one's state: r, w(aitlisted), o, x for withdrawn, d."""
    db.session.flush()
    db.session.expire_all()
    return "".join("x" if guest.state == "withdrawn" else guest.state[0] for guest in guests)


def held(meeting: Meeting, mode: str = "on_site") -> int:
    return (
        db.session.query(Registration)
        .filter(
            Registration.meeting_id == meeting.id,
            Registration.mode == mode,
            Registration.state.in_(HOLDS_SEAT),
        )
        .count()
    )


def end_of(guest: Registration) -> dt.datetime:
    assert guest.offered_until is not None
    return guest.offered_until


def sweep(meeting: Meeting, now: dt.datetime) -> int:
    return offers.lapse_due(meeting, now)


@pytest.mark.parametrize(
    ("sooner", "ends"),
    [
        # at 11 on 23 November the offer lasts until 10 on the 24th
        ("2026-11-24 09:00", "2026-11-23 20:00"),
        ("2026-11-23 16:00", "2026-11-23 13:00"),
        ("2026-11-23 12:00", "2026-11-23 12:00"),
        ("2026-12-24 09:00", "2026-11-24 10:00"),
    ],
)
def test_a_meeting_that_comes_sooner_shortens_the_offers_that_stand(
    session: Any, sooner: str, ends: str
) -> None:
    guests = line_of(3)
    leave(guests[0])
    starts_at = dt.datetime.fromisoformat(sooner).replace(tzinfo=STOCKHOLM)
    changes.move(
        guests[0].meeting,
        changes.Appointment(starts_at, starts_at + HOUR, "Nöjesfabriken"),
        "",
        START + 2 * HOUR,
        audit.SYSTEM,
    )
    assert states_of(guests) == "xow"
    assert end_of(guests[1]) == dt.datetime.fromisoformat(ends).replace(tzinfo=STOCKHOLM)


def test_a_free_seat_is_offered_to_the_first_in_line_and_held(session: Any) -> None:
    guests = line_of(3)
    leave(guests[0])
    assert states_of(guests) == "xow"
    assert guests[1].offered_until == START + HOUR + 24 * HOUR
    assert held(guests[0].meeting) == 1
    [offer] = mails("offer")
    assert offer.address == guests[
        1
    ].person.email and "tisdag 24 november kl. 10.00" in offer.body.text.replace("\u00a0", " ")
    assert not mails("promoted")


def test_a_held_seat_is_not_given_to_somebody_who_comes(session: Any) -> None:
    guests = line_of(2)
    leave(guests[0])
    new = make_guest(guests[0].meeting, "Ny", "Ek", "Organisation ny")
    say_yes(new, 120)
    assert states_of([*guests, new]) == "xow"


def test_who_takes_the_seat_is_registered_with_confirmation_and_calendar_entry(
    session: Any,
) -> None:
    guests = line_of(2)
    leave(guests[0])
    before = len(mails())
    offers.accept(guests[1], START + 2 * HOUR, actor_of(guests[1]))
    offers.accept(guests[1], START + 2 * HOUR, actor_of(guests[1]))
    assert (states_of(guests), guests[1].offered_until) == ("xr", None)
    assert kinds_since(before) == ["confirmation", "calendar_request"]
    assert entries()[-1] == ("REQUEST", 0, guests[1].person.email, guests[1].uid)


def test_an_offer_can_be_taken_long_after_registration_has_closed(session: Any) -> None:
    guests = line_of(2)
    late = START + dt.timedelta(days=40)
    leave(guests[0], late)
    offers.accept(guests[1], late + HOUR, actor_of(guests[1]))
    assert states_of(guests) == "xr"


def test_no_and_stay_puts_last_and_offers_the_seat_to_the_next(session: Any) -> None:
    guests = line_of(4)
    leave(guests[0])
    offers.stay(guests[1], START + 2 * HOUR, actor_of(guests[1]))
    assert states_of(guests) == "xwow"
    assert [seats.place_in_line(guest) for guest in (guests[3], guests[1])] == [1, 2]
    offers.stay(guests[1], START + 3 * HOUR, actor_of(guests[1]))
    assert [seats.place_in_line(guest) for guest in (guests[3], guests[1])] == [1, 2]


def test_no_and_not_staying_consumes_the_offer_and_frees_the_seat(session: Any) -> None:
    guests = line_of(3)
    leave(guests[0])
    before = len(mails())
    leave(guests[1], START + 2 * HOUR)
    assert (states_of(guests), guests[1].offered_until) == ("xxo", None)
    assert kinds_since(before) == ["withdrawn", "offer"]
    assert "lämnat väntelistan" in mails("withdrawn")[-1].body.subject


def test_who_lets_the_seat_go_alone_is_not_offered_it_again_at_once(session: Any) -> None:
    guests = line_of(2)
    leave(guests[0])
    offers.stay(guests[1], START + 2 * HOUR, actor_of(guests[1]))
    assert states_of(guests) == "xw"
    assert len(mails("offer")) == 1


def test_who_waits_may_take_a_seat_that_others_let_go(session: Any) -> None:
    guests = line_of(2)
    leave(guests[0])
    offers.stay(guests[1], START + 2 * HOUR, actor_of(guests[1]))
    offers.accept(guests[1], START + 3 * HOUR, actor_of(guests[1]))
    assert states_of(guests) == "xr"


def test_who_waits_takes_no_seat_that_is_not_free(session: Any) -> None:
    guests = line_of(2)
    with pytest.raises(Closed, match="offer_over"):
        offers.accept(guests[1], START + HOUR, actor_of(guests[1]))
    assert states_of(guests) == "rw"


def test_an_offer_that_runs_out_goes_to_the_next_and_its_holder_stands_last_and_is_asked(
    session: Any,
) -> None:
    guests = line_of(4)
    leave(guests[0])
    until, before = end_of(guests[1]), len(mails())
    assert sweep(guests[0].meeting, until - MINUTE) == 0
    assert sweep(guests[0].meeting, until) == 1
    assert (states_of(guests), guests[1].offered_until) == ("xwow", None)
    assert kinds_since(before) == ["offer_lapsed", "offer"]
    assert [seats.place_in_line(guest) for guest in (guests[3], guests[1])] == [1, 2]
    assert sweep(guests[0].meeting, until + MINUTE) == 0


def test_offers_that_run_out_together_do_not_change_places_with_each_other(session: Any) -> None:
    guests = line_of(4, 2)
    leave(guests[0])
    leave(guests[1])
    assert states_of(guests) == "xxoo"
    assert sweep(guests[0].meeting, end_of(guests[2])) == 2
    assert states_of(guests) == "xxww"
    assert [seats.place_in_line(guest) for guest in guests[2:]] == [1, 2]


@pytest.mark.parametrize("act", ["accept", "stay", "form", "phone", "decline"])
def test_an_offer_that_has_run_out_is_refused_before_anyone_has_noted_it(
    session: Any, act: str
) -> None:
    guests = line_of(3)
    leave(guests[0])
    guest, late = guests[1], end_of(guests[1])
    acts: dict[str, Callable[[], object]] = {
        "accept": lambda: offers.accept(guest, late, actor_of(guest)),
        "stay": lambda: offers.stay(guest, late, actor_of(guest)),
        "form": lambda: replies.register(guest, reply_of(guest), late, actor_of(guest)),
        "phone": lambda: replies.register(guest, reply_of(guest), late, KARIN),
        "decline": lambda: replies.decline(guest, "", late, actor_of(guest)),
    }
    with pytest.raises(Closed, match="offer_over"):
        acts[act]()
    assert states_of(guests) == "xow"


def test_who_has_an_offer_that_has_run_out_may_still_leave(session: Any) -> None:
    guests = line_of(3)
    leave(guests[0])
    leave(guests[1], end_of(guests[1]) + MINUTE)
    assert states_of(guests) == "xxo"


def test_the_minute_sweep_ends_offers(app: Any, session: Any, clock: Any) -> None:
    guests = line_of(3)
    leave(guests[0])
    session.commit()
    clock.set(end_of(guests[1]) + MINUTE)
    sweep_minute()
    assert states_of(guests) == "xwo"


def test_an_offer_runs_out_at_its_end_to_the_moment(session: Any) -> None:
    guests = line_of(3)
    leave(guests[0])
    meeting, end = guests[0].meeting, end_of(guests[1])
    assert (list(offers.due(end - MOMENT)), sweep(meeting, end - MOMENT)) == ([], 0)
    assert states_of(guests) == "xow"
    assert (list(offers.due(end)), sweep(meeting, end)) == ([meeting], 1)
    assert states_of(guests) == "xwo"


def test_what_others_have_written_meanwhile_is_read_before_an_offer_ends(session: Any) -> None:
    guests = line_of(3)
    leave(guests[0])
    sooner = end_of(guests[1]) - 2 * HOUR
    written_by_others(guests[1], offered_until=sooner)
    assert sweep(guests[0].meeting, sooner) == 1
    assert dates.weekday_time(sooner, "sv") in mails("offer_lapsed")[0].body.text


def written_by_others(guest: Registration, **values: object) -> None:
    """Changes the row and leaves the object as it was read, as another process would."""
    db.session.flush()
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id == guest.id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def test_offers_of_another_meeting_are_left_alone(session: Any) -> None:
    here, there = line_of(3), line_of(3, kind="direction")
    for guests in (here, there):
        leave(guests[0])
    end = end_of(here[1])
    assert end_of(there[1]) == end
    offers.follow(here[0].meeting, end - 3 * HOUR)
    assert [end_of(guests[1]) for guests in (here, there)] == [end, end]
    here[0].meeting.starts_at = end - HOUR
    offers.follow(here[0].meeting, end - 3 * HOUR)
    db.session.expire_all()
    assert end_of(here[1]) < end_of(there[1]) == end
    assert sweep(here[0].meeting, end) == 1
    assert [states_of(guests)[1] for guests in (here, there)] == ["w", "o"]


@pytest.mark.parametrize("rule", ["direct", "offer"])
def test_nobody_gets_a_seat_once_the_meeting_has_begun(session: Any, rule: str) -> None:
    """Where seats are given and not offered, they are until the meeting begins."""
    guests = line_of(2)
    meeting = guests[0].meeting
    meeting.options[0].waiting_rule = rule
    guests[0].state = "withdrawn"
    db.session.flush()
    assert offers.fill(meeting, "on_site", meeting.starts_at) == []
    assert offers.fill(meeting, "online", START) == []
    given = offers.fill(meeting, "on_site", meeting.starts_at - MOMENT)
    assert given == ([guests[1]] if rule == "direct" else [])


@pytest.mark.parametrize("why", ["cancelled", "begun"])
def test_no_offer_runs_out_at_a_meeting_that_will_not_come(session: Any, why: str) -> None:
    guests = line_of(3)
    leave(guests[0])
    meeting = guests[0].meeting
    if why == "cancelled":
        changes.cancel(meeting, "", START + 2 * HOUR, audit.SYSTEM)
        assert not offers.due(end_of(guests[1]))
    else:
        assert offers.due(meeting.starts_at - MINUTE) == [meeting] and not offers.due(
            meeting.starts_at
        )


def test_nobody_is_offered_a_seat_too_near_the_meeting(session: Any) -> None:
    guests = line_of(2)
    leave(guests[0], guests[0].meeting.starts_at - 14 * HOUR)
    assert states_of(guests) == "xw"
    assert offers.is_late(guests[0].meeting.options[0], guests[0].meeting.starts_at - 14 * HOUR)


def test_an_organisation_that_has_its_share_is_passed_over_and_the_trail_says_so(
    session: Any,
) -> None:
    meeting = make_meeting(2, per_organisation=1)
    meeting.options[0].waiting_rule = "offer"
    guests = [
        make_guest(meeting, "Maria"),
        make_guest(meeting, "Anna", organisation="Sunne kommun"),
        make_guest(meeting, "Erik"),
        make_guest(meeting, "Johan", organisation="Arvika kommun"),
    ]
    for minutes, guest in enumerate(guests):
        say_yes(guest, minutes)
    leave(guests[1])
    assert states_of(guests) == "rxwo"
    row = db.session.query(Audit).filter_by(verb="offered").one()
    assert row.details == {"line": 2, "passed": [[guests[2].id, "organisation_full"]]}


def test_an_offer_counts_as_one_of_the_organisations_seats(session: Any) -> None:
    meeting = make_meeting(1, per_organisation=1)
    meeting.options[0].waiting_rule = "offer"
    guests = [
        make_guest(meeting, "Anna", organisation="Sunne kommun"),
        make_guest(meeting, "Maria"),
        make_guest(meeting, "Erik"),
    ]
    for minutes, guest in enumerate(guests):
        say_yes(guest, minutes)
    leave(guests[0])
    meeting.options[0].capacity = 3
    assert offers.fill(meeting, "on_site", START + 2 * HOUR) == []
    assert states_of(guests) == "xow"
    leave(guests[1], START + 3 * HOUR)
    assert states_of(guests) == "xxo"


def test_a_yes_in_the_other_way_frees_the_offered_seat(session: Any) -> None:
    guests = line_of(3, online=True)
    leave(guests[0])
    say_yes(guests[1], 90, mode="online")
    assert (states_of(guests), guests[1].mode) == ("xro", "online")


def test_an_invitation_taken_back_passes_its_offer_on_without_touching_a_calendar(
    session: Any,
) -> None:
    guests = line_of(3)
    leave(guests[0])
    before = len(mails())
    revocation.revoke(guests[1], START + 2 * HOUR, audit.SYSTEM)
    assert guests[1].state == "revoked" and states_of(guests[2:]) == "o"
    assert kinds_since(before) == ["offer"]


def test_who_was_seated_once_hears_of_no_calendar_while_an_offer_stands(session: Any) -> None:
    guests = line_of(2)
    leave(guests[0])
    offers.accept(guests[1], START + 2 * HOUR, actor_of(guests[1]))
    say_yes(guests[0], 180)
    leave(guests[1], START + 4 * HOUR)
    assert states_of(guests) == "ox" and guests[0].sequence >= 0
    before = len(mails())
    leave(guests[0], START + 5 * HOUR)
    assert kinds_since(before) == ["withdrawn"]


def test_a_place_out_of_turn_has_a_reason_and_is_noted(session: Any) -> None:
    guests = line_of(3)
    with pytest.raises(Refused, match="no_free_seat"):
        offers.give(guests[2], "Landshövdingen", START + HOUR, KARIN)
    offers.give(guests[2], "Landshövdingen", START + HOUR, KARIN, over=True)
    assert states_of(guests) == "rwr"
    row = db.session.query(Audit).filter_by(verb="given_place").one()
    assert (row.actor_kind, row.details) == (
        "staff",
        {"line": 2, "note": "Landshövdingen", "over": True},
    )
    assert mails("promoted") and entries()[-1][2] == guests[2].person.email


def test_a_free_seat_that_nobody_can_be_offered_any_more_is_given_by_hand(session: Any) -> None:
    guests = line_of(2)
    late = guests[0].meeting.starts_at - HOUR
    leave(guests[0], late)
    assert states_of(guests) == "xw"
    offers.give(guests[1], "Ringde", late, KARIN)
    assert states_of(guests) == "xr"
    row = db.session.query(Audit).filter_by(verb="given_place").one()
    assert row.details == {"line": 1, "note": "Ringde", "over": False}


def test_more_than_there_are_seats_gives_nobody_one_until_there_are_fewer(session: Any) -> None:
    guests = line_of(4)
    offers.give(guests[1], "Lovad på telefon", START + HOUR, KARIN, over=True)
    leave(guests[0], START + 2 * HOUR)
    assert states_of(guests) == "xrww"
    leave(guests[1], START + 3 * HOUR)
    assert states_of(guests) == "xxow"


def test_only_who_waits_is_given_a_place(session: Any) -> None:
    guests = line_of(1)
    with pytest.raises(Refused, match="cannot_promote"):
        offers.give(guests[0], "Igen", START + HOUR, KARIN, over=True)


def test_a_place_is_given_until_the_meeting_begins(session: Any) -> None:
    guests = line_of(2)
    with pytest.raises(Closed, match="meeting_started"):
        offers.give(guests[1], "Sent", guests[1].meeting.starts_at, KARIN, over=True)


WHEN = [
    ("register", "before", None),
    ("register", "after", "offer_over"),
    ("register", "begun", "meeting_started"),
    ("decline", "before", None),
    ("decline", "after", "offer_over"),
    ("withdraw", "before", None),
    ("withdraw", "after", None),
    ("withdraw", "begun", "meeting_started"),
    ("change", "before", "cannot_change"),
    ("substitute", "before", "cannot_substitute"),
]


@pytest.mark.parametrize(("action", "when", "key"), WHEN)
def test_what_who_is_offered_a_seat_may_do_and_when(
    session: Any, action: str, when: str, key: str | None
) -> None:
    guests = line_of(2)
    leave(guests[0])
    guest = guests[1]
    moments = {
        "before": end_of(guest) - MINUTE,
        "after": end_of(guest),
        "begun": guest.meeting.starts_at,
    }
    refusal: DomainError | None = availability.why_not(guest, action, moments[when])
    assert (refusal and refusal.key) == key
    assert availability.answer_by(guest) == guest.offered_until


def test_the_rule_holds_for_each_way_of_attending(session: Any) -> None:
    meeting = make_meeting(1, online=True)
    by_mode: dict[str, AttendanceOption] = {option.mode: option for option in meeting.options}
    by_mode["online"].capacity, by_mode["online"].waiting_rule = 1, "offer"
    guests = [make_guest(meeting, f"Gast{n}", "Ek", f"Organisation {n}") for n in range(4)]
    for guest, mode in zip(guests, ("on_site", "online", "on_site", "online"), strict=True):
        say_yes(guest, mode=mode)
    leave(guests[0])
    leave(guests[1])
    assert states_of(guests) == "xxro"

"""A hundred who press at once: every seat is held by one, the line stands in order, and it moves
in order.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.db import db
from annualwheel.errors import Closed, DomainError
from annualwheel.models import Meeting, Registration
from annualwheel.participation import offers, replies
from annualwheel.registrations import seats
from annualwheel.registrations.states import HOLDS_SEAT
from tests.at_once import at_once
from tests.conftest import START
from tests.makers.guests import make_guest, make_meeting, reply_of

pytestmark = pytest.mark.race

MANY, SEATS = 100, 25
MOMENT, HOUR = dt.timedelta(milliseconds=1), dt.timedelta(hours=1)


def invited(
    app: Flask,
    count: int,
    capacity: int,
    rule: str,
    *,
    organisations: int,
    per_organisation: int | None = None,
) -> list[int]:
    """The ids of people who are invited, spread over so many organisations."""
    with app.app_context():
        meeting = make_meeting(capacity, per_organisation=per_organisation)
        meeting.options[0].waiting_rule = rule
        ids = [
            make_guest(meeting, f"Gast{n}", "Ek", f"Organisation {n % organisations}").id
            for n in range(count)
        ]
        db.session.commit()
    return ids


def everybody(
    app: Flask, ids: Sequence[int], act: Callable[[Registration, int], object]
) -> list[bool]:
    """Everybody does `act` with their own registration in the same moment, each in a transaction of
    their own. Whether it was allowed.
    """

    def press(seen: tuple[Registration, int]) -> bool:
        try:
            act(*seen)
        except DomainError:
            return False
        db.session.commit()
        return True

    return at_once(
        app,
        press,
        range(len(ids)),
        look=lambda number: (db.session.get_one(Registration, ids[number]), number),
    )


def say_yes(registration: Registration, number: int) -> None:
    replies.register(
        registration,
        reply_of(registration),
        START + number * MOMENT,
        audit.participant(registration.person_id),
    )


def leave(registration: Registration, number: int) -> None:
    replies.withdraw(
        registration, START + HOUR + number * MOMENT, audit.participant(registration.person_id)
    )


def rows(ids: Sequence[int]) -> list[Registration]:
    """The registrations as they are stored, in the order of the ids."""
    found = {one.id: one for one in db.session.query(Registration).populate_existing()}
    return [found[number] for number in ids]


def counted(ids: Sequence[int]) -> Counter[str]:
    return Counter(one.state for one in rows(ids))


@pytest.mark.parametrize(("rule", "given"), [("direct", "registered"), ("offer", "offered")])
def test_a_hundred_at_once_for_twenty_five_seats(app: Flask, rule: str, given: str) -> None:
    ids = invited(app, MANY, SEATS, rule, organisations=MANY)
    seen: dict[int, int] = {}

    def say_yes_and_look(registration: Registration, number: int) -> None:
        say_yes(registration, number)
        if registration.state == "waitlisted":
            seen[registration.id] = seats.place_in_line(registration)

    assert all(everybody(app, ids, say_yes_and_look))
    with app.app_context():
        assert counted(ids) == {"registered": SEATS, "waitlisted": MANY - SEATS}
        line = [one.id for one in seats.waiting(db.session.query(Meeting).one(), "on_site")]
        # Nobody who came later, with an earlier time, has gone before them.
        assert [seen[number] for number in line] == list(range(1, MANY - SEATS + 1))
        seated = [one.id for one in rows(ids) if one.state == "registered"]
    assert all(everybody(app, seated[:20], leave))
    with app.app_context():
        assert [one.state for one in rows(line)] == [given] * 20 + ["waitlisted"] * (
            MANY - SEATS - 20
        )
        assert sum(one.state in HOLDS_SEAT for one in rows(ids)) == SEATS


def test_many_at_once_take_no_more_than_their_organisations_may(app: Flask) -> None:
    ids = invited(app, 100, 2 * SEATS, "offer", organisations=20, per_organisation=2)
    assert all(everybody(app, ids, say_yes))
    with app.app_context():
        assert counted(ids) == {"registered": 40, "waitlisted": 60}
        assert set(
            Counter(one.organisation_id for one in rows(ids) if one.state == "registered").values()
        ) == {2}
        seated = [one.id for one in rows(ids) if one.state == "registered"]
    assert all(everybody(app, seated[:15], leave))
    with app.app_context():
        held = [one for one in rows(ids) if one.state in HOLDS_SEAT]
        assert Counter(one.state for one in held) == {"registered": 25, "offered": 15}
        assert set(Counter(one.organisation_id for one in held).values()) == {2}


def test_offers_that_are_let_go_at_once_pass_on_in_order(app: Flask) -> None:
    ids = invited(app, 40, 10, "offer", organisations=40)
    everybody(app, ids, say_yes)
    with app.app_context():
        line = [one.id for one in seats.waiting(db.session.query(Meeting).one(), "on_site")]
        seated = [one.id for one in rows(ids) if one.state == "registered"]
    everybody(app, seated, leave)
    assert all(
        everybody(
            app,
            line[:10],
            lambda one, number: (offers.stay, replies.withdraw)[number % 2](
                one, START + 2 * HOUR + number * MOMENT, audit.participant(one.person_id)
            ),
        )
    )
    with app.app_context():
        assert [one.state for one in rows(line[10:])] == ["offered"] * 10 + ["waitlisted"] * 10
        assert {
            one.id for one in seats.waiting(db.session.query(Meeting).one(), "on_site")[10:]
        } == set(line[:10:2])


def test_the_sweep_and_those_who_take_the_seat_in_the_same_moment_never_both_win(
    app: Flask,
) -> None:
    """Half of those who are offered a seat press as it runs out: who wins has it, who loses stands
    in line, and nobody has half.
    """
    ids = invited(app, 40, 10, "offer", organisations=40)
    everybody(app, ids, say_yes)
    with app.app_context():
        seated = [one.id for one in rows(ids) if one.state == "registered"]
    everybody(app, seated, leave)
    with app.app_context():
        offered = [one for one in rows(ids) if one.state == "offered"]
        chosen, until = (
            [one.id for one in offered],
            max(one.offered_until for one in offered if one.offered_until),
        )
    pressing = chosen[:5]

    def act(registration: Registration, number: int) -> None:
        if number < len(pressing):
            offers.accept(registration, until - HOUR, audit.participant(registration.person_id))
        elif offers.lapse_due(registration.meeting, until) == 0:
            raise Closed("offer_over")

    won = everybody(app, [*pressing, chosen[5], chosen[6]], act)
    with app.app_context():
        assert [one.state == "registered" for one in rows(pressing)] == won[:5]
        assert [one.state for one in rows(chosen[5:])] == ["waitlisted"] * 5
        assert won[5:].count(True) == 1
        assert counted(ids)["registered"] == won[:5].count(True)
        assert sum(one.state in HOLDS_SEAT for one in rows(ids)) == 10

"""Clocks that differ: the application goes by the database's, and staff are told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from annualwheel import clock as clocks
from annualwheel import machine_clocks
from annualwheel.clock import SystemClock, ahead_of_shared
from annualwheel.db import db, server_time
from annualwheel.jobs import sweep
from annualwheel.jobs.once import AHEAD, claim_minute
from annualwheel.mail import claiming, outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import MachineClock, Tick
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.region import make_staff, make_year, sign_in
from tests.tiny_browser import Browser

pytestmark = pytest.mark.fault

MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)
SEVEN = 7 * MINUTE


def off_by(ahead: dt.timedelta) -> SystemClock:
    """The clock of a machine that is so far ahead of the shared one."""
    return SystemClock(lambda: dt.datetime.now(dt.UTC) - ahead)


@pytest.mark.parametrize("ahead", [SEVEN, -SEVEN, dt.timedelta()])
def test_a_machine_that_is_wrong_goes_by_the_shared_clock(ahead: dt.timedelta) -> None:
    clock = off_by(ahead)
    assert abs(clock.now() - (dt.datetime.now(dt.UTC) - ahead)) < SECOND
    assert abs(ahead_of_shared(clock) - ahead) < SECOND


def test_the_shared_clock_is_asked_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def ask() -> dt.datetime:
        asked.append(1)
        return dt.datetime.now(dt.UTC)

    clock = SystemClock(ask)
    clock.now(), clock.now()
    assert len(asked) == 1
    monkeypatch.setattr(clocks, "CORRECTED_EVERY", 0.0)
    clock.now()
    assert len(asked) == 2


def test_a_shared_clock_that_cannot_be_asked_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clocks, "CORRECTED_EVERY", 0.0)
    answers = [dt.datetime.now(dt.UTC) - SEVEN]
    # Without an answer left it raises.
    clock = SystemClock(answers.pop)
    clock.now()
    assert not answers
    assert abs(clock.now() - (dt.datetime.now(dt.UTC) - SEVEN)) < SECOND


def test_an_answer_that_took_long_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "SLOW", dt.timedelta())
    assert abs(off_by(SEVEN).now() - dt.datetime.now(dt.UTC)) < SECOND


def test_the_machine_is_asked_where_it_alone_has_the_database(
    session: Any,
) -> None:
    if db.engine.dialect.name == "postgresql":
        assert abs(server_time(db.engine) - dt.datetime.now(dt.UTC)) < MINUTE
    assert ahead_of_shared(services().clock) == dt.timedelta()


def test_no_mail_is_taken_by_two_machines_whose_clocks_differ(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = dt.datetime.now(dt.UTC)
    to = Recipient("a@kommun.example", "")
    outbox.put("a", "test_mail", to, {"sent_at": "nu"}, {}, shared)
    db.session.commit()
    assert len(claiming.claim("a", shared)) == 1
    monkeypatch.setattr(clocks, "_machine", lambda: dt.datetime.now(dt.UTC) + SEVEN)
    assert claiming.claim("b", SystemClock(lambda: dt.datetime.now(dt.UTC)).now()) == []
    assert len(claiming.claim("b", SystemClock().now())) == 1


def ticks() -> list[dt.datetime]:
    return [row.minute for row in db.session.query(Tick).order_by(Tick.minute)]


def test_a_tick_of_the_future_does_not_count(session: Any) -> None:
    for later in (SEVEN, 2 * MINUTE, AHEAD):
        assert claim_minute("sweep", START + later)
    # A machine that is a moment ahead has the next minute; the others are of wrong clocks.
    assert claim_minute("sweep", START)
    assert ticks() == [START, START + AHEAD]
    assert claim_minute("other", START)
    assert not claim_minute("sweep", START) and not claim_minute("sweep", START + AHEAD)


def test_a_machine_that_was_set_back_goes_on(session: Any, clock: Fixed) -> None:
    clock.advance(SEVEN)
    sweep.sweep_minute()
    clock.set(START)
    sweep.sweep_minute()
    assert ticks() == [START]


def test_staff_are_told_of_a_clock_that_differs(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    make_year()
    db.session.commit()
    office = sign_in(visitor, make_staff())
    office.open("/arshjul").miss("sekunder före")
    machine_clocks.note("maskin-ett", SEVEN, START)
    machine_clocks.note("maskin-tva", -MINUTE, START)
    machine_clocks.note("maskin-tre", machine_clocks.TOLD, START)
    db.session.commit()
    office.open(office.url).see(
        "Klockan på maskin-ett går 420 sekunder före", "Klockan på maskin-tva går 60 sekunder efter"
    ).miss("maskin-tre")
    assert visitor.fetch("GET", "/readyz").get_json()["clock_ahead"] == 420
    machine_clocks.note("maskin-ett", dt.timedelta(), START)
    db.session.commit()
    assert [row.machine for row in db.session.query(MachineClock)] == ["maskin-tva"]
    clock.advance(machine_clocks.LASTS)
    assert visitor.fetch("GET", "/readyz").get_json()["clock_ahead"] == 0


def test_a_process_tells_of_its_own_machine_before_anybody_has_noted_it(session: Any) -> None:
    assert machine_clocks.differing(START, machine_clocks.TOLD) == []
    (own,) = machine_clocks.differing(START, -SEVEN)
    assert (own.machine, own.ahead) == ("", -420)
    machine_clocks.note("maskin-ett", MINUTE, START)
    assert [one.machine for one in machine_clocks.differing(START, -SEVEN)] == ["maskin-ett"]

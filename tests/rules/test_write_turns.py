"""The line in front of SQLite's one write lock: in order, short, and never all threads."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError

from annualwheel import write_turns
from annualwheel.db import db
from annualwheel.engines import is_busy
from annualwheel.models import Person
from annualwheel.transactions import reading
from annualwheel.write_turns import (
    BRIEF,
    JOB,
    LONG,
    MOST_WAITING,
    Gate,
    NoTurn,
    WriteTurns,
)
from tests.databases import PostgreSQL, SQLite
from tests.makers.region import make_organisation, make_person, make_staff, make_year, sign_in
from tests.tiny_browser import Browser

pytestmark = pytest.mark.fault

PATIENCE = 60.0


def begun(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def test_those_who_wait_come_in_the_order_they_came() -> None:
    turns, came, done = WriteTurns(), list[int](), list[int]()
    mine, _left = turns.wait(in_request=True)

    def waits(number: int) -> None:
        turn, _left = turns.wait(in_request=False)
        done.append(number)
        turns.done(turn)

    threads = []
    for number in range(5):
        threads.append(begun(lambda number=number: waits(number)))
        while len(turns._line) < number + 2:
            pass
        came.append(number)
    turns.done(mine)
    for thread in threads:
        thread.join(PATIENCE)
    assert done == came


def test_no_more_than_a_few_requests_wait_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_turns, "BRIEF", 0.0)
    monkeypatch.setattr(write_turns, "LONG", PATIENCE)
    turns = WriteTurns()
    first, _left = turns.wait(in_request=True)
    served: list[threading.Event] = []
    waiting = begun(lambda: served.append(turns.wait(in_request=True)[0]))
    while len(turns._line) < MOST_WAITING:
        pass
    for _late in range(8):
        with pytest.raises(NoTurn):
            turns.wait(in_request=True)
    assert not served
    turns.done(first)
    waiting.join(PATIENCE)
    turns.done(served[0])
    assert turns.wait(in_request=True)


def test_a_line_that_moves_is_waited_in() -> None:
    turns = WriteTurns()
    late = MOST_WAITING + 1
    assert turns._until(late, 100.0, True) == 100.0 + BRIEF
    turns._moved_at = 100.2
    assert turns._until(late, 100.0, True) == 100.2 + BRIEF
    turns._moved_at = 100.0 + LONG
    assert turns._until(late, 100.0, True) == 100.0 + LONG
    assert turns._until(MOST_WAITING, 100.0, True) == 100.0 + LONG
    assert turns._until(late, 100.0, False) == 100.0 + JOB
    turns.moved()
    assert turns._moved_at > 0


def test_one_that_gives_up_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_turns, "LONG", 0.0)
    turns = WriteTurns()
    first, _left = turns.wait(in_request=False)
    with pytest.raises(NoTurn):
        turns.wait(in_request=True)
    turns.done(first)
    assert turns.wait(in_request=True)[1] == 0.0


@contextmanager
def locked_by_another(app: Flask) -> Iterator[None]:
    """Another process writes meanwhile, and is not done."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.update(Person).values(given=Person.given))
        yield


@pytest.mark.race
def test_who_gets_no_turn_is_told_to_try_again_and_keeps_what_was_typed(
    app: Flask,
    visitor: Browser,
    session: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(write_turns, "LONG", 0.01)
    office = sign_in(visitor, make_staff())
    anna = make_person(make_organisation(make_year(), "Arvika kommun"), "Anna", "Ek")
    office.open(f"/personer/{anna.public_id}/andra").fill("Efternamn", "Berg")
    anna_id = anna.id
    db.session.commit()
    with locked_by_another(app):
        office.expects_failure = True
        office.press("Spara")
        assert office.status == 503
        office.see("Försök igen", "inte sparat än", "Det du skrev finns kvar.")
        office.miss("behöver rättas")
        assert office.value("Efternamn") == "Berg"
        assert office.open("/personer").see("Anna").status == 200
    office.expects_failure = False
    office.open(f"/personer/{anna.public_id}/andra").fill("Efternamn", "Berg").press("Spara")
    assert db.session.get_one(Person, anna_id, populate_existing=True).family == "Berg"


@pytest.mark.race
def test_on_a_server_few_wait_for_the_same_row_and_readers_get_in(
    app: Flask,
    database: SQLite | PostgreSQL,
    session: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(write_turns, "BRIEF", 0.0)
    make_person(make_organisation(make_year(), "Arvika kommun"), "Anna", "Ek")
    db.session.commit()
    waited: list[bool] = []

    def presses() -> None:
        with app.test_request_context():
            try:
                db.session.execute(sa.update(Person).values(family="Berg"))
                db.session.commit()
            except OperationalError as error:
                waited.append(is_busy(error))
                db.session.rollback()

    with locked_by_another(app):
        threads = [begun(presses) for _few in range(MOST_WAITING)]
        if database.kind == "postgresql":
            wait_until_so_many_wait(app, MOST_WAITING)
            presses()
            # The third was sent away at once, and those before it still wait.
            assert waited == [True] and all(thread.is_alive() for thread in threads)
        with app.test_request_context(), reading():
            assert db.session.scalar(sa.select(Person.family)) == "Ek"
            db.session.rollback()
    for thread in threads:
        thread.join(PATIENCE)
    # Whoever has ended has given back the turn, and the next gets it.
    presses()
    with app.app_context():
        assert db.session.scalar(sa.select(Person.family)) == "Berg"


def wait_until_so_many_wait(app: Flask, count: int) -> None:
    """Until so many connections wait for a lock of the server."""
    waiting = sa.text("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
    with app.app_context(), db.engine.connect() as connection:
        while connection.scalar(waiting) < count:
            connection.rollback()


def test_a_process_comes_behind_the_one_that_waits_already(tmp_path: Path) -> None:
    ours, theirs = Gate(tmp_path / "turn"), Gate(tmp_path / "turn")
    with ours.first_in_line(0.0), pytest.raises(NoTurn), theirs.first_in_line(0.0):
        pass
    with theirs.first_in_line(0.0):
        pass
    # A folder that takes no file keeps nobody from writing.
    with Gate(tmp_path / "none" / "turn").first_in_line(0.0):
        pass


def test_a_job_that_writes_again_waits_for_the_process_that_is_next(
    app: Flask, database: SQLite | PostgreSQL, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_turns, "JOB", 0.01)
    if database.kind == "sqlite":
        with Gate(Path(f"{database.file}.turn")).first_in_line(0.0):
            with pytest.raises(OperationalError) as late:
                db.session.execute(sa.update(Person).values(given="Eva"))
            db.session.rollback()
            assert is_busy(late.value)
    db.session.execute(sa.update(Person).values(given="Eva"))
    db.session.rollback()


def test_two_have_their_turn_where_two_may_write_at_once() -> None:
    turns = WriteTurns(2)
    first, second = (turns.wait(in_request=True)[0] for _each in range(2))
    got: list[threading.Event] = []
    third = begun(lambda: got.append(turns.wait(in_request=False)[0]))
    while len(turns._line) < 3:
        pass
    assert not got
    turns.done(second)
    third.join(PATIENCE)
    assert got and first.is_set()


def test_only_a_database_that_is_busy_is_asked_again() -> None:
    error = sqlite3.OperationalError("no such table: x")
    error.sqlite_errorcode = sqlite3.SQLITE_ERROR
    assert not is_busy(OperationalError("", None, error))
    assert not is_busy(OperationalError("", None, Exception("the server is gone")))
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert is_busy(OperationalError("", None, error))
    assert is_busy(OperationalError("", None, psycopg.errors.LockNotAvailable()))
    assert is_busy(OperationalError("", None, NoTurn()))

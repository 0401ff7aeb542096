"""A database that goes away, or takes nothing more, while people register: nobody is told anything
that does not hold, and all goes on when it is back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, scoped_session

from annualwheel.db import db
from annualwheel.models import Registration
from annualwheel.transactions import reading
from scenes.camera import served
from tests import databases
from tests.databases import PostgreSQL
from tests.faults.conftest import Crowd, Service, invited, say_yes, told

pytestmark = pytest.mark.fault
STEP = 5
# Pages of the database that are left when the disk is as good as full: some more people get in.
ROOM = 4
# What SQLite allows otherwise (https://sqlite.org/limits.html, 4294967294).
MOST = 2**32 - 2
TOLD = ("confirmation", "calendar_request")


def cut_off(database: PostgreSQL) -> None:
    """Ends every connection to the database, as a server that starts again does."""
    with closing(psycopg.connect(databases.maintenance_url(), autocommit=True)) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            (make_url(database.url).database,),
        )


@pytest.mark.postgresql
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_connections_that_are_cut_cost_another_press_and_nothing_else(
    service: Service,
    database: PostgreSQL,
    app: Flask,
    session: scoped_session[Session],
    times: int,
) -> None:
    strikes = times * 2
    people = invited(STEP * (strikes + 1))
    db.session.remove()
    db.engine.dispose()
    with Crowd(service.settings.base_url, people, say_yes) as crowd:
        for number in range(strikes):
            crowd.reached(STEP * (number + 1))
            cut_off(database)
    assert set(db.session.scalars(sa.select(Registration.state))) == {"registered"}
    assert told() == {(person.id, kind): 1 for person in people for kind in TOLD}


@contextmanager
def full_disk(pages: int) -> Iterator[None]:
    """No connection lets the database grow beyond so many pages."""
    engine, allowed = db.engine, [pages]

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"pragma max_page_count={allowed[-1]}")

    db.session.remove()
    event.listen(engine, "checkout", limit)
    try:
        yield
    finally:
        allowed.append(MOST)


def registered() -> int:
    """How many are, by a reader that leaves the lock to those who write."""
    count = sa.select(sa.func.count()).where(Registration.state == "registered")
    with reading():
        found = db.session.scalar(count) or 0
        db.session.rollback()
    return found


def pages_in_use() -> int:
    """How many pages the database has, without those that migrations left empty."""
    db.session.remove()
    with closing(sqlite3.connect(str(db.engine.url.database))) as connection:
        connection.execute("vacuum")
        (count,) = connection.execute("pragma page_count").fetchone()
    return int(count)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_and_keeps_all_that_was_acknowledged(
    app: Flask, session: scoped_session[Session], times: int
) -> None:
    people = invited(10 + 40 * times)
    used = pages_in_use()
    with served(app) as url, Crowd(url, people, say_yes) as crowd:
        with full_disk(used + ROOM):
            crowd.reached(refused=5)
            assert len(crowd.done) <= registered() < len(people)
        crowd.reached(done=len(people))
    assert told() == {(person.id, kind): 1 for person in people for kind in TOLD}

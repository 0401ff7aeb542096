"""The coordinator's pages with few and with many registrations."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import event

from annualwheel.db import db
from bench import filling, load
from bench.load import Order
from bench.places import Place, Places, Served, settled, token
from bench.table import Sample

FEW, MANY = 50, 5000
VISITS = 10
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True)
class Filled:
    """A database with registrations, and the paths of its pages with a word each of them holds."""

    place: Place
    paths: dict[str, tuple[str, str]]


def listing(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Counts the queries of the meeting page and the people list in the application itself.

    And times them over HTTP in turns.
    """
    few, many = _fill(places, kind, FEW), _fill(places, kind, MANY)
    found: dict[str, list[Sample]] = {}
    for name in few.paths:
        found[f"{name}, queries"] = [Sample(_queries(many, name), _queries(few, name))]
    with few.place.web() as small, many.place.web() as large:
        for name in few.paths:
            samples = []
            for _ in range(rounds):
                figure = _seconds(many, large, name)
                samples.append(Sample(figure, _seconds(few, small, name)))
            found[f"{name}, 5,000 registrations"] = samples
    return found


def _fill(places: Places, kind: str, count: int) -> Filled:
    place = places.make(kind)
    with place.app():
        year = filling.plan()
        filling.publish(year)
        meeting = filling.meeting_of(year, "direction")
        people = filling.people(count, filling.organisations(max(1, count // 4)))
        filling.registrations(meeting, people, filling.BY_STATE)
        paths = {
            "meeting page": (f"/mote/{year.number}/riktningsmote", "Riktningsm"),
            "people list": ("/personer", "Exempelgren"),
        }
        db.session.commit()
    settled(place)
    return Filled(place, paths)


def _sign_in(place: Place) -> str:
    """A sign-in link, good once."""
    with place.app() as app:
        link = f"/logga-in/{token(app, 'staff', filling.staff_link())}"
        db.session.commit()
    return link


def _seconds(filled: Filled, ours: Served, name: str) -> float:
    """The median time of a page over HTTP, one visit after another."""
    path, holds = filled.paths[name]
    job = {"path": path, "holds": holds, "sign_in": _sign_in(filled.place)}
    done = load.play(Order(ours.port, "reader", [[job] * VISITS]), ours.roots)
    return statistics.median(done.report.times)


def _queries(filled: Filled, name: str) -> int:
    """How many statements one visit sends to the database.

    Once everything that is read once has been read.
    """
    link, (path, holds) = _sign_in(filled.place), filled.paths[name]
    with filled.place.app() as app:
        browser = app.test_client()
        shown = browser.get(link).get_data(as_text=True)
        found = CSRF.search(shown)
        assert found is not None, shown[-500:]
        browser.post(link, data={"csrf_token": found[1]})
        assert holds in browser.get(path).get_data(as_text=True), f"{holds} is not on {path}"
        return _counted(app, lambda: browser.get(path))


def _counted(app: Flask, act: object) -> int:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()  # type: ignore[operator]
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(statements)

"""What each page and each mail would otherwise pay for again: work that is done once, or not at
all.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from annualwheel.db import db
from annualwheel.models import Meeting
from annualwheel.services import services
from annualwheel.transactions import at_once, reading
from config import ROOT
from tests.makers.guests import link_of, make_guest, make_meeting
from tests.tiny_browser import Browser


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_press_on_the_landing_page_reads_the_invitation_and_its_person_alone(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(make_meeting(), "Anna", "Ek", "Arvika kommun")
    db.session.commit()
    page = visitor.open(link_of(guest))
    with statements() as seen:
        page.press("Ja, anmäl mig")
    asked = [statement for statement in seen if "FROM registrations" in statement]
    # The press, and the form that it leads to, which shows the meeting.
    assert len(asked) == 2
    assert "JOIN persons" in asked[0] and "meetings" not in asked[0].partition("FROM")[2]
    assert "meetings" in asked[1]


@pytest.mark.race
def test_a_single_statement_is_a_transaction_of_its_own_on_a_database_server(
    app: Flask, session: Any
) -> None:
    meeting = make_meeting()
    db.session.commit()
    renamed = sa.update(Meeting).where(Meeting.id == meeting.id).values(place="Karlstad")
    with at_once():
        db.session.execute(renamed)
        with reading(), db.engine.connect() as another:
            seen = another.scalar(sa.select(Meeting.place).where(Meeting.id == meeting.id))
        db.session.commit()
    assert (seen == "Karlstad") == (db.engine.dialect.name == "postgresql")
    # The next one belongs to a transaction again.
    db.session.execute(renamed.values(place="Arvika"))
    db.session.rollback()
    assert db.session.get_one(Meeting, meeting.id, populate_existing=True).place == "Karlstad"


def test_the_queue_waits_for_no_disk(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    app = make_app(queue_url=f"sqlite:///{tmp_path / 'queue.db'}")
    with app.app_context():
        storage = services().queue.storage
        assert storage.sql("pragma synchronous", results=True)[0][0] == 1  # normal
        assert storage.sql("pragma journal_mode", results=True)[0][0] == "wal"


def test_the_collector_leaves_what_lives_as_long_as_the_process() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import gc, wsgi; print(gc.get_freeze_count())"],
        cwd=ROOT,
        env={"SECRET_KEYS": "k" * 40, "DATABASE_URL": "sqlite://", "WORKER": "separate"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(told.stdout) > 50_000

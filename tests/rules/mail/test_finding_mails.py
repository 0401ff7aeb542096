"""Mails are found by how their key begins: through the index, and none too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings import drafts
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.models import Message
from annualwheel.preparation import notices, submission
from tests.conftest import START, Places
from tests.makers.guests import make_meeting
from tests.makers.region import make_staff
from tests.makers.writers import OPEN, add_initiative, item_of, make_members, write
from tests.watching import listening

Statements = list[tuple[str, Any]]


@contextmanager
def statements() -> Iterator[Statements]:
    """What is asked of the database meanwhile."""
    asked: Statements = []

    def note(*given: Any) -> None:
        asked.append((given[2], given[3]))

    with listening(db.engine, note):
        yield asked


@pytest.fixture
def sqlite(places: Places) -> Flask:
    app = places.app("sqlite")
    places.database("sqlite").reset()
    return app


def receipts() -> None:
    member = make_members("Maria")[0]
    write(member, item_of(member), forberett="Strateger")
    add_initiative(member)
    notices.receipts_of(submission.submit(member, OPEN))


def an_order() -> None:
    drafts.tested_at(MailingDraft(make_meeting(), "invitation"), make_staff(), START)


@pytest.mark.parametrize("find", [receipts, an_order])
def test_no_mail_is_read_that_is_not_looked_for(sqlite: Flask, find: Callable[[], None]) -> None:
    with sqlite.app_context():
        with statements() as asked:
            find()
        looked = [
            (text, given)
            for text, given in asked
            if text.startswith("SELECT") and 'messages."key"' in text
        ]
        plans = [
            row.detail
            for text, given in looked[-1:]
            for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
        ]
        assert plans and not [step for step in plans if "SCAN" in step and "messages" in step]
        assert any("messages USING" in step and "key>?" in step for step in plans), plans


def test_only_what_begins_so_is_found(session: Any) -> None:
    for key in (
        "a:1:",
        "a:1:x",
        "A:1:x",
        "a:1",
        "a:12:x",
        "a:1_x",
        "a%1:x",
        "b:a:1:x",
        "a:1;",
        "a:1:\u00e5",
    ):
        outbox.put(
            key, "test_mail", Recipient("a@kommun.example", ""), {"sent_at": "nu"}, {}, START
        )
    db.session.flush()
    assert set(db.session.scalars(sa.select(Message.key).where(outbox.begins("a:1:")))) == {
        "a:1:",
        "a:1:x",
        "a:1:\u00e5",
    }

"""Saving while one writes, as the script in the page speaks with the server."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from annualwheel import models
from annualwheel.db import db
from annualwheel.models import Member
from annualwheel.preparation import answers, items
from tests.conftest import Fixed
from tests.makers.writers import CLOSES, OPEN, enter, item_of, make_members, stored, write
from tests.tiny_browser import Browser

THEME = "strukturer/arbete"
PAGE = f"/forberedelse/{THEME}"
EMPTY = answers.stamp(0, "")


@pytest.fixture
def writing(app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> list[Browser]:
    """Maria and Anna, each on the page of the first theme."""
    clock.set(OPEN)
    with app.app_context():
        return [enter(new_visitor(), member).open(PAGE) for member in make_members("Maria", "Anna")]


def send(
    browser: Browser, fields: dict[str, tuple[str, str]], url: str = "", token: str = ""
) -> TestResponse:
    """Sends fields as the script does: name -> (value, base)."""
    form = next(f for f in browser.page.all("form") if f.get("data-autosave"))
    body = {
        "fields": {name: {"value": value, "base": base} for name, (value, base) in fields.items()}
    }
    return browser.fetch(
        "POST",
        url or form.get("data-autosave"),
        json=body,
        headers={"X-CSRFToken": token or form.get("data-csrf")},
    )


def reply(response: TestResponse) -> Any:
    assert response.status_code == 200, response.status
    return response.get_json()


def test_a_save_gives_the_time_and_the_next_base(app: Flask, writing: list[Browser]) -> None:
    first = reply(send(writing[0], {"skapa": ("Ett avtal", EMPTY)}))
    assert (first["at"], first["conflicts"]) == ("10.00", {})
    second = reply(send(writing[0], {"skapa": ("Ett avtal till", first["saved"]["skapa"])}))
    assert second["saved"]["skapa"].startswith("2-")
    with app.app_context():
        assert stored(item_of(db.session.query(Member).first(), THEME), "skapa") == "Ett avtal till"  # type: ignore[arg-type]


def test_a_conflict_gives_the_other_text_and_who_wrote_it_when(writing: list[Browser]) -> None:
    reply(send(writing[1], {"skapa": ("Annas", EMPTY)}))
    answer = reply(send(writing[0], {"skapa": ("Marias", EMPTY), "bryta": ("Fritt", EMPTY)}))
    theirs = answer["conflicts"]["skapa"]
    assert (theirs["value"], theirs["who"], theirs["at"], list(answer["saved"])) == (
        "Annas",
        "Anna Berg",
        "10.00",
        ["bryta"],
    )
    assert reply(send(writing[0], {"skapa": ("Marias", theirs["ver"])}))["saved"][
        "skapa"
    ].startswith("2-")


def test_choices_are_joined_by_a_bar_both_ways(writing: list[Browser]) -> None:
    reply(send(writing[1], {"perspektiv": ("klimat_och_miljo|jamstalldhet", EMPTY)}))
    assert (
        reply(send(writing[0], {"perspektiv": ("barn_och_unga", EMPTY)}))["conflicts"][
            "perspektiv"
        ]["value"]
        == "jamstalldhet|klimat_och_miljo"
    )


def test_without_the_page_s_token_nothing_is_saved(app: Flask, writing: list[Browser]) -> None:
    assert send(writing[0], {"skapa": ("Text", EMPTY)}, token="fel").status_code == 400
    with app.app_context():
        assert db.session.query(models.drafts.Answer).count() == 0


def test_a_link_that_no_longer_holds_answers_401(app: Flask, writing: list[Browser]) -> None:
    with app.app_context():
        db.session.query(Member).update({"link_version": 2})
        db.session.commit()
    assert send(writing[0], {"skapa": ("Text", EMPTY)}).status_code == 401


def test_a_removed_card_answers_404(app: Flask, writing: list[Browser]) -> None:
    with app.app_context():
        maria = db.session.query(Member).order_by(Member.id).first()
        assert maria is not None
        item = items.add(maria.submission, "initiativ", OPEN)
        items.remove(maria.submission, item.public_id, maria.person, OPEN)
        db.session.commit()
        url = f"/forberedelse/spara/{item.public_id}"
    assert send(writing[0], {"titel": ("Text", EMPTY)}, url).status_code == 404


def test_another_organisation_s_item_answers_404(app: Flask, writing: list[Browser]) -> None:
    assert (
        send(writing[0], {"skapa": ("Text", EMPTY)}, "/forberedelse/spara/nagonannans").status_code
        == 404
    )
    assert send(writing[0], {"titel": ("Text", EMPTY)}).status_code == 404


@pytest.mark.parametrize(
    ("late", "status"), [(dt.timedelta(minutes=15), 200), (dt.timedelta(minutes=16), 410)]
)
def test_the_last_day_has_a_quarter_of_grace(
    writing: list[Browser], clock: Fixed, late: dt.timedelta, status: int
) -> None:
    clock.set(CLOSES + late)
    assert send(writing[0], {"skapa": ("Text", EMPTY)}).status_code == status


@pytest.mark.parametrize(
    ("cancelled", "reason"), [(True, "meeting_cancelled"), (False, "preparation_closed")]
)
def test_what_comes_too_late_is_told_from_a_meeting_that_is_cancelled(
    app: Flask, writing: list[Browser], clock: Fixed, cancelled: bool, reason: str
) -> None:
    clock.set(CLOSES + dt.timedelta(hours=1))
    if cancelled:
        with app.app_context():
            db.session.query(Member).first().submission.questionnaire.meeting.state = "cancelled"  # type: ignore[union-attr]
            db.session.commit()
    answer = send(writing[0], {"skapa": ("Text", EMPTY)})
    assert (answer.status_code, answer.get_json()["reason"]) == (410, reason)


def test_a_text_sent_again_that_was_taken_and_replaced_is_neither_saved_nor_a_conflict(
    writing: list[Browser],
) -> None:
    maria, anna = writing
    stamp = reply(send(maria, {"skapa": ("Marias", EMPTY)}))["saved"]["skapa"]
    reply(send(anna, {"skapa": ("Annas", stamp)}))
    form = next(f for f in maria.page.all("form") if f.get("data-autosave"))
    fields = {"skapa": {"value": "Marias", "base": EMPTY, "again": True}}
    answer = reply(
        maria.fetch(
            "POST",
            form.get("data-autosave"),
            json={"fields": fields},
            headers={"X-CSRFToken": form.get("data-csrf")},
        )
    )
    assert (answer["saved"], answer["conflicts"]) == ({}, {})


@pytest.mark.parametrize(("value", "status"), [("x" * 20_000, 200), ("x" * 20_001, 422)])
def test_too_long_a_text_answers_422(writing: list[Browser], value: str, status: int) -> None:
    assert send(writing[0], {"skapa": (value, EMPTY)}).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"fields": []},
        {"fields": {"skapa": "x"}},
        {"fields": {"skapa": {"value": 1, "base": "0-"}}},
        {"fields": {"skapa": {"value": "x", "base": 0}}},
    ],
)
def test_what_is_no_save_answers_400(writing: list[Browser], body: object) -> None:
    form = next(f for f in writing[0].page.all("form") if f.get("data-autosave"))
    found = writing[0].fetch(
        "POST", form.get("data-autosave"), json=body, headers={"X-CSRFToken": form.get("data-csrf")}
    )
    assert found.status_code == 400


def test_a_save_after_submission_is_a_change_that_is_not_submitted(
    app: Flask, writing: list[Browser]
) -> None:
    with app.app_context():
        maria = db.session.query(Member).order_by(Member.id).first()
        assert maria is not None
        maria.submission.state = "submitted"
        db.session.commit()
    reply(send(writing[0], {"skapa": ("Nytt", EMPTY)}))
    with app.app_context():
        assert db.session.query(Member).first().submission.state == "changed"  # type: ignore[union-attr]


def test_a_save_takes_few_queries(app: Flask, writing: list[Browser]) -> None:
    reply(send(writing[0], {"skapa": ("Ett", EMPTY)}))
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listener := lambda *a: seen.append(a[2]))
    reply(send(writing[0], {"skapa": ("Två", answers.stamp(1, "Ett"))}))
    event.remove(engine, "before_cursor_execute", listener)
    statements = [
        statement for statement in seen if not statement.startswith(("BEGIN", "SELECT 1", "pragma"))
    ]
    assert len(statements) <= 6, "\n".join(statements)


def test_every_page_carries_what_the_script_needs(writing: list[Browser]) -> None:
    page = writing[0].page
    field = next(node for node in page.all("textarea") if node.get("name") == "skapa")
    hidden = next(node for node in page.all("input") if node.get("name") == "base-skapa")
    assert field.get("data-v") == hidden.get("value") == EMPTY
    bar = next(node for node in page.walk() if "data-save-text" in node.attrs)
    assert re.search("Inget är sparat än", bar.text)


def test_the_bar_says_when_it_was_saved(app: Flask, writing: list[Browser]) -> None:
    with app.app_context():
        maria = db.session.query(Member).order_by(Member.id).first()
        assert maria is not None
        write(maria, item_of(maria, THEME), skapa="Text")
        db.session.commit()
    writing[1].open(PAGE).see("Sparat i dag kl. 10.00", "Senast skrev Maria Lindqvist")

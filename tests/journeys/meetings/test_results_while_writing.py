"""The results are saved while a facilitator writes them, as the preparation is.

They are saved on the text that was shown, nobody's text is lost, and nothing is published by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from annualwheel import audit, unit_of_work
from annualwheel.db import db
from annualwheel.meetings import results
from annualwheel.models import Audit, Meeting
from tests.conftest import Fixed
from tests.makers.guests import make_meeting
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

AFTER = dt.datetime(2027, 1, 29, 9, tzinfo=dt.UTC)
PAGE = "/svar/2027/arbetsmote/resultat"
EMPTY = results.mark("")


@pytest.fixture
def two(app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> list[Browser]:
    """Petter and Karin, each on the page of the results."""
    clock.set(AFTER)
    with app.app_context():
        make_meeting()
        unit_of_work.commit()
        staff = [make_staff("facilitator", "Petter Ek"), make_staff("coordinator", "Karin Ek")]
        return [sign_in(new_visitor(), one, AFTER).open(PAGE) for one in staff]


def send(
    browser: Browser, url: str = "", token: str = "", **fields: tuple[str, str]
) -> TestResponse:
    """Sends fields as the script does: name -> (value, mark)."""
    form = next(one for one in browser.page.all("form") if one.get("data-autosave"))
    return browser.fetch(
        "POST",
        url or form.get("data-autosave"),
        json={
            "fields": {name: {"value": text, "base": base} for name, (text, base) in fields.items()}
        },
        headers={"X-CSRFToken": token or form.get("data-csrf")},
    )


def reply(response: TestResponse) -> Any:
    assert response.status_code == 200, response.status
    return response.get_json()


def written(app: Flask) -> str:
    """The Swedish text about the whole."""
    with app.app_context():
        return results.pieces(db.session.query(Meeting).filter_by(kind="work").one())[0].sv


def test_a_save_gives_the_time_and_the_mark_of_the_next(app: Flask, two: list[Browser]) -> None:
    first = reply(send(two[0], sv=("Fem luckor\r\n", EMPTY)))
    assert (first["at"], first["conflicts"], written(app)) == ("10.00", {}, "Fem luckor")
    second = reply(send(two[0], sv=("Fem luckor, nio samarbeten", first["saved"]["sv"])))
    assert (second["conflicts"], written(app)) == ({}, "Fem luckor, nio samarbeten")


def test_a_colleague_s_text_comes_back_and_is_not_replaced(app: Flask, two: list[Browser]) -> None:
    reply(send(two[1], sv=("Karins text", EMPTY)))
    found = reply(send(two[0], sv=("Petters text", EMPTY), en=("Five gaps", EMPTY)))
    theirs = {"value": "Karins text", "ver": results.mark("Karins text")}
    assert (found["conflicts"], list(found["saved"])) == ({"sv": theirs}, ["en"])
    assert written(app) == "Karins text"
    reply(send(two[0], sv=("Bådas text", theirs["ver"])))
    assert written(app) == "Bådas text"


def test_the_page_s_button_after_a_save_without_an_answer_is_no_conflict(
    app: Flask, two: list[Browser]
) -> None:
    petter = two[0]
    reply(send(petter, sv=("Fem luckor", EMPTY)))
    form = next(one for one in petter.page.all("form") if one.get("data-autosave"))
    petter.fetch(
        "POST",
        PAGE,
        data={
            "csrf_token": form.get("data-csrf"),
            "base-sv": EMPTY,
            "sent-sv": "Fem luckor",
            "sv": "Fem luckor och mer",
            "act": "save",
        },
    )
    assert written(app) == "Fem luckor och mer"


def test_what_is_published_changes_by_the_button_only(app: Flask, two: list[Browser]) -> None:
    petter = two[0]
    reply(send(petter, sv=("Fem luckor", EMPTY)))
    with app.app_context():
        meeting = db.session.query(Meeting).filter_by(kind="work").one()
        results.publish(meeting, AFTER, audit.SYSTEM)
        unit_of_work.commit()
    refused = send(petter, sv=("Halv mening", results.mark("Fem luckor")))
    assert (refused.status_code, refused.get_json()["reason"]) == (410, "results_published")
    assert written(app) == "Fem luckor"
    petter.open(PAGE).see("Spara rättelsen").miss("Texten sparas medan du skriver.")
    assert not [one for one in petter.page.all("form") if one.get("data-autosave")]


def test_the_log_tells_once_an_hour_that_somebody_writes(
    app: Flask, clock: Fixed, two: list[Browser]
) -> None:
    base = EMPTY
    for minutes in (0, 1, 59, 61):
        clock.set(AFTER + dt.timedelta(minutes=minutes))
        base = reply(send(two[0], sv=(f"Text {minutes}", base)))["saved"]["sv"]
    reply(send(two[1], en=("Five gaps", EMPTY)))
    with app.app_context():
        noted = db.session.query(Audit).filter_by(verb="results_written").order_by(Audit.id)
        times = [(row.at - AFTER).total_seconds() / 60 for row in noted]
    assert times == [0, 61, 61]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"sv": ("x" * 20_001, EMPTY)}, 422),
        ({"sv-inget": ("x", EMPTY)}, 404),
        ({"sv": ("x", 3)}, 400),
    ],
)
def test_what_cannot_be_saved_is_refused(
    app: Flask, two: list[Browser], fields: dict[str, Any], status: int
) -> None:
    assert send(two[0], **fields).status_code == status
    assert written(app) == ""


def test_only_the_page_s_own_token_and_those_who_may_read_answers(
    app: Flask, two: list[Browser], new_visitor: Callable[[], Browser]
) -> None:
    assert send(two[0], token="x", sv=("x", EMPTY)).status_code == 400
    url = f"{PAGE}/spara"
    body = {"fields": {"sv": {"value": "x", "base": EMPTY}}}
    # The script takes a redirect for being signed out.
    assert new_visitor().fetch("POST", url, json=body).status_code in (302, 303)
    assert written(app) == ""

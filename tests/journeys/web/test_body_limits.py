"""How much may be sent to each address: refused before it is read, and the longest answer fits."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from annualwheel.questionnaires import reading
from annualwheel.questionnaires.definition import CHOOSING, Question, answer_fields
from annualwheel.questionnaires.values import HARD_CAP
from annualwheel.web.body_limits import FILE, FORM, LIMITS, LONG_TEXTS, MIB, limit_of
from annualwheel.web.coordinator.mailings.sendings import TICKED
from annualwheel.web.facilitator.results import MOST
from config import ROOT
from tests.makers.region import make_staff, make_year, sign_in
from tests.makers.writers import OPEN, enter, make_members
from tests.tiny_browser import Browser

FORM_TYPE = "application/x-www-form-urlencoded"
DEAREST = "🚃"  # twelve bytes in a form


class Unreadable(io.RawIOBase):
    """A body of a size that can be measured, and that nobody may begin to read."""

    def __init__(self, size: int) -> None:
        self.size, self.place = size, 0

    def seek(self, place: int, whence: int = 0) -> int:
        """As of files."""
        self.place = place + (self.size if whence == io.SEEK_END else 0)
        return self.place

    def tell(self) -> int:
        """As of files."""
        return self.place

    def readinto(self, _buffer: Any) -> int:
        """Fails the test."""
        raise AssertionError("the body was read")


def posting(app: Flask) -> list[str]:
    """The endpoints that something can be sent to."""
    return sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    )


def test_every_address_has_a_limit_and_only_those_with_long_texts_have_more(app: Flask) -> None:
    found = posting(app)
    assert set(LIMITS) <= set(found), "the table names what nothing is sent to"
    generous = [name for name in found if limit_of(name).size > 300 * 1024]
    assert generous == [
        "coordinator.import_start",
        "coordinator.import_write",
        "facilitator.save_results",
        "facilitator.write_results",
        "preparation.add",
        "preparation.carry",
        "preparation.move",
        "preparation.remove",
        "preparation.restore",
        "preparation.save",
        "preparation.section",
        "preparation.take_back",
    ]
    assert all(limit_of(name).size <= 10 * MIB for name in found)


def test_all_that_is_too_large_is_refused_unread(
    app: Flask, new_visitor: Callable[[], Browser]
) -> None:
    """One byte more than its limit is said, and a body that could not be read is sent."""
    wrong = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        with app.test_request_context():
            values = {
                name: {"number": 2027, "kind": "work"}.get(name, "x") for name in rule.arguments
            }
            path = app.url_for(rule.endpoint, **values)
        limit = limit_of(rule.endpoint).size
        reply = new_visitor().fetch(
            "POST",
            path,
            input_stream=Unreadable(limit + 1),
            content_type="multipart/form-data; boundary=b",
        )
        if (reply.status_code, "<h1" in reply.text) != (413, True):
            wrong.append(f"{rule.endpoint}: {reply.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", ["/finns-inte", "/personer/import/x/finns-inte", "/healthz"])
@pytest.mark.parametrize(
    ("method", "content_type"),
    [("POST", FORM_TYPE), ("POST", "text/plain"), ("PUT", "text/csv"), ("PATCH", "")],
)
def test_an_address_that_takes_nothing_refuses_it_too(
    visitor: Browser, session: Any, path: str, method: str, content_type: str
) -> None:
    body = b"a=" + b"x" * FORM.size
    reply = visitor.fetch(method, path, data=body, content_type=content_type)
    assert (reply.status_code, "<h1" in reply.text) == (413, True)


def test_a_form_of_a_thousand_fields_is_refused_before_it_is_read(
    session: Any, visitor: Browser
) -> None:
    few, many = (b"&".join([b"a=1"] * number) for number in (FORM.fields, FORM.fields + 1))
    replies = [
        visitor.fetch("POST", "/lank", data=body, content_type=FORM_TYPE).status_code
        for body in (few, many)
    ]
    assert replies == [422, 413]


@pytest.mark.parametrize(
    ("language", "heading"),
    [("sv", "Filen eller texten är för stor"), ("en", "The file or the text is too large")],
)
def test_the_page_says_what_to_do(
    session: Any, visitor: Browser, language: str, heading: str
) -> None:
    reply = visitor.fetch("POST", f"/lank?lang={language}", data=b"a=" + b"x" * FORM.size)
    assert heading in reply.text and f'lang="{language}"' in reply.text


def test_a_file_may_be_larger_than_a_form(session: Any, visitor: Browser) -> None:
    make_year()
    sign_in(visitor, make_staff()).open("/personer/import")
    assert FILE.size == 10 * MIB
    visitor.attach("Fil med personer", "stor.csv", b"x" * (FORM.size * 2)).press("Granska filen")
    assert visitor.status == 422


def written(questions: tuple[Question, ...]) -> list[str]:
    """The names of the fields that a page of these questions has for text."""
    return [
        field.key
        for question in questions
        for field in answer_fields(question)
        if field.type not in CHOOSING
    ]


def longest_pages() -> list[tuple[str, list[str]]]:
    """Every page of the questionnaires, with the names of its text fields."""
    return [
        (f"{definition.meeting_kind} {section.key}", written(questions))
        for definition in reading.read_all(ROOT / "forms")
        for section in definition.sections
        for questions in (section.questions, section.group.questions if section.group else ())
    ]


def test_the_longest_page_of_answers_fits() -> None:
    """Every field of a page as long as it may be, in the dearest letters, with its stamp."""
    for page, names in longest_pages():
        fields = dict.fromkeys(names, DEAREST * HARD_CAP)
        stamps = {f"base-{name}": "s" * 80 for name in names} | {"csrf_token": "c" * 200}
        body = urlencode(fields | stamps)
        assert len(body) <= LONG_TEXTS.size and body.count("&") < LONG_TEXTS.fields, page
        saved = json.dumps({"fields": {n: {"value": t, "base": "s"} for n, t in fields.items()}})
        assert len(saved) <= LONG_TEXTS.size, page


def test_the_longest_results_fit() -> None:
    """The whole and eight themes in both languages, of letters with diacritics."""
    body = urlencode({f"text-{number}": "å" * MOST for number in range(18)})
    assert len(body) <= limit_of("facilitator.write_results").size


def test_the_longest_list_of_recipients_fits() -> None:
    ticked = [(name, "k" * 12) for name in ("rad", "med") for _ in range(TICKED)]
    body, limit = urlencode([*ticked, ("csrf_token", "c" * 200)]), limit_of("coordinator.compose")
    assert len(body) <= limit.size and body.count("&") < limit.fields


def test_the_largest_page_is_saved(app: Flask, clock: Any, visitor: Browser) -> None:
    """The page with the most text, each answer as long as is kept."""
    clock.set(OPEN)
    with app.app_context():
        enter(visitor, make_members("Maria")[0]).open("/forberedelse/strukturer/arbete")
        form = next(f for f in visitor.page.all("form") if f.get("data-autosave"))
        names = [area.get("name") for area in form.all("textarea")]
        fields = {
            node.get("name"): node.get("value")
            for node in form.all("input")
            if node.get("type") == "hidden"
        }
        longest = dict.fromkeys(names, DEAREST * HARD_CAP)
        reply = visitor.fetch("POST", form.get("action") or visitor.url, data=fields | longest)
        assert reply.status_code == 303
        visitor.open("/forberedelse/strukturer/arbete")
        lengths = [len(area.text) for area in visitor.page.all("textarea")]
    assert lengths == [HARD_CAP] * len(names) and len(names) > 3

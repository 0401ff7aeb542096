"""A page with autosave, rendered from the macros, and the server that the test plays behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, render_template_string
from flask_babel import Babel
from playwright.sync_api import BrowserContext, Locator, Page, Route
from wtforms import Form, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice

from annualwheel.web.wording import words
from tests.browser.lasting import PATIENCE, stand_still, until

PACKAGE = Path(words.__file__).parents[2]
ORIGIN = "http://arshjulet.example"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'self'"
)
PAGE = """<!doctype html><html lang="sv"><title>Prov</title>
{% from "macros/fields.html" import field %}
{% from "macros/saving.html" import autosave, save_bar %}
{% set own = {"data-v": version} %}
{% set single = {"data-v": version, "data-single": ""} %}
{% set private = {"data-v": version, "data-private": "1"} %}
<form data-logout method="post" action="/logga-ut"><button>Logga ut</button></form>
<form method="post" action="/klar"
  {{ autosave("/spara", "7", "bevis", new_link="/lank", undo="/angra") }}>
<input type="hidden" name="base-learned" value="{{ version }}">
<input type="hidden" name="base-hinders" value="{{ version }}">
{{ field(form.learned, attrs=own) }}
<p data-by="learned">Anna Berg, i går kl. 9.00</p>
{{ field(form.hinders, attrs=own) }}
{{ field(form.name, attrs=own) }}
{{ field(form.address, attrs=single) }}
{{ field(form.state, attrs=own) }}
{{ field(form.diet, attrs=private) }}
<button>Klar</button></form>{{ save_bar("") }}
<script type="module" src="/static/js/autosave.js"></script></html>"""
# The browser's own limit of a question follows the real clock; here it follows the page's.
LIMIT = """AbortSignal.timeout = wait => {
  const limit = new AbortController()
  setTimeout(() => limit.abort(), wait)
  return limit.signal }"""
Answer = tuple[int, dict[str, Any]] | None


class Sample(Form):
    """One question of every sort."""

    learned = TextAreaField("Lärt")
    hinders = TextAreaField("Hinder")
    name = StringField("Namn")
    address = StringField("Adress")
    state = RadioField("Läge", choices=[SelectChoice("a", "Planeras"), SelectChoice("b", "Pågår")])
    diet = StringField("Kost")


class Server:
    """Answers as it is told and remembers what it was sent."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.version = 3
        self.saved: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Answer] = self.save
        self.holds = False
        self.held: list[Route] = []
        app = Flask("prov", template_folder=str(PACKAGE / "templates"))
        Babel(app, default_locale="sv")
        app.jinja_env.filters.update(words.FILTERS)
        self.app = app

    def save(self, sent: dict[str, Any]) -> Answer:
        """Takes everything."""
        self.saved.append(sent)
        return 200, {
            "at": "14.32",
            "saved": {name: str(int(f["base"]) + 1) for name, f in sent["fields"].items()},
        }

    def html(self) -> str:
        """The page, with the values and the version that the server has."""
        with self.app.test_request_context():
            return render_template_string(PAGE, form=Sample(data=self.values), version=self.version)

    def handle(self, route: Route) -> None:
        """Everything the page asks for comes here."""
        path = route.request.url.removeprefix(ORIGIN)
        if path.startswith("/static/"):
            route.fulfill(path=PACKAGE / path[1:])
        elif path == "/spara" and self.holds:
            self.held.append(route)
        elif path == "/spara":
            self.respond(route)
        else:
            route.fulfill(
                body=self.html(),
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )

    def respond(self, route: Route) -> None:
        """Gives the answer of the moment to a question, or breaks the line when there is none."""
        answer = self.answer(json.loads(route.request.post_data or "{}"))
        if answer is None:
            route.abort()
        else:
            route.fulfill(status=answer[0], json=answer[1])

    def hold(self) -> None:
        """Lets every question wait from now on."""
        self.holds = True

    def let_go(self, page: Page) -> None:
        """Answers the one question that waits, or is on its way here, and holds no more."""
        until(page, lambda: self.held)
        (route,) = self.held
        self.holds, self.held = False, []
        self.respond(route)

    def answers_only(self, answer: Answer) -> list[str]:
        """Answers this and nothing else from now on; gives the texts of the first question it is
        sent.
        """
        asked: list[str] = []

        def note(sent: dict[str, Any]) -> Answer:
            asked.append(sent["fields"]["learned"]["value"])
            return answer

        self.answer = note
        return asked

    def sent(self, name: str) -> list[str]:
        """The texts of one question that it has taken, in order."""
        return [save["fields"][name]["value"] for save in self.saved if name in save["fields"]]


def opened(context: BrowserContext, server: Server) -> Page:
    """The page in front of the server, with a clock that stands still."""
    context.route("**/*", server.handle)
    context.add_init_script(LIMIT)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    stand_still(page)
    page.goto(ORIGIN + "/svar")
    return page


def line(page: Page) -> Locator:
    """The line at the foot of the page."""
    return page.locator("[data-save-text]")


def stored(page: Page) -> dict[str, Any]:
    """The copy in the browser."""
    text: str | None = page.evaluate("localStorage.getItem('utkast:/spara:7')")
    return json.loads(text)["d"] if text else {}


def write(page: Page, text: str, label: str = "Lärt") -> None:
    """Types at the end of the field; the page's clock stands still meanwhile."""
    page.get_by_label(label).press_sequentially(text)


def busy(page: Page) -> bool:
    """Whether a save is under way."""
    return bool(page.evaluate("document.querySelector('[data-autosave]').autosave.busy"))


def settled(page: Page) -> None:
    """Waits until no save is under way; the page's clock stands still meanwhile."""
    until(page, lambda: not busy(page))


def pass_time(page: Page, milliseconds: int) -> None:
    """Lets so much time pass on the page, and waits for the answer to what it asks then."""
    page.clock.run_for(milliseconds)
    settled(page)


def leaving_asks(page: Page) -> bool:
    """Whether the browser would ask before the page is left."""
    return bool(page.evaluate("!dispatchEvent(new Event('beforeunload', {cancelable: true}))"))


def conflict(value: str, own: bool = False) -> Callable[[dict[str, Any]], Answer]:
    """The answer that Anna has written this in the meantime, or with `own` another tab."""
    return lambda _sent: (
        200,
        {
            "at": "14.32",
            "saved": {},
            "conflicts": {
                "learned": {
                    "value": value,
                    "ver": 9,
                    "who": "Anna Berg",
                    "own": own,
                    "at": "14.31",
                }
            },
        },
    )

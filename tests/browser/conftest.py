"""Chromium for the tests of what only a browser can show.

They run on SQLite; structure is asserted over HTTP on both databases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright

from annualwheel import unit_of_work
from annualwheel.access.links import Target
from annualwheel.accounts import staff
from annualwheel.db import db
from annualwheel.models import StaffLink
from annualwheel.services import services
from scenes.camera import served
from scenes.world import World
from scripts.chromium import launch_options
from tests.browser.lasting import PATIENCE
from tests.conftest import START, Fixed, Places, close
from tests.furnished_worlds import furnished
from tests.makers.region import make_staff
from tests.smtp_server import Smtp

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# A page may answer 422 or 404 and say so, and a test may take the network away; the browser notes
# that on its console.
EXPECTED = (
    "Failed to load resource: the server responded with a status of 4",
    "net::ERR_INTERNET_DISCONNECTED",
)


@dataclass(frozen=True)
class Live:
    """The application behind a real port, on SQLite."""

    app: Flask
    url: str


@pytest.fixture
def live(places: Places, clock: Fixed, smtp: Smtp) -> Iterator[Live]:
    """The application as the migrations left it, listening on loopback."""
    database = places.database("sqlite")
    app = places.app("sqlite")
    database.reset()
    with served(app) as url:
        yield Live(app, url)


def sign_in(
    live: Live,
    page: Page,
    at: dt.datetime = START,
    role: str = "coordinator",
    name: str = "Karin Ek",
) -> Page:
    """Makes somebody with that role, who presses the button of their link at that moment."""
    with live.app.app_context():
        link = StaffLink(staff=make_staff(role, name), expires_at=at + staff.LINK_LIFE)
        db.session.add(link)
        unit_of_work.commit()
        url = services().link_signer.url(Target("staff", link.public_id))
    page.goto(live.url + url.removeprefix("http://localhost"))
    page.locator("main button").first.click()
    return page


@pytest.fixture
def furnished_world(
    places: Places,
    clock: Fixed,
    smtp: Smtp,
    tmp_path: Path,
) -> Iterator[Callable[[str], World]]:
    """`furnished_world(name)`: the world of that name on SQLite, untouched by tests before it."""
    made: list[Flask] = []

    def build(name: str) -> World:
        database = places.database("sqlite")
        places.app("sqlite")
        database.reset()
        made.append(places.new_app(database.url, dev_mailbox=tmp_path / "mailbox"))
        return furnished(made[-1], clock, tmp_path / "mailbox", database, name, places.shared)

    yield build
    for app in made:
        close(app)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once for each worker."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(**launch_options())  # type: ignore[arg-type]
        yield found
        found.close()


@pytest.fixture
def new_page(browser: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """`new_page(**options)`: a page with its own cookies; options as `new_context` has them, as
    `viewport=DESK` or `java_script_enabled=False`. The test fails when a page logs an error or asks
    another host for anything.
    """
    contexts, complaints = [], list[str]()

    def make(**options: object) -> Page:
        usual = {
            "base_url": live.url,
            "locale": "sv-SE",
            "timezone_id": "Europe/Stockholm",
            "viewport": PHONE,
        }
        context = browser.new_context(**(usual | options))  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda m: (
                complaints.append(m.text)
                if m.type == "error" and not any(e in m.text for e in EXPECTED)
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda r: (
                None
                if r.url.startswith((live.url, "data:", "blob:", "about:"))
                else complaints.append(f"asks outside: {r.url}")
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints, complaints


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page as on a phone."""
    return new_page()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails with what axe-core has against the page."""

    def check(page: Page) -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    return check

"""Two colleagues in two browsers see each other come, write and go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from annualwheel.db import db
from annualwheel.preparation import notices
from annualwheel.services import services
from tests.browser.conftest import DESK, Live
from tests.browser.lasting import stand_still
from tests.conftest import Fixed
from tests.makers.writers import CLOSES, OPEN, make_members

pytestmark = pytest.mark.browser

HUB, THEME = "/forberedelse", "/forberedelse/strukturer/arbete"
SKAPA = "Vilka strukturer behöver vi skapa?"
WRITES = "Anna Berg skriver nu under ”Hur får fler arbete?”"


@pytest.fixture
def come_in(live: Live, clock: Fixed, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """`come_in(0)`: Maria's page of the preparation, `come_in(1)`: Anna's; with a clock in the
    browser that only the test moves.
    """
    clock.set(OPEN)
    with live.app.app_context():
        links = [
            services().link_signer.token(notices.links(member)["preparation"])
            for member in make_members("Maria", "Anna")
        ]
        db.session.commit()

    def enter(number: int, scripts: bool = True) -> Page:
        page = new_page(viewport=DESK, java_script_enabled=scripts)
        stand_still(page)
        page.goto(f"/f/{links[number]}")
        page.get_by_role("button", name="Öppna förberedelsen").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Förberedelse för")
        if scripts:
            has_had(page, 1)
        return page

    return enter


def here(page: Page) -> Locator:
    return page.locator("[data-here] li")


def turns(page: Page) -> int:
    """How many answers the page has read; the next question is planned."""
    return int(page.locator("[data-here]").get_attribute("data-turns") or 0)


def has_had(page: Page, number: int) -> None:
    """Waits until the page has read so many answers."""
    expect(page.locator("[data-here]")).to_have_attribute("data-turns", str(number))


def requests(page: Page) -> list[str]:
    """The addresses of what the page asks for from now on, as they come."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def go(page: Page, url: str) -> None:
    """Opens a page, which asks at once."""
    page.goto(url)
    has_had(page, 1)


def beat(page: Page) -> None:
    """Twenty seconds pass in the browser, and the page asks the server."""
    before = turns(page)
    with page.expect_request("**/forberedelse/har"):
        page.clock.fast_forward(20_500)
    has_had(page, before + 1)


def test_two_colleagues_see_each_other_come_and_go(
    clock: Fixed, come_in: Callable[..., Page]
) -> None:
    maria, anna = come_in(0), come_in(1)
    go(anna, THEME)
    clock.advance(dt.timedelta(seconds=20))
    beat(anna)
    beat(maria)
    expect(here(maria)).to_have_text([WRITES])
    expect(here(anna)).to_have_text(["Maria Lindqvist är här nu"])
    go(maria, HUB)
    expect(here(maria)).to_have_text([WRITES])
    anna.goto("about:blank")
    clock.advance(dt.timedelta(seconds=61))
    beat(maria)
    expect(here(maria)).to_have_count(0)


def test_who_is_here_is_no_live_region_and_moves_no_field(
    come_in: Callable[..., Page], clock: Fixed
) -> None:
    maria, anna = come_in(0), come_in(1)
    go(maria, THEME)
    clock.advance(dt.timedelta(seconds=61))
    beat(maria)
    expect(here(maria)).to_have_count(0)
    before = maria.get_by_label(SKAPA).bounding_box()
    beat(anna)
    beat(maria)
    expect(here(maria)).to_have_text(["Anna Berg är här nu"])
    assert maria.get_by_label(SKAPA).bounding_box() == before
    assert (
        maria.locator("[data-here]").evaluate(
            "place => place.closest('[aria-live], [role=status], [role=alert]')"
        )
        is None
    )


def test_a_save_tells_of_the_others_without_a_beat_of_its_own(
    come_in: Callable[..., Page], clock: Fixed
) -> None:
    maria, anna = come_in(0), come_in(1)
    go(maria, THEME)
    clock.advance(dt.timedelta(seconds=30))
    beat(anna)
    maria.get_by_label(SKAPA).press_sequentially("Ett avtal")
    asked = requests(maria)
    maria.clock.fast_forward(1_300)
    has_had(maria, 2)
    expect(here(maria)).to_have_text(["Anna Berg är här nu"])
    assert [url.split("/")[4] for url in asked] == ["spara"]


def test_without_script_it_is_there_when_the_page_is_read(
    come_in: Callable[..., Page], clock: Fixed
) -> None:
    anna = come_in(1)
    go(anna, THEME)
    clock.advance(dt.timedelta(seconds=20))
    beat(anna)
    maria = come_in(0, scripts=False)
    expect(here(maria)).to_have_text([WRITES])


def test_after_the_last_day_the_page_falls_silent(
    come_in: Callable[..., Page], clock: Fixed
) -> None:
    maria, anna = come_in(0), come_in(1)
    beat(anna)
    beat(maria)
    expect(here(maria)).to_have_count(1)
    clock.set(CLOSES + dt.timedelta(seconds=5))
    beat(maria)
    expect(maria.locator("[data-here] ul")).to_be_hidden()
    asked = requests(maria)
    maria.clock.fast_forward(60_000)
    # What it asks for after that minute is the first thing it asks for.
    maria.evaluate("fetch('/static/js/print.js').then(answer => answer.text())")
    assert [url.rpartition("/")[2] for url in asked] == ["print.js"]

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
from tests.conftest import Fixed
from tests.writers import CLOSES, OPEN, make_members

HUB, THEME = "/forberedelse", "/forberedelse/strukturer/arbete"
SKAPA = "Vilka strukturer behöver vi skapa?"
WRITES = "Anna Berg skriver nu under Hur får fler arbete?"


@pytest.fixture
def come_in(live: Live, clock: Fixed, new_page: Callable[..., Page]) -> Callable[..., Page]:
    """`come_in(0)`: Maria's page of the preparation, `come_in(1)`: Anna's; with a clock in the
    browser that the test moves.
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
        page.clock.install()
        page.goto(f"/f/{links[number]}")
        with page.expect_response("**/forberedelse/har" if scripts else f"**{HUB}"):
            page.get_by_role("button", name="Öppna förberedelsen").click()
        if scripts:
            read(page)
        return page

    return enter


def here(page: Page) -> Locator:
    return page.locator("[data-here] li")


def read(page: Page) -> None:
    """The page has read its last answer and planned the next question: something it asked for later
    has come.
    """
    page.evaluate("fetch('/static/js/print.js').then(answer => answer.text())")


def go(page: Page, url: str) -> None:
    """Opens a page, which asks at once."""
    with page.expect_response("**/forberedelse/har"):
        page.goto(url)
    read(page)


def beat(page: Page) -> None:
    """Twenty seconds pass in the browser, and the page asks the server."""
    with page.expect_response("**/forberedelse/har"):
        page.clock.fast_forward(20_500)
    read(page)


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
    with maria.expect_response("**/forberedelse/spara/**"):
        maria.clock.fast_forward(1_300)
    expect(here(maria)).to_have_text(["Anna Berg är här nu"])


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
    asked: list[str] = []
    maria.on("request", lambda request: asked.append(request.url))
    maria.clock.fast_forward(60_000)
    read(maria)
    assert [url.rpartition("/")[2] for url in asked] == ["print.js"]

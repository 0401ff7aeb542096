"""The frame of every page, seen by a real browser on the one page that needs no data: the one that
does not exist.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["sv", "en"])
def test_axe_has_nothing_against_the_page(
    page: Page, axe: Callable[[Page], None], language: str
) -> None:
    page.goto(f"/finns-inte?lang={language}")
    axe(page)
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("viewport", [PHONE, DESK, {"width": 320, "height": 640}])
def test_no_page_scrolls_sideways(new_page: Callable[..., Page], viewport: dict[str, int]) -> None:
    page = new_page(viewport=viewport)
    page.goto("/finns-inte")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_the_first_tab_stop_skips_to_the_content(page: Page) -> None:
    page.goto("/finns-inte")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

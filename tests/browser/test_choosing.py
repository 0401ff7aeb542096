"""A list to tick: it can be filtered, ticked and unticked as it is filtered, and says how many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annualwheel import unit_of_work
from annualwheel.mailings.kinds.reminder import Reminder
from tests.browser.conftest import DESK, Live, sign_in
from tests.conftest import START, Fixed
from tests.makers.guests import make_guest, make_meeting

pytestmark = pytest.mark.browser

NOW = START + dt.timedelta(days=10)
NAMES = (
    ("Karin", "Öst-Åberg", "Sunne kommun"),
    ("Erik", "Sand", "Kils kommun"),
    ("Eva", "Ek", "Sunne kommun"),
)


@pytest.fixture
def page(live: Live, new_page: Callable[..., Page], clock: Fixed) -> Page:
    """The page where three people are reminded, ten days after they were invited."""
    with live.app.app_context():
        meeting = make_meeting()
        for given, family, organisation in NAMES:
            make_guest(meeting, given, family, organisation)
        unit_of_work.commit()
    clock.set(NOW)
    page = sign_in(live, new_page(viewport=DESK), NOW)
    page.goto(f"{live.url}/mote/2027/arbetsmote/utskick/{Reminder.address}")
    return page


def test_what_is_filtered_is_ticked_and_counted(page: Page) -> None:
    said, names = (
        page.locator("[data-choose-said]"),
        page.locator("[data-choose-row]:visible label"),
    )
    expect(said).to_have_text("3 av 3 är markerade.")
    page.get_by_label("Visa bara dem där det står").fill("sunne ÖST")
    expect(names).to_have_text(["Karin Öst-Åberg"])
    page.get_by_role("button", name="Avmarkera alla som visas").click()
    expect(said).to_have_text("1 visas. 2 av 3 är markerade.")
    page.get_by_label("Visa bara dem där det står").fill("")
    expect(names).to_have_count(3)
    page.get_by_role("button", name="Avmarkera alla som visas").click()
    expect(said).to_have_text("0 av 3 är markerade.")
    page.get_by_label("Eva Ek").check()
    expect(said).to_have_text("1 av 3 är markerade.")
    page.get_by_role("button", name="Markera alla som visas", exact=True).click()
    expect(said).to_have_text("3 av 3 är markerade.")


def test_return_in_the_filter_sends_nothing(page: Page) -> None:
    filter_field = page.get_by_label("Visa bara dem där det står")
    filter_field.fill("eva")
    filter_field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Skicka påminnelsen")
    expect(filter_field).to_have_value("eva")

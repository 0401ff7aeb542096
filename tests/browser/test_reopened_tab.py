"""A tab that was left open over the last day: it says truly whether it saves, also when a
coordinator opens the answer again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annualwheel.db import db
from annualwheel.models import Member
from annualwheel.preparation import notices, reopening
from annualwheel.services import services
from tests.browser.conftest import Live
from tests.browser.lasting import all_saved
from tests.conftest import Fixed
from tests.makers.region import make_staff
from tests.makers.writers import CLOSES, OPEN, item_of, make_members, stored

pytestmark = pytest.mark.browser

THEME, SKAPA = "/forberedelse/strukturer/arbete", "Vilka strukturer behöver vi skapa?"
LATE = CLOSES + dt.timedelta(hours=9)


@pytest.fixture
def tab(live: Live, clock: Fixed, new_page: Callable[..., Page]) -> Page:
    """Maria's page of a theme, opened while it is open for everyone."""
    clock.set(OPEN)
    with live.app.app_context():
        (maria,) = make_members("Maria")
        link = f"/f/{services().link_signer.token(notices.links(maria)['preparation'])}"
    page = new_page()
    page.goto(link)
    page.get_by_role("button", name="Öppna förberedelsen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Förberedelse för")
    page.goto(THEME)
    return page


def only(live: Live, act: Callable[[Member], object]) -> object:
    """What `act` gives for the one member, committed."""
    with live.app.app_context():
        done = act(db.session.query(Member).one())
        db.session.commit()
        return done


def test_an_open_tab_stops_after_the_grace_goes_on_when_opened_again_and_stops_when_closed(
    live: Live, clock: Fixed, tab: Page
) -> None:
    line, field = tab.locator("[data-save-text]"), tab.get_by_label(SKAPA)
    clock.set(CLOSES + dt.timedelta(minutes=14))
    field.press_sequentially("Inom tiden. ")
    all_saved(tab)
    expect(line).to_contain_text("Sparat kl.")
    clock.set(LATE)
    field.press_sequentially("För sent. ")
    expect(line).to_have_text("Sista dagen har gått. Det du skrev nu är inte med.")
    # The page asks whether it may go on, and is told no before the answer is opened again.
    with tab.expect_response(f"**{THEME}"):
        tab.evaluate("window.dispatchEvent(new Event('focus'))")
    assert (
        only(live, lambda maria: stored(item_of(maria, "strukturer/arbete"), "skapa"))
        == "Inom tiden. "
    )
    only(
        live,
        lambda maria: reopening.open_until(
            maria.submission, dt.date(2027, 1, 19), LATE, make_staff()
        ),
    )
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    all_saved(tab)
    expect(line).to_contain_text("Sparat kl. 8.59")
    assert (
        only(live, lambda maria: stored(item_of(maria, "strukturer/arbete"), "skapa"))
        == "Inom tiden. För sent. "
    )
    clock.set(dt.datetime(2027, 1, 20, 8, tzinfo=dt.UTC))
    field.press_sequentially("Efteråt.")
    expect(line).to_have_text("Sista dagen har gått. Det du skrev nu är inte med.")
    assert (
        only(live, lambda maria: stored(item_of(maria, "strukturer/arbete"), "skapa"))
        == "Inom tiden. För sent. "
    )

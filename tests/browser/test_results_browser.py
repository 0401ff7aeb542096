"""The results of a meeting are saved while a facilitator writes them, in Chromium."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annualwheel import audit, unit_of_work
from annualwheel.db import db
from annualwheel.meetings import results
from annualwheel.meetings.results import ResultChange
from annualwheel.models import Meeting
from tests.browser.conftest import DESK, Live, sign_in
from tests.browser.lasting import all_saved
from tests.conftest import Fixed
from tests.makers.guests import make_meeting

pytestmark = pytest.mark.browser

AFTER = dt.datetime(2027, 1, 29, 9, tzinfo=dt.UTC)


def test_what_is_typed_is_saved_and_meets_a_colleague_s_text(
    live: Live, clock: Fixed, new_page: Callable[..., Page]
) -> None:
    clock.set(AFTER)
    with live.app.app_context():
        make_meeting()
        unit_of_work.commit()
    page = sign_in(live, new_page(viewport=DESK), AFTER)
    page.goto("/svar/2027/arbetsmote/resultat")
    swedish = page.get_by_label("På svenska, hela mötet")
    swedish.fill("Fem luckor")
    all_saved(page)
    expect(page.locator("[data-save-text]")).to_have_text("Sparat kl. 10.00")
    with live.app.app_context():
        meeting = db.session.query(Meeting).filter_by(kind="work").one()
        mine = results.mark("Fem luckor")
        change = {("", "sv"): ResultChange("En kollegas text", mine)}
        assert not results.save(meeting, change, AFTER, audit.SYSTEM)
        unit_of_work.commit()
    swedish.fill("Fem luckor och mer")
    box = page.get_by_role("group", name="En kollega ändrade samma text")
    expect(box).to_contain_text("En kollegas text")
    box.get_by_role("button", name="Lägg kollegans text efter min").click()
    all_saved(page)
    expect(swedish).to_have_value("Fem luckor och mer\n\nEn kollegas text")
    page.reload()
    expect(swedish).to_have_value("Fem luckor och mer\n\nEn kollegas text")

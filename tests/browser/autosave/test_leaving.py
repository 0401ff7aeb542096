"""A page that is closed, put away or signed out of: what is left is sent or copied, or the person
is asked.
"""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.autosave.played import ORIGIN, Server, leaving_asks, line, stored, write

pytestmark = pytest.mark.browser


def test_closing_the_tab_sends_what_is_left(page: Page, server: Server) -> None:
    write(page, "sista")
    with page.expect_request(ORIGIN + "/spara") as request:
        page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert json.loads(request.value.post_data or "")["fields"]["learned"]["value"] == "sista"


@pytest.mark.parametrize(
    "event",
    [
        "dispatchEvent(new Event('pagehide'))",
        "() => { Object.defineProperty(document, 'hidden', {value: true}); "
        "document.dispatchEvent(new Event('visibilitychange')) }",
    ],
)
def test_a_page_that_is_left_or_put_away_is_sent_past_its_own_end_and_copied(
    page: Page, server: Server, event: str
) -> None:
    server.answer = lambda _sent: None
    page.evaluate(
        "() => { window.asked = []; const ask = window.fetch; window.fetch = (url, how) => { "
        "asked.push(how.keepalive); return ask(url, how) } }"
    )
    write(page, "sista")
    with page.expect_request(ORIGIN + "/spara"):
        page.evaluate(event)
    assert page.evaluate("asked") == [True]
    assert stored(page)["learned"]["v"] == "sista"


def test_signing_out_empties_the_browser(page: Page, server: Server) -> None:
    page.evaluate(
        "localStorage.setItem('utkast:annat:7', '{}'); localStorage.setItem('annans', '1')"
    )
    page.get_by_role("button", name="Logga ut").click()
    page.wait_for_url(ORIGIN + "/logga-ut")
    assert page.evaluate("Object.keys(localStorage)") == ["annans"]


def test_signing_out_with_unsaved_text_asks_first(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog"):
        page.get_by_role("button", name="Logga ut").click()
    assert stored(page)["learned"]["v"] == "Kvar"
    assert page.url == ORIGIN + "/svar"


def test_leaving_asks_first_only_when_something_would_be_lost(page: Page, server: Server) -> None:
    assert not leaving_asks(page)
    server.answer = lambda _sent: None
    write(page, "a")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    assert not leaving_asks(page), "the copy in the browser is enough"
    write(page, "Nötter", "Kost")
    assert leaving_asks(page)

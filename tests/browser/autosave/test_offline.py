"""Without contact the text lies in the browser; it comes back, and is sent with contact."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.autosave.played import (
    ORIGIN,
    Server,
    line,
    opened,
    pass_time,
    settled,
    stored,
    write,
)

pytestmark = pytest.mark.browser


def test_without_contact_the_text_lies_in_the_browser_and_is_tried_again(
    page: Page, server: Server
) -> None:
    server.answer = lambda _sent: None
    write(page, "Viktigt")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt. Din text finns kvar i den här webbläsaren")
    assert stored(page)["learned"]["v"] == "Viktigt"
    server.answer = server.save
    page.clock.run_for(3100)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert stored(page) == {}


@pytest.mark.parametrize("answer", [None, (500, {}), (503, {})])
def test_it_is_tried_again_after_3_8_20_and_60_seconds_and_each_minute_from_then(
    page: Page, server: Server, answer: tuple[int, dict[str, Any]] | None
) -> None:
    asked = server.answers_only(answer)

    def asks_within(milliseconds: int) -> None:
        # The answer comes when the time has passed, so that the next wait begins at a known moment.
        server.hold()
        page.clock.run_for(milliseconds)
        server.let_go(page)
        settled(page)
        expect(line(page)).to_contain_text("Ingen kontakt")

    write(page, "Viktigt")
    asks_within(1300)
    for number, wait in enumerate((3, 8, 20, 60, 60), start=1):
        pass_time(page, wait * 1000 - 200)
        expect(line(page)).to_contain_text("Ingen kontakt")
        assert len(asked) == number, f"before {wait} s"
        asks_within(250)
        assert len(asked) == number + 1, f"after {wait} s"
    assert stored(page)["learned"]["v"] == "Viktigt"


def test_it_is_tried_at_once_when_the_network_is_back(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Viktigt")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    server.answer = server.save
    page.evaluate("dispatchEvent(new Event('online'))")
    page.clock.run_for(100)
    expect(line(page)).to_have_text("Sparat kl. 14.32")


def test_text_that_was_not_saved_comes_back(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Viktigt")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    page.goto(ORIGIN + "/svar")
    server.answer = server.save
    expect(page.get_by_label("Lärt")).to_have_value("Viktigt")
    expect(line(page)).to_have_text("Vi hittade text som inte hann sparas. Den är tillbaka.")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text(
        "Vi hittade text som inte hann sparas. Den är tillbaka. Sparat kl. 14.32"
    )
    assert server.sent("learned")[-1] == "Viktigt"


def test_restored_text_is_sent_word_for_word_before_what_is_typed_after_it(
    page: Page, server: Server
) -> None:
    """It may be on its way since the page before was left: then it is one's own, and what is typed
    after it builds on it.
    """
    server.answer = lambda _sent: None
    write(page, "Viktigt")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    page.goto(ORIGIN + "/svar")
    server.answer = server.save
    expect(page.get_by_label("Lärt")).to_have_value("Viktigt")
    page.get_by_label("Lärt").press("Control+End")
    write(page, " mer")
    for _ in range(2):
        pass_time(page, 1300)
    expect(page.locator("[name=base-learned]")).to_have_value("5")
    assert [save["fields"]["learned"] for save in server.saved] == [
        {"value": "Viktigt", "base": "3"},
        {"value": "Viktigt mer", "base": "4"},
    ]


def test_text_that_has_lain_in_the_browser_for_fourteen_days_is_gone(
    page: Page, server: Server
) -> None:
    # The page that is left must not put its own (empty) copy there.
    keep = """([days, text]) => {
      document.querySelector('[data-autosave]').autosave.stopped = 'submitted';
      const kept = {t: Date.now() - days * 86400000, d: {learned: {v: text, base: '3'}}};
      localStorage.setItem('utkast:/spara:7', JSON.stringify(kept)) }"""
    for days, text, shown in ((13.9, "Ny nog", "Ny nog"), (14.1, "För gammal", "")):
        page.evaluate(keep, [days, text])
        page.goto(ORIGIN + "/svar")
        expect(page.get_by_label("Lärt")).to_have_value(shown)
    assert stored(page) == {}


def test_private_answers_are_never_kept_in_the_browser(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Glutenfritt", "Kost")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("kan inte spara en egen kopia")
    assert stored(page) == {}
    assert "Gluten" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")


def test_a_browser_that_stores_nothing_says_so(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    context.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
    page = opened(context, server)
    server.answer = lambda _sent: None
    write(page, "a")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("kan inte spara en egen kopia. Stäng inte sidan")
    context.close()

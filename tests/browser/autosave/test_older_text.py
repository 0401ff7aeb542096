"""A text from the page before, of which only the server knows what came of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.autosave.played import (
    ORIGIN,
    Server,
    conflict,
    line,
    pass_time,
    settled,
    stored,
    write,
)

pytestmark = pytest.mark.browser


def unheard(page: Page, server: Server) -> None:
    """Writes, presses the page's own button where nothing is reached, and comes to the page again
    when a colleague has written.
    """
    write(page, "Min")
    page.context.route("**/klar", lambda route: route.abort())
    page.get_by_role("button", name="Klar").click()
    page.wait_for_url("chrome-error://**")
    server.values, server.version = {"learned": "Deras"}, 4


def test_restored_text_meets_a_colleague_s_change_in_a_conflict(page: Page, server: Server) -> None:
    server.answer = lambda _sent: None
    write(page, "Min")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Ingen kontakt")
    server.values, server.version = {"learned": "Deras"}, 4
    asked: list[dict[str, Any]] = []
    server.answer = lambda sent: asked.append(sent["fields"]) or conflict("Deras")(sent)
    page.goto(ORIGIN + "/svar")
    expect(
        page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    ).to_contain_text("Deras")
    expect(page.get_by_label("Lärt")).to_have_value("Min")
    expect(page.locator("[name=base-learned]")).to_have_value("3")
    assert asked == [{"learned": {"value": "Min", "base": "3", "again": True}}]
    assert stored(page)["learned"]["v"] == "Min"


def test_text_whose_button_never_reached_the_server_meets_a_colleague_s_in_a_conflict(
    page: Page, server: Server
) -> None:
    unheard(page, server)
    server.answer = conflict("Deras")
    page.goto(ORIGIN + "/svar")
    expect(
        page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    ).to_contain_text("Deras")
    expect(page.get_by_label("Lärt")).to_have_value("Min")
    server.answer = server.save
    page.get_by_role("button", name="Lägg Annas text efter min").click()
    page.clock.run_for(100)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.sent("learned") == ["Min\n\nDeras"]


def test_text_that_the_server_has_taken_and_a_colleague_replaced_is_no_conflict(
    page: Page, server: Server
) -> None:
    unheard(page, server)
    asked = server.answers_only((200, {"at": "14.32"}))
    page.goto(ORIGIN + "/svar")
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    expect(page.get_by_label("Lärt")).to_have_value("Deras")
    expect(page.locator("[data-conflict]")).to_have_count(0)
    assert (asked, stored(page)) == (["Min"], {})


def test_what_is_typed_while_the_server_is_asked_of_an_older_text_stays(
    page: Page, server: Server
) -> None:
    unheard(page, server)
    server.hold()
    page.goto(ORIGIN + "/svar")
    page.get_by_label("Lärt").press("Control+End")
    write(page, " och nytt")
    server.answer = conflict("Deras")
    server.let_go(page)
    server.answer = server.save
    settled(page)
    pass_time(page, 1300)
    expect(page.get_by_label("Lärt")).to_have_value("Deras och nytt")
    expect(page.locator("[name=base-learned]")).to_have_value("5")
    assert server.saved[0]["fields"]["learned"] == {"value": "Deras och nytt", "base": "4"}


def test_an_older_text_is_asked_about_until_there_is_an_answer(page: Page, server: Server) -> None:
    unheard(page, server)
    server.answer = lambda _sent: None
    page.goto(ORIGIN + "/svar")
    expect(line(page)).to_contain_text("Ingen kontakt")
    assert stored(page)["learned"]["v"] == "Min"
    server.answer = conflict("Deras")
    page.clock.run_for(3100)
    expect(
        page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    ).to_contain_text("Deras")


def test_an_older_text_that_can_no_longer_be_saved_comes_back_into_its_field(
    page: Page, server: Server
) -> None:
    unheard(page, server)
    server.answer = lambda _sent: (410, {})
    page.goto(ORIGIN + "/svar")
    expect(page.get_by_label("Lärt")).to_have_value("Min")
    expect(page.get_by_role("button", name="Ladda ner din text")).to_be_visible()


def test_back_on_a_page_whose_button_led_nowhere_saving_goes_on(page: Page, server: Server) -> None:
    write(page, "Min")
    page.evaluate("document.querySelector('[data-autosave]').autosave.handOver()")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.clock.run_for(100)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.sent("learned") == ["Min"]


def test_text_that_went_with_the_page_s_button_is_not_a_conflict_later(
    page: Page, server: Server
) -> None:
    write(page, "Min")
    page.get_by_role("button", name="Klar").click()
    expect(line(page)).to_contain_text("Den är tillbaka")
    page.clock.run_for(1300)
    expect(line(page)).to_contain_text("Sparat kl. 14.32")
    server.values, server.version = {"learned": "Senare ändrat"}, 5
    page.goto(ORIGIN + "/svar")
    expect(page.get_by_label("Lärt")).to_have_value("Senare ändrat")
    expect(page.locator("[data-conflict]")).to_have_count(0)

"""What the server does not take stays on the page, with a sentence that says why and a way on."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.autosave.played import (
    ORIGIN,
    Server,
    leaving_asks,
    line,
    pass_time,
    stored,
    write,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("status", [400, 401, 403])
def test_signed_out_keeps_the_text_and_goes_on_after_signing_in_elsewhere(
    page: Page, server: Server, status: int
) -> None:
    server.answer = lambda _sent: (status, {})
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Du är inte längre inloggad här. Texten finns kvar.")
    expect(page.get_by_role("link", name="Få en ny länk med e-post")).to_have_attribute(
        "href", "/lank"
    )
    assert stored(page)["learned"]["v"] == "Kvar"
    server.answer = server.save
    # The page asks for a fresh proof first, and saves when it has it.
    page.clock.resume()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    expect(page.get_by_role("link", name="Få en ny länk med e-post")).to_have_count(0)


def test_a_redirect_to_another_page_is_no_save(page: Page, server: Server) -> None:
    page.context.route(
        "**/spara",
        lambda route: route.fulfill(status=302, headers={"Location": ORIGIN + "/logga-in"}),
    )
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Du är inte längre inloggad här. Texten finns kvar.")
    assert stored(page)["learned"]["v"] == "Kvar"


def test_a_removed_card_offers_to_undo(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (404, {})
    write(page, "a")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("En kollega har tagit bort det här. Din text finns kvar här.")
    with page.expect_request(ORIGIN + "/angra") as asked:
        page.get_by_role("button", name="Ångra borttagningen").click()
    assert (asked.value.method, asked.value.post_data) == ("POST", "csrf_token=bevis&acting_for=7")


def test_after_the_deadline_the_text_can_be_taken_home(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (410, {})
    write(page, "För sent")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sista dagen har gått. Det du skrev nu är inte med.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Ladda ner din text").click()
    assert "Lärt\r\nFör sent" in Path(download.value.path()).read_bytes().decode("utf-8")


def test_private_answers_are_not_in_the_file_one_takes_home(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (410, {})
    write(page, "Text")
    write(page, "Nötter", "Kost")
    page.clock.run_for(1300)
    with page.expect_download() as download:
        page.get_by_role("button", name="Ladda ner din text").click()
    assert "Nötter" not in Path(download.value.path()).read_text("utf-8")


@pytest.mark.parametrize(
    ("status", "reason", "says"),
    [
        (410, "meeting_cancelled", "Mötet är inställt. Det du skrev nu är inte med."),
        (410, "preparation_closed", "Sista dagen har gått. Det du skrev nu är inte med."),
        (403, "other_share", "Den här delen skrivs av kollegor nu. Din text finns kvar här."),
    ],
)
def test_the_reason_picks_the_sentence(
    page: Page, server: Server, status: int, reason: str, says: str
) -> None:
    server.answer = lambda _sent: (status, {"status": status, "reason": reason})
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text(says)
    expect(page.get_by_role("link", name="Få en ny länk med e-post")).to_have_count(0)
    expect(page.get_by_role("button", name="Ladda ner din text")).to_be_visible()


@pytest.mark.parametrize("status", [413, 422])
def test_one_text_too_long_does_not_hold_back_the_others(
    page: Page, server: Server, status: int
) -> None:
    server.answer = lambda sent: (status, {}) if "learned" in sent["fields"] else server.save(sent)
    write(page, "lång")
    write(page, "kort", "Hinder")
    for wait in (1300, 100, 100):  # both together, and then one by one
        pass_time(page, wait)
    expect(line(page)).to_have_text("Texten är för lång för att sparas. Korta den.")
    expect(page.locator("[name=base-hinders]")).to_have_value("4")
    assert server.sent("hinders") == ["kort"]
    server.answer = server.save
    page.get_by_label("Lärt").fill("l")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.sent("learned") == ["l"]


def test_a_text_that_is_too_long_is_not_sent_again_until_it_changes(
    page: Page, server: Server
) -> None:
    asked = server.answers_only((422, {}))
    write(page, "lång")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Texten är för lång för att sparas. Korta den.")
    pass_time(page, 120_000)
    assert asked == ["lång"]
    server.answer = server.save
    write(page, "!")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sparat kl. 14.32")


@pytest.mark.parametrize("status", [401, 404, 410])
def test_what_cannot_be_saved_is_not_sent_again_and_leaving_asks_first(
    page: Page, server: Server, status: int
) -> None:
    asked = server.answers_only((status, {}))
    write(page, "Kvar")
    page.clock.run_for(1300)
    expect(page.locator("[data-save]")).to_have_attribute("data-save", "err")
    write(page, " mer")
    pass_time(page, 120_000)
    assert asked == ["Kvar"]
    expect(page.get_by_label("Lärt")).to_have_value("Kvar mer")
    assert stored(page)["learned"]["v"] == "Kvar mer"
    assert leaving_asks(page)

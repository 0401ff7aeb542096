"""What is written is saved after a pause, at the latest after eight seconds, on the version it was
written on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.autosave.played import Server, line, pass_time, write

pytestmark = pytest.mark.browser


def test_only_the_changed_field_is_sent_after_a_pause(page: Page, server: Server) -> None:
    write(page, "Hej")
    pass_time(page, 1100)
    assert server.saved == []
    page.clock.run_for(200)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.saved[0]["fields"] == {"learned": {"value": "Hej", "base": "3"}}


def test_one_who_never_pauses_is_saved_all_the_same(page: Page, server: Server) -> None:
    for number in range(13):
        assert server.saved == [], f"after {number * 650} ms"
        write(page, "a")
        pass_time(page, 650)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert server.sent("learned")[0].startswith("aaaa")


def test_the_next_save_builds_on_the_new_version_and_so_does_the_page_s_own_button(
    page: Page, server: Server
) -> None:
    write(page, "a")
    page.clock.run_for(1300)
    expect(page.locator("[name=base-learned]")).to_have_value("4")
    write(page, "b")
    page.clock.run_for(1300)
    expect(page.locator("[name=base-learned]")).to_have_value("5")
    assert server.saved[1]["fields"]["learned"] == {"value": "ab", "base": "4"}


def test_what_is_typed_during_a_save_goes_with_the_next(page: Page, server: Server) -> None:
    server.hold()
    write(page, "först")
    page.clock.run_for(1300)
    page.clock.run_for(900)
    expect(line(page)).to_have_text("Sparar …")
    write(page, " mer")
    server.let_go(page)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    page.clock.run_for(2000)
    expect(page.locator("[name=base-learned]")).to_have_value("5")
    assert server.sent("learned") == ["först", "först mer"]
    assert page.get_by_label("Lärt").input_value() == "först mer"


def test_slow_saving_is_said(page: Page, server: Server) -> None:
    server.hold()
    write(page, "a")
    page.clock.run_for(1900)
    expect(line(page)).to_have_text("")
    page.clock.run_for(200)
    expect(line(page)).to_have_text("Sparar …")


def test_a_saved_text_is_one_s_own_on_the_page_too(page: Page, server: Server) -> None:
    author = page.locator("[data-by=learned]")
    write(page, "b", "Hinder")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    expect(author).to_have_text("Anna Berg, i går kl. 9.00")
    write(page, "a")
    page.clock.run_for(1300)
    expect(author).to_have_text("Du kl. 14.32")


def test_the_same_minute_is_read_out_once(page: Page, server: Server) -> None:
    page.evaluate("""() => {
      window.said = 0;
      const changed = changes => { said += changes.length; };
      const all = {childList: true, characterData: true, subtree: true};
      new MutationObserver(changed).observe(document.querySelector('[data-save-text]'), all) }""")
    for text in ("a", "b", "c"):
        write(page, text)
        pass_time(page, 1300)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    assert page.evaluate("said") == 1

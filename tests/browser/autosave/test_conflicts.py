"""A colleague changed the same answer: both texts are shown until one has chosen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.autosave.played import Server, conflict, line, pass_time, stored, write

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("button", "text"),
    [
        ("Lägg Annas text efter min", "Min\n\nAnnas <b>ord</b>"),
        ("Behåll bara min", "Min"),
        ("Ta Annas", "Annas <b>ord</b>"),
    ],
)
def test_both_texts_are_kept_until_one_has_chosen(
    page: Page, server: Server, button: str, text: str
) -> None:
    server.answer = conflict("Annas <b>ord</b>")
    write(page, "Min")
    page.clock.run_for(1300)
    box = page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    expect(box).to_contain_text("Annas <b>ord</b>")
    expect(page.get_by_label("Lärt")).to_have_value("Min")
    expect(page.get_by_label("Lärt")).to_have_attribute("aria-describedby", "learned-konflikt")
    expect(line(page)).to_have_text("Anna Berg ändrade samma svar. Välj vilken text som ska gälla.")
    assert stored(page)["learned"]["v"] == "Min"
    server.answer = server.save
    page.get_by_role("button", name=button).click()
    expect(box).to_have_count(0)
    expect(page.get_by_label("Lärt")).to_be_focused()
    pass_time(page, 1300)
    expect(page.get_by_label("Lärt")).to_have_value(text)
    assert server.sent("learned") == ([] if button == "Ta Annas" else [text])
    assert button == "Ta Annas" or server.saved[0]["fields"]["learned"]["base"] == 9


def test_another_tab_of_ones_own_is_no_colleague(page: Page, server: Server) -> None:
    server.answer = conflict("Från den andra fliken", own=True)
    write(page, "Min")
    page.clock.run_for(1300)
    box = page.get_by_role("group", name="Du ändrade samma svar i en annan flik kl. 14.31")
    expect(box).to_contain_text("Från den andra fliken")
    expect(box).to_contain_text("Texten från den här fliken står kvar")
    expect(line(page)).to_have_text(
        "Du ändrade samma svar i en annan flik. Välj vilken text som ska gälla."
    )
    server.answer = server.save
    page.get_by_role("button", name="Lägg den andra texten efter den här").click()
    expect(page.get_by_label("Lärt")).to_have_value("Min\n\nFrån den andra fliken")


def test_two_answers_of_one_line_stand_on_one_line(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (
        200,
        {
            "at": "1",
            "conflicts": {
                "name": {"value": "Simskolan 2", "ver": 9, "who": "Anna Berg", "at": "14.31"}
            },
        },
    )
    write(page, "Simskola", "Namn")
    page.clock.run_for(1300)
    expect(page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")).to_be_visible()
    server.answer = server.save
    page.get_by_role("button", name="Lägg Annas text efter min").click()
    expect(page.get_by_label("Namn")).to_have_value("Simskola, Simskolan 2")


def test_an_answer_that_can_only_be_one_is_not_put_after_another(
    page: Page, server: Server
) -> None:
    server.answer = lambda _sent: (
        200,
        {
            "at": "1",
            "conflicts": {
                "address": {"value": "b.example", "ver": 9, "who": "Anna Berg", "at": "14.31"}
            },
        },
    )
    write(page, "a.example", "Adress")
    page.clock.run_for(1300)
    box = page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    expect(box.get_by_role("button")).to_have_text(["Behåll bara min", "Ta Annas"])


def test_the_same_text_is_no_conflict(page: Page, server: Server) -> None:
    server.answer = conflict("Lika")
    write(page, "Lika")
    page.clock.run_for(1300)
    expect(line(page)).to_have_text("Sparat kl. 14.32")
    expect(page.locator("[data-conflict]")).to_have_count(0)


def test_a_choice_in_conflict_is_shown_in_words_without_both(page: Page, server: Server) -> None:
    server.answer = lambda _sent: (
        200,
        {
            "at": "1",
            "conflicts": {"state": {"value": "b", "ver": 9, "who": "Anna Berg", "at": "14.31"}},
        },
    )
    page.get_by_label("Planeras").check()
    page.clock.run_for(1300)
    box = page.get_by_role("group", name="Anna Berg ändrade samma svar kl. 14.31")
    expect(box).to_contain_text("Pågår")
    expect(box.get_by_role("button")).to_have_text(["Behåll bara min", "Ta Annas"])
    box.get_by_role("button", name="Ta Annas").click()
    expect(page.get_by_label("Pågår")).to_be_checked()

"""Preparing in Chromium: two colleagues in one field, a network that goes away, questions that
appear, and pages anyone can use.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.models import Member
from annualwheel.preparation import notices
from annualwheel.services import services
from tests.browser.conftest import DESK, PHONE, Live
from tests.browser.lasting import all_saved, stand_still
from tests.conftest import Fixed
from tests.makers.writers import OPEN, add_initiative, history, item_of, make_members, stored, write

pytestmark = pytest.mark.browser

THEME = "/forberedelse/strukturer/arbete"
GROUP = "/forberedelse/initiativ"
SKAPA = "Vilka strukturer behöver vi skapa?"
SAVED = "Sparat kl. 10.00"


@pytest.fixture
def links(live: Live, clock: Fixed) -> list[str]:
    """The links of Maria and Anna, with one finished initiative in their answer."""
    clock.set(OPEN)
    with live.app.app_context():
        members = make_members("Maria", "Anna")
        write(members[0], item_of(members[0]), forberett="Strateger")
        add_initiative(members[0])
        db.session.commit()
        return [
            f"/f/{services().link_signer.token(notices.links(member)['preparation'])}"
            for member in members
        ]


@pytest.fixture
def come_in(new_page: Callable[..., Page], links: list[str]) -> Callable[..., Page]:
    """`come_in(0, viewport=DESK)`: Maria's page after she has followed her link and pressed the
    button. With `still=True` its clock stands until the test moves it.
    """

    def enter(number: int = 0, still: bool = False, **options: object) -> Page:
        page = new_page(**options)
        if still:
            stand_still(page)
        page.goto(links[number])
        page.get_by_role("button", name="Öppna förberedelsen").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(
            "Förberedelse för Hagfors kommun"
        )
        return page

    return enter


def held(live: Live, key: str = "skapa") -> object:
    """What the server holds for a question of the first theme."""
    with live.app.app_context():
        member = db.session.query(Member).order_by(Member.id).first()
        assert member is not None
        return stored(item_of(member, "strukturer/arbete"), key)


def save_draft(page: Page) -> None:
    """Presses the page's own button without a script; the page that answers has come."""
    with page.expect_navigation():
        page.get_by_role("button", name="Spara utkast").click()


def go_on(page: Page) -> None:
    """Presses the page's own button, which saves and goes on; the next page has come."""
    with page.expect_navigation():
        page.get_by_role("button", name="Nästa:").click()


def test_what_is_typed_is_saved_without_a_press(live: Live, come_in: Callable[..., Page]) -> None:
    page = come_in()
    page.goto(THEME)
    page.get_by_label(SKAPA).press_sequentially("Ett avtal")
    all_saved(page)
    expect(page.locator("[data-save-text]")).to_have_text(SAVED)
    assert held(live) == "Ett avtal"


def test_two_colleagues_in_one_field_lose_nothing(live: Live, come_in: Callable[..., Page]) -> None:
    maria, anna = come_in(0), come_in(1)
    for page in (maria, anna):
        page.goto(THEME)
    maria.get_by_label(SKAPA).fill("Marias text")
    all_saved(maria)
    expect(maria.locator("[data-save-text]")).to_have_text(SAVED)
    anna.get_by_label(SKAPA).fill("Annas text")
    expect(anna.locator("[data-conflict]")).to_contain_text("Marias text")
    assert (anna.get_by_label(SKAPA).input_value(), held(live)) == ("Annas text", "Marias text")
    anna.get_by_role("button", name="Lägg Marias text efter min").click()
    all_saved(anna)
    expect(anna.locator("[data-save-text]")).to_have_text(SAVED)
    assert held(live) == "Annas text\n\nMarias text"


def test_an_answer_that_got_lost_on_its_way_back_is_no_conflict_with_oneself(
    live: Live, come_in: Callable[..., Page]
) -> None:
    page = come_in(still=True)
    page.goto(THEME)
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().text())
        route.fulfill(status=408)

    page.route("**/forberedelse/spara/**", lose, times=1)
    page.get_by_label(SKAPA).press_sequentially("Halva")
    page.clock.run_for(1_300)
    expect(page.locator("[data-save-text]")).to_contain_text("Ingen kontakt")
    assert held(live) == "Halva"
    page.get_by_label(SKAPA).press_sequentially(" meningen")
    page.clock.resume()
    all_saved(page)
    expect(page.locator("[data-save-text]")).to_have_text(SAVED)
    assert lost and page.locator("[data-conflict]").count() == 0
    assert held(live) == "Halva meningen"


def test_the_page_s_button_right_after_typing_is_no_conflict(
    live: Live, come_in: Callable[..., Page]
) -> None:
    page = come_in()
    page.goto(THEME)
    page.get_by_label(SKAPA).press_sequentially("Snabbt")
    expect(page.get_by_role("button", name="Spara utkast")).to_be_hidden()
    go_on(page)
    page.go_back()
    expect(page.get_by_label(SKAPA)).to_have_value("Snabbt")
    expect(page.locator("[data-conflict]")).to_have_count(0)
    assert held(live) == "Snabbt"


def past(live: Live) -> list[object]:
    """The replaced and rejected texts of the same question."""
    with live.app.app_context():
        return history(
            item_of(
                db.session.query(Member).order_by(Member.id).first()
                or pytest.fail("nobody writes"),
                "strukturer/arbete",
            ),
            "skapa",
        )


@pytest.mark.parametrize("arrives", [True, False])
def test_a_text_whose_button_was_pressed_is_a_conflict_only_when_it_never_arrived(
    live: Live, come_in: Callable[..., Page], arrives: bool
) -> None:
    # Maria's clock stands, so that her page saves nothing before she presses the button.
    maria, anna = come_in(0, still=True), come_in(1)
    maria.goto(THEME)

    def press(route: Route) -> None:
        if arrives:
            route.fetch(max_redirects=0)
        route.abort()

    maria.route("**/forberedelse/spara/**", lambda route: route.abort())
    maria.route(f"**{THEME}", press)
    maria.get_by_label(SKAPA).fill("Marias text")
    maria.get_by_role("button", name="Nästa:").click()
    maria.wait_for_url("chrome-error://**")
    maria.unroute_all()
    anna.goto(THEME)
    anna.get_by_label(SKAPA).fill("Annas text")
    all_saved(anna)
    expect(anna.locator("[data-save-text]")).to_have_text(SAVED)
    with maria.expect_response(lambda answer: "/forberedelse/spara/" in answer.url):
        maria.goto(THEME)
    if arrives:
        all_saved(maria)
        expect(maria.locator("[data-save-text]")).to_have_text(SAVED)
        expect(maria.get_by_label(SKAPA)).to_have_value("Annas text")
        assert (maria.locator("[data-conflict]").count(), held(live), past(live)) == (
            0,
            "Annas text",
            ["Marias text"],
        )
    else:
        expect(maria.locator("[data-conflict]")).to_contain_text(
            "Anna Berg ändrade samma svar kl. 10.00"
        )
        assert (maria.get_by_label(SKAPA).input_value(), held(live), past(live)) == (
            "Marias text",
            "Annas text",
            ["Marias text"],
        )
        maria.get_by_role("button", name="Ta Annas").click()
        maria.goto(THEME)
        assert (maria.get_by_label(SKAPA).input_value(), past(live)) == (
            "Annas text",
            ["Marias text"],
        )


def test_questions_follow_a_choice_at_once(come_in: Callable[..., Page]) -> None:
    page = come_in()
    page.goto(GROUP)
    page.get_by_role("link", name="Ändra Ung i Hagfors").click()
    expect(page.get_by_label("Vad har ni sett för resultat hittills?")).to_be_visible()
    page.get_by_label("Avslutat").check()
    expect(page.get_by_label("Vad har ni sett för resultat hittills?")).to_be_hidden()
    expect(page.get_by_label("Vad blev resultatet?")).to_be_visible()
    page.get_by_role("button", name="Klar med initiativet").click()
    expect(page.get_by_role("heading", name="1. Ung i Hagfors")).to_be_focused()


def test_a_new_card_has_focus_and_the_undo_message_too(come_in: Callable[..., Page]) -> None:
    page = come_in()
    page.goto(GROUP)
    page.get_by_role("button", name="Lägg till ett initiativ").click()
    expect(page.get_by_role("heading", name="2. Initiativ 2 (utan namn)")).to_be_focused()
    page.get_by_role("button", name="Ta bort Initiativ 2 (utan namn)").click()
    expect(page.locator(".msg.ok")).to_be_focused()


def test_a_choice_that_stands_alone_unticks_the_others_and_they_it(
    live: Live, come_in: Callable[..., Page]
) -> None:
    page = come_in()
    page.goto("/forberedelse/organisation")
    nobody, bosses, staff = (
        page.get_by_label(name, exact=True)
        for name in ("Ingen än", "Berörda chefer", "Medarbetare")
    )
    bosses.check()
    staff.check()
    nobody.check()
    expect(bosses).not_to_be_checked()
    expect(staff).not_to_be_checked()
    all_saved(page)
    with live.app.app_context():
        member = db.session.query(Member).order_by(Member.id).first()
        assert member and stored(item_of(member), "forankrat") == ["ingen_an"]
    # With the keyboard, as it is ticked by those who use no mouse.
    staff.press("Space")
    expect(nobody).not_to_be_checked()
    all_saved(page)
    with live.app.app_context():
        member = db.session.query(Member).order_by(Member.id).first()
        assert member and stored(item_of(member), "forankrat") == ["medarbetare"]


PLACES = (
    "/forberedelse",
    "/forberedelse/organisation",
    THEME,
    GROUP,
    f"{GROUP}?redigera",
    "/forberedelse/granska",
    "/forberedelse/inskickat",
    "/forberedelse/svar",
)


@pytest.mark.parametrize("wide", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_is_clean_and_fits(
    come_in: Callable[..., Page], axe: Callable[[Page], None], wide: dict[str, int]
) -> None:
    page = come_in(viewport=wide)
    page.goto("/forberedelse/granska")
    with page.expect_navigation():
        page.get_by_role("button", name="Skicka in svaret").first.click()
    for place in PLACES:
        page.goto(place.partition("?")[0])
        if place.endswith("?redigera"):
            with page.expect_navigation():
                page.get_by_role("link", name="Ändra Ung i Hagfors").click()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
            f"{place} scrolls sideways"
        )


def test_faults_and_conflicts_are_clean_too(
    come_in: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    maria, anna = come_in(0), come_in(1, java_script_enabled=False)
    for page in (maria, anna):
        page.goto(THEME)
        page.get_by_label(SKAPA).fill("Marias" if page is maria else "Annas")
    go_on(maria)
    save_draft(anna)
    expect(anna.locator("[data-conflict]")).to_have_count(1)
    maria.goto(GROUP)
    for button in ("Lägg till ett initiativ", "Klar med initiativet"):
        with maria.expect_navigation():
            maria.get_by_role("button", name=button).click()
    expect(maria.locator(".error-summary")).to_be_focused()
    axe(maria)


def test_partners_are_found_by_a_filter_counted_and_named(
    live: Live, come_in: Callable[..., Page]
) -> None:
    with live.app.app_context():
        for name in ("Sunne kommun", "Arvika kommun", "Test-Universitetet i Värmland"):
            organisations.add_organisation(name)
        db.session.commit()
    page = come_in()
    page.goto(GROUP)
    page.get_by_role("link", name="Ändra Ung i Hagfors").click()
    partners = page.locator("[data-choose]", has_text="Vilka samarbetar ni med?")
    names = partners.locator("[data-choose-names]")
    names.click()
    expect(partners.locator("[data-choose-row]")).to_have_count(3)
    expect(partners).not_to_contain_text("Hagfors kommun")
    partners.get_by_label("Visa bara dem där det står").fill("universitet")
    expect(partners.locator("[data-choose-row]:visible")).to_have_count(1)
    partners.get_by_label("Test-Universitetet").check()
    expect(names).to_have_text("Test-Universitetet i Värmland")
    expect(partners.get_by_role("status")).to_have_text("1 visas. Valda: 1")
    all_saved(page)
    partners.get_by_label("Test-Universitetet").uncheck()
    expect(names).to_have_text("Välj bland 3 organisationer")


def test_how_much_is_written_is_said_when_little_is_left(come_in: Callable[..., Page]) -> None:
    page = come_in()
    page.goto(THEME)
    field = page.get_by_label(SKAPA)
    line = page.locator(f"[data-count='{field.get_attribute('id')}']")
    most = int(line.get_attribute("data-most") or 0)
    expect(line).to_be_hidden()
    field.fill("a" * (most * 8 // 10 + 1))
    expect(line).to_be_visible()
    field.fill("a")
    expect(line).to_be_hidden()

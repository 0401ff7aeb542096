"""A file that is sent on a slow line: what the form says, and what becomes of the button."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from annualwheel import unit_of_work
from tests.browser.conftest import DESK, PHONE, Live, sign_in
from tests.browser.lasting import until
from tests.makers.region import make_organisation, make_year

pytestmark = pytest.mark.browser

# Bytes a second, and a list that takes some seconds on such a line.
SLOW = 200_000
LIST = "\n".join(
    ["Namn;E-post;Organisation", *(f"N{n} Prov;n{n}@x.example.org;Arvika" for n in range(12_000))]
).encode()
BROKEN = b"PK\x03\x04 no zip at all"
# Keeps each thing that the form says, since the next one takes its place.
LISTEN = """() => {
  sessionStorage.said = ""
  new MutationObserver(() => {
    const words = document.querySelector("[data-upload-words]")?.textContent
    if (words) sessionStorage.said += words + "|"
  }).observe(document.body, {subtree: true, childList: true}) }"""


@pytest.fixture
def enter(live: Live) -> Callable[[Page], Page]:
    """`enter(page)`: a coordinator, on the page where a list is sent."""
    with live.app.app_context():
        make_organisation(make_year(), "Arvika")
        unit_of_work.commit()

    def enter(page: Page) -> Page:
        sign_in(live, page).goto(f"{live.url}/personer/import")
        return page

    return enter


def choose(page: Page, content: bytes, name: str = "lista.csv") -> None:
    """Chooses a file in the form."""
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]


def slow(page: Page) -> None:
    """Makes the line of the page slow."""
    session = page.context.new_cdp_session(page)
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": SLOW}
    session.send("Network.emulateNetworkConditions", line)


def test_it_says_how_much_is_sent_and_then_that_it_is_read_and_is_sent_once(
    enter: Callable[[Page], Page], page: Page
) -> None:
    enter(page)
    sent = list[str]()
    page.on("request", lambda one: sent.append(one.method) if one.method == "POST" else None)
    page.evaluate(LISTEN)
    slow(page)
    choose(page, LIST)
    button = page.locator("button[data-once]").first
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(page.locator("progress")).to_be_visible()
    # At once, since Playwright waits for a button that is held.
    button.click(force=True)
    button.press("Enter")
    page.wait_for_url("**/personer/import/*")
    assert sent == ["POST"]
    told = page.evaluate("() => sessionStorage.said").split("|")
    percents = [one for one in told if one.startswith("Filen skickas: ")]
    assert len(set(percents)) > 3, told
    assert "Filen är skickad och läses nu. Det tar högst 20 sekunder." in told
    expect(page.locator("h1")).to_contain_text("Granska filen")
    page.go_back()
    again = page.locator("button[data-once]").first
    expect(again).to_have_text("Granska filen")
    expect(again).not_to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize("width", [PHONE, DESK], ids=["390", "1280"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_what_is_wrong_with_the_file_comes_in_the_same_form_and_has_the_focus(
    enter: Callable[[Page], Page],
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    width: dict[str, int],
    language: str,
) -> None:
    page = enter(new_page(viewport=width))
    page.goto(f"{page.url}?lang={language}")
    held = list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/personer/import", hold)
    choose(page, BROKEN, "lista.xlsx")
    page.locator("button[data-once]").first.click()
    until(page, lambda: held)
    expect(page.locator("progress")).to_be_visible()
    words = {"sv": "Filen ", "en": "file"}[language]
    expect(page.locator("[data-upload-spoken]")).to_contain_text(words)
    assert page.locator("[data-upload-spoken]").get_attribute("role") == "status"
    axe(page)
    held[0].continue_()
    expect(page.locator(".error-summary")).to_be_focused()
    assert {"sv": "Fel:", "en": "Error:"}[language] in page.title()
    expect(page.locator("input[type=file]")).to_have_attribute("aria-invalid", "true")
    axe(page)
    page.locator(".error-summary a").click()
    expect(page.locator("input[type=file]")).to_be_focused()
    # And the form of the new page sends the same way.
    page.unroute("**/personer/import")
    choose(page, LIST[:2000].rpartition(b"\n")[0])
    page.locator("button[data-once]").first.click()
    page.wait_for_url("**/personer/import/*")


def test_a_line_that_breaks_is_told_and_the_file_is_still_there(
    enter: Callable[[Page], Page], page: Page, axe: Callable[[Page], None]
) -> None:
    enter(page)
    page.route("**/personer/import", lambda route: route.abort("internetdisconnected"))
    choose(page, LIST)
    button = page.locator("button[data-once]").first
    button.click()
    expect(page.locator("[data-upload-lost]")).to_be_focused()
    expect(page.locator("progress")).to_be_hidden()
    expect(button).to_have_text("Granska filen")
    axe(page)
    page.unroute("**/personer/import")
    button.click()
    page.wait_for_url("**/personer/import/*")


def test_one_that_is_too_large_is_not_sent(enter: Callable[[Page], Page], page: Page) -> None:
    enter(page)
    sent = list[str]()
    page.on("request", lambda one: sent.append(one.method))
    choose(page, bytes(10 * 1024 * 1024 + 1))
    page.locator("button[data-once]").first.click()
    expect(page.locator("[data-upload-large]")).to_be_focused()
    assert sent == []


def test_without_a_file_and_without_script_the_server_says_it(
    enter: Callable[[Page], Page], new_page: Callable[..., Page]
) -> None:
    page = enter(new_page(java_script_enabled=False))
    expect(page.locator("progress")).to_be_hidden()
    page.locator("button[data-once]").first.click()
    expect(page.locator(".error-summary")).to_be_visible()
    choose(page, LIST[:2000].rpartition(b"\n")[0])
    page.locator("button[data-once]").first.click()
    page.wait_for_url("**/personer/import/*")

"""Without a mouse: every stop is seen where it is, in the order of the page, and the ways people go
most can be gone with keys alone.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from annualwheel.db import db
from annualwheel.preparation import notices
from annualwheel.services import services
from scenes.camera import Camera, served
from scenes.table import SCENES
from scenes.world import World
from scenes.worlds import MAKERS
from tests.browser.conftest import PHONE, Live
from tests.browser.lasting import all_saved
from tests.conftest import Fixed
from tests.makers.guests import link_of, make_guest, make_meeting
from tests.makers.writers import OPEN, make_members

pytestmark = pytest.mark.browser

STOPS = 250
# Notes what has the focus before each Tab moves it on, so that a stop costs one message to the
# browser: what it is, what is wrong with how it is seen, and whether it comes after the one before.
# An element before all others takes the focus, so that the first Tab goes to the first stop; the
# walk ends when the focus leaves the page or comes there again.
WATCH = """() => {
  const start = document.createElement("span"), stops = []
  window.walk = {ended: false, found: []}
  const wrong_with = now => {
    const style = getComputedStyle(now), wrong = []
    const box = now.getClientRects()[0] || now.getBoundingClientRect()
    const shown = now.closest("label")?.getBoundingClientRect() || box
    const outlined = style.outlineStyle !== "none" && !(parseFloat(style.outlineWidth) < 2)
    if (now.tagName !== "IFRAME" && !outlined) wrong.push("no outline")
    if (shown.bottom < 1 || shown.top > innerHeight - 1) wrong.push("outside the window")
    else {
      const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1)
      const height = Math.min(box.height, 20)
      const y = Math.min(Math.max(box.top + height / 2, 0), innerHeight - 1)
      const top = document.elementFromPoint(x, y)
      if (top && !now.contains(top) && !top.contains(now) && !now.labels?.[0]?.contains(top))
        wrong.push(`behind <${top.tagName.toLowerCase()} class="${top.className}">`)
    }
    const before = stops.at(-1)
    const follows = before?.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING
    if (before && before !== now && !follows) wrong.push("before the stop before it")
    return wrong }
  window.walk.note = () => {
    const now = document.activeElement
    if (window.walk.ended || now === start && !stops.length || now && now === stops.at(-1)) return
    if (!now || now === document.body || now === start || now === stops[0]) {
      window.walk.ended = true
      return
    }
    const said = (now.textContent || now.name || "").trim().slice(0, 40)
    window.walk.found.push([`<${now.tagName.toLowerCase()}> ${said}`, wrong_with(now)])
    stops.push(now) }
  addEventListener("keydown", window.walk.note, true)
  // The keys pressed in a frame are not heard here.
  addEventListener("blur", window.walk.note)
  document.activeElement?.blur()
  scrollTo(0, 0)
  start.tabIndex = -1
  document.body.prepend(start)
  start.focus({preventScroll: true}) }"""
# So many presses between two looks at whether the walk has ended.
STRIDE = 12
TAB = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
# What the element that has the focus is called: its text, its label for readers, and its labels.
NAMES = """() => {
  const e = document.activeElement, labels = [...e.labels || []].map(l => l.textContent)
  const said = [e.textContent, e.getAttribute("aria-label"), ...labels].join(" ")
  return said.replace(/\\s+/g, " ") }"""


@pytest.mark.parametrize("name", MAKERS)
def test_every_stop_is_seen_and_comes_in_order(
    browser: Browser, furnished_world: Callable[[str], World], name: str
) -> None:
    """WCAG 2.4.3, 2.4.7 and 2.4.11 on a phone, where the bar at the foot covers most; once for
    every page.
    """
    seen, problems = set[str](), list[str]()
    world = furnished_world(name)
    with served(world.app) as url:
        camera = Camera(browser, world, url, PHONE["width"])
        for scene in (
            scene
            for scene in SCENES
            if scene.world == name and not scene.framed and scene.status < 300
        ):
            if scene.endpoint in seen:
                continue
            seen.add(scene.endpoint)
            camera.show(scene, "sv")
            problems += [f"{scene.name}: {problem}" for problem in _walk(camera.page)]
        camera.close()
    assert not problems, "\n".join(problems)


def _walk(page: Page) -> list[str]:
    """Goes through the page with Tab from its beginning until it ends; what is wrong on the way."""
    page.evaluate(WATCH)
    keys = page.context.new_cdp_session(page)
    for _ in range(STOPS // STRIDE):
        for _press in range(STRIDE):
            keys.send("Input.dispatchKeyEvent", TAB)
        if page.evaluate("window.walk.note(), window.walk.ended"):
            break
    else:
        return [f"more than {STOPS} stops"]
    found: list[tuple[str, list[str]]] = page.evaluate("window.walk.found")
    if not found:
        return ["nothing to stop at"]
    return [f"{stop}: {problem}" for stop, wrong in found for problem in wrong]


class Keys:
    """Somebody with a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, name: str) -> Keys:
        """Presses Tab until what is called so has the focus."""
        for _ in range(STOPS):
            self.page.keyboard.press("Tab")
            if name in self.page.evaluate(NAMES):
                return self
        raise AssertionError(f"Tab does not come to {name}")

    def to_the_top(self) -> Keys:
        """Starts from the heading again."""
        self.page.locator("h1").evaluate("e => { e.tabIndex = -1; e.focus() }")
        return self

    def press(self, name: str) -> Keys:
        """Goes there and presses Enter, which leads to another page."""
        self.to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self

    def fill(self, name: str, text: str) -> Keys:
        """Goes there and types instead of what stands there."""
        self.to(name).page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        return self


@pytest.fixture
def guest(live: Live, clock: Fixed, new_page: Callable[..., Page]) -> Keys:
    """An invited person at the page behind the mailed link."""
    with live.app.app_context():
        link = link_of(make_guest(make_meeting()))
        db.session.commit()
    page = new_page()
    page.goto(link)
    return Keys(page)


def test_an_invitation_is_answered_with_keys_alone_past_an_error(guest: Keys) -> None:
    guest.press("Ja, anmäl mig").fill("Förnamn", " ").press("Skicka anmälan")
    expect(guest.page.get_by_role("group", name="Två saker behöver rättas")).to_be_focused()
    guest.to("Skriv").page.keyboard.press("Enter")
    expect(guest.page.get_by_label("Förnamn")).to_be_focused()
    guest.page.keyboard.type("Maria")
    guest.to("Ja").page.keyboard.press("Space")
    guest.press("Skicka anmälan")
    expect(guest.page.get_by_role("heading", level=1)).to_contain_text("Du är anmäld")


def test_a_substitute_is_sent_with_keys_alone(guest: Keys) -> None:
    guest.press("Skicka en ersättare").fill("Förnamn", "Eva").fill("Efternamn", "Exempelnord").fill(
        "E-postadress", "eva@kommun.example"
    )
    guest.press("Skicka ersättaren")
    expect(guest.page.locator("main")).to_contain_text("Din ersättare har fått ett mejl")


def test_an_initiative_is_written_and_a_conflict_settled_with_keys_alone(
    live: Live, clock: Fixed, new_page: Callable[..., Page]
) -> None:
    clock.set(OPEN)
    with live.app.app_context():
        links = [
            f"/f/{services().link_signer.token(notices.links(member)['preparation'])}"
            for member in make_members("Maria", "Anna")
        ]
    maria, anna = (Keys(new_page()) for _ in links)
    for keys, link in zip((maria, anna), links, strict=True):
        keys.page.goto(link)
        keys.press("Öppna förberedelsen")
        expect(keys.page.get_by_role("heading", level=1)).to_contain_text("Förberedelse för")
    maria.page.goto("/forberedelse/initiativ")
    maria.press("Lägg till ett initiativ").fill("heter", "Ung i Hagfors")
    all_saved(maria.page)
    address = maria.page.url
    anna.page.goto(address)
    anna.fill("heter", "Annas namn")
    all_saved(anna.page)
    maria.to_the_top().fill("heter", "Marias namn")
    expect(maria.page.locator("[data-conflict]")).to_contain_text("Annas namn")
    maria.to_the_top().to("Lägg Annas text efter min").page.keyboard.press("Enter")
    expect(maria.page.locator("[data-conflict]")).to_have_count(0)
    expect(maria.page.get_by_label("Vad heter initiativet?")).to_have_value(
        "Marias namn, Annas namn"
    )

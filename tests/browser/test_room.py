"""How much room pages take: the header leaves a phone to the page, the confirmation is short, the
pages of participants have one width, and a list on paper has what it has on screen.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from annualwheel import audit, unit_of_work
from annualwheel.participation import replies
from annualwheel.registrations import needs
from scenes.camera import Camera, served
from scenes.scene import Scene
from scenes.table import SCENES
from scenes.world import World
from tests.browser.conftest import DESK, PHONE, Live, sign_in
from tests.conftest import START
from tests.makers.guests import link_of, make_guest, make_meeting, reply_of

pytestmark = pytest.mark.browser

# Some 66 letters in a line: easy to read. As wide as the page's room.
LINE = 688
# A4 without its margins, in CSS pixels.
PAPER = {"width": 673, "height": 1000}
# The widths of what stands below each other on a page, but for what only a screen reader sees.
WIDTHS = """[...document.querySelectorAll(":is(main > .wrap, main > .wrap > form) > *")]
  .filter(e => e.checkVisibility() && !e.matches(".vh, a, button, label, .input")
    && ["block", "grid"].includes(getComputedStyle(e).display))
  .map(e => Math.round(e.getBoundingClientRect().width))"""


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("coordinator", "/arshjul"),
        ("facilitator", "/svar"),
        ("administrator", "/installningar"),
    ],
)
def test_the_header_leaves_a_phone_to_the_page(
    live: Live, new_page: Callable[..., Page], role: str, address: str, language: str
) -> None:
    name = "Annika Exempelsand-Provström"
    page = sign_in(live, new_page(viewport=PHONE), role=role, name=name)
    page.goto(f"{live.url}{address}?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(".nav a[aria-current]")).to_have_count(1)
    heights = [page.locator(part).bounding_box() for part in (".top", ".nav")]
    assert sum(box["height"] for box in heights if box) <= 120, heights


@pytest.mark.parametrize(
    ("language", "way", "heading", "last_link", "first", "second"),
    [
        (
            "sv",
            "Se eller ändra din anmälan",
            "Du är anmäld",
            "Avboka min plats",
            "Det här händer nu",
            "Din anmälan",
        ),
        (
            "en",
            "See or change your registration",
            "You are registered",
            "Cancel my seat",
            "What happens next",
            "Your registration",
        ),
    ],
)
def test_the_confirmation_fits_two_screens_of_a_phone(
    live: Live,
    new_page: Callable[..., Page],
    language: str,
    way: str,
    heading: str,
    last_link: str,
    first: str,
    second: str,
) -> None:
    with live.app.app_context():
        meeting = make_meeting()
        option = meeting.options[0]
        option.instructions_sv = "Ingång från Exempelgatan, en trappa upp. Kaffe från kl. 8.30."
        option.instructions_en = "Enter from Exempelgatan, one floor up. Coffee from 8:30 am."
        guest = make_guest(
            meeting, "Annika", "Exempelsand-Provström", "Nedre Exempelbygdens kommun"
        )
        guest.person.mobile = "070-000 00 00"
        meeting.map_url, meeting.programme_sv = "https://www.example.org/karta", "9.00 Start"
        meeting.programme_en = "9:00 am Start"
        replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
        unit_of_work.commit()
        link = link_of(guest)
    page = new_page(viewport=PHONE)
    page.goto(f"{link}?lang={language}")
    page.get_by_role("button", name=way).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    last = page.get_by_role("link", name=last_link).bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= 2 * PHONE["height"], last
    headings = page.locator("main h2").all_text_contents()
    assert headings.index(first) < headings.index(second)


def one_of_each() -> list[Scene]:
    """A scene for each page of those who are invited, who answer and who see what is kept of them.

    Those of the results that have one's own answer beside them are in another world.
    """
    audiences = ("participant", "preparation", "owner")
    found = {
        scene.endpoint: scene
        for scene in reversed(SCENES)
        if scene.world == "year" and scene.status == 200 and scene.audience in audiences
    }
    landing = next(one for one in SCENES if one.endpoint == "open.landing" and one.world == "year")
    return [landing, *found.values()]


def test_the_pages_of_participants_have_one_width(
    browser: Browser, furnished_world: Callable[[str], World]
) -> None:
    world, wrong = furnished_world("year"), dict[str, list[int]]()
    with served(world.app) as url:
        camera = Camera(browser, world, url, DESK["width"])
        for scene in one_of_each():
            camera.show(scene, "sv")
            widths = camera.page.evaluate(WIDTHS)
            if set(widths) != {LINE}:
                wrong[scene.endpoint] = widths
        camera.close()
    assert wrong == {}


def test_on_paper_the_list_of_needs_has_every_row_and_nothing_to_press(
    live: Live, new_page: Callable[..., Page]
) -> None:
    with live.app.app_context():
        meeting = make_meeting()
        for number in range(30):
            guest = make_guest(meeting, f"P{number}", "Ek")
            replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
            needs.state(guest, f"Kost {number:02}", f"Behov {number:02}", "Ja", START)
        unit_of_work.commit()
    page = sign_in(live, new_page(viewport=PAPER))
    page.goto(f"{live.url}/mote/2027/arbetsmote/mat-och-tillganglighet")
    page.get_by_role("button", name="Visa uppgifterna").click()
    shown = page.locator("main [data-said]:visible")
    on_screen = shown.all_text_contents()
    assert sorted(on_screen) == [f"{word} {n:02}" for word in ("Behov", "Kost") for n in range(30)]
    expect(page.locator("nav:visible")).not_to_have_count(0)
    page.emulate_media(media="print")
    assert shown.all_text_contents() == on_screen
    for part in ("nav", "button", "main a", ".top-links", "footer"):
        expect(page.locator(f"{part}:visible")).to_have_count(0)
    # A box that scrolls on screen would cut its last rows off on paper.
    assert (
        page.evaluate(
            """[...document.querySelectorAll("main *")].filter(e => e.checkVisibility()
        && !e.matches(".vh") && getComputedStyle(e).overflowX !== "visible"
        && (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)).length"""
        )
        == 0
    )

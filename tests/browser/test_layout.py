"""How pages are laid out where room is short: what scrolls says so, and what belongs together is in
line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from annualwheel import unit_of_work
from annualwheel.mailings.kinds.reminder import Reminder
from tests.browser.conftest import DESK, PHONE, Live, sign_in
from tests.conftest import START, Fixed
from tests.makers.guests import link_of, make_guest, make_meeting

pytestmark = pytest.mark.browser

NOW = START + dt.timedelta(days=10)
# How much higher or lower than the mail its frame is, when the page has had time to see it.
ASTRAY = """frame => new Promise(done => {
  let looks = 0
  const look = () => {
    const mail = frame.contentDocument
    const is_there = mail.URL !== "about:blank" && mail.readyState === "complete"
    const astray = is_there ? mail.documentElement.offsetHeight - frame.clientHeight : NaN
    astray !== 0 && ++looks < 600 ? requestAnimationFrame(look) : done(astray)
  }
  look()
})"""


@pytest.fixture
def guest_link(live: Live, clock: Fixed) -> str:
    """The link of somebody who is invited and has not answered, ten days later."""
    with live.app.app_context():
        link = link_of(make_guest(make_meeting()))
        unit_of_work.commit()
    clock.set(NOW)
    return link


@pytest.fixture
def composing(live: Live, guest_link: str, new_page: Callable[..., Page]) -> Page:
    """The page where that person is reminded, with the mail in a frame."""
    page = sign_in(live, new_page(viewport=PHONE), NOW)
    page.goto(f"{live.url}/mote/2027/arbetsmote/utskick/{Reminder.address}")
    return page


def box_of(found: Locator) -> dict[str, float]:
    """Where it is on the page."""
    box: Any = found.bounding_box()
    assert box is not None
    return {name: round(value) for name, value in box.items()}


def test_figures_that_are_scrolled_sideways_have_a_shadow_at_the_edge(page: Page) -> None:
    page.goto("/komponenter")
    box = page.get_by_role("region", name="Svar per typ av organisation")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert "linear-gradient" in box.evaluate("box => getComputedStyle(box).backgroundImage")
    box.focus()
    expect(box).to_be_focused()


def test_the_frame_of_a_mail_is_as_high_as_the_mail(composing: Page) -> None:
    frame = composing.locator("iframe")
    for width in (PHONE, DESK, PHONE):
        composing.set_viewport_size(width)  # type: ignore[arg-type]
        assert frame.evaluate(ASTRAY) == 0
    assert "allow-scripts" not in (frame.get_attribute("sandbox") or "allow-scripts")


def test_without_a_script_the_frame_has_room_for_the_mail(
    composing: Page, new_page: Callable[..., Page]
) -> None:
    still = new_page(java_script_enabled=False)
    still.context.add_cookies(composing.context.cookies())  # type: ignore[arg-type]
    still.goto(composing.url)
    assert (
        box_of(still.locator("iframe"))["height"] >= box_of(composing.locator("iframe"))["height"]
    )


def test_buttons_that_stack_on_a_phone_are_equally_wide(composing: Page) -> None:
    first, second = (
        box_of(composing.get_by_role("button", name=name, exact=True))
        for name in ("Markera alla som visas", "Avmarkera alla som visas")
    )
    assert first["y"] < second["y"]
    assert first["width"] == second["width"]


def test_fields_side_by_side_stay_in_line_when_one_has_an_error(
    live: Live, new_page: Callable[..., Page]
) -> None:
    page = sign_in(live, new_page(viewport=DESK))
    page.goto(f"{live.url}/personer/ny")
    page.get_by_label("Förnamn").fill("Eva")
    page.get_by_role("button", name="Lägg till personen").click()
    expect(page.locator("#family-fel")).to_be_visible()
    for name in ("label[for={}]", "#{}"):
        given, family = (box_of(page.locator(name.format(key))) for key in ("given", "family"))
        assert given["y"] == family["y"], name


def test_fields_side_by_side_are_in_line_at_the_end_of_a_panel(
    live: Live, new_page: Callable[..., Page]
) -> None:
    page = sign_in(live, new_page(viewport=DESK))
    page.goto(f"{live.url}/arshjul/nytt")
    place, address = (box_of(page.locator(f"#work_{name}")) for name in ("place", "address"))
    assert place["y"] == address["y"]


def test_a_long_text_is_scrolled_in_its_box(page: Page) -> None:
    page.goto("/komponenter")
    text = page.locator("textarea").first
    text.fill("En rad till.\n" * 300)
    box: Any = text.bounding_box()
    assert box["height"] <= PHONE["height"] * 0.8


def test_the_three_answers_stand_in_a_row_in_english(
    guest_link: str, new_page: Callable[..., Page]
) -> None:
    page = new_page(viewport=DESK)
    page.goto(f"{guest_link}?lang=en")
    answers = page.locator(".choices .btn")
    expect(answers).to_have_count(3)
    assert len({box_of(answer)["y"] for answer in answers.all()}) == 1

"""A list to tick: it can be filtered, ticked and unticked as it is filtered, and says how many. The
header above it leaves a phone to the page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from annualwheel import audit, unit_of_work
from annualwheel.mailings.kinds.reminder import Reminder
from annualwheel.participation import replies
from tests.browser.conftest import DESK, PHONE, Live, sign_in
from tests.conftest import START, Fixed
from tests.makers.guests import link_of, make_guest, make_meeting, reply_of

pytestmark = pytest.mark.browser

NOW = START + dt.timedelta(days=10)
NAMES = (
    ("Karin", "Öst-Åberg", "Sunne kommun"),
    ("Erik", "Sand", "Kils kommun"),
    ("Eva", "Ek", "Sunne kommun"),
)


@pytest.fixture
def page(live: Live, new_page: Callable[..., Page], clock: Fixed) -> Page:
    """The page where three people are reminded, ten days after they were invited."""
    with live.app.app_context():
        meeting = make_meeting()
        for given, family, organisation in NAMES:
            make_guest(meeting, given, family, organisation)
        unit_of_work.commit()
    clock.set(NOW)
    page = sign_in(live, new_page(viewport=DESK), NOW)
    page.goto(f"{live.url}/mote/2027/arbetsmote/utskick/{Reminder.address}")
    return page


def test_what_is_filtered_is_ticked_and_counted(page: Page) -> None:
    said, names = (
        page.locator("[data-choose-said]"),
        page.locator("[data-choose-row]:visible label"),
    )
    expect(said).to_have_text("3 av 3 är markerade.")
    page.get_by_label("Visa bara dem där det står").fill("sunne ÖST")
    expect(names).to_have_text(["Karin Öst-Åberg"])
    page.get_by_role("button", name="Avmarkera alla som visas").click()
    expect(said).to_have_text("1 visas. 2 av 3 är markerade.")
    page.get_by_label("Visa bara dem där det står").fill("")
    expect(names).to_have_count(3)
    page.get_by_role("button", name="Avmarkera alla som visas").click()
    expect(said).to_have_text("0 av 3 är markerade.")
    page.get_by_label("Eva Ek").check()
    expect(said).to_have_text("1 av 3 är markerade.")
    page.get_by_role("button", name="Markera alla som visas", exact=True).click()
    expect(said).to_have_text("3 av 3 är markerade.")


def test_return_in_the_filter_sends_nothing(page: Page) -> None:
    filter_field = page.get_by_label("Visa bara dem där det står")
    filter_field.fill("eva")
    filter_field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Skicka påminnelsen")
    expect(filter_field).to_have_value("eva")


def test_the_header_leaves_a_phone_to_the_page(page: Page) -> None:
    page.set_viewport_size(PHONE)
    heights = [page.locator(part).bounding_box() for part in (".top", ".nav")]
    assert sum(box["height"] for box in heights if box) <= 120


def test_the_confirmation_fits_two_screens_of_a_phone(
    live: Live, new_page: Callable[..., Page]
) -> None:
    with live.app.app_context():
        meeting = make_meeting()
        option = meeting.options[0]
        option.instructions_sv = "Ingång från Exempelgatan, en trappa upp. Kaffe från kl. 8.30."
        guest = make_guest(
            meeting, "Annika", "Exempelsand-Provström", "Nedre Exempelbygdens kommun"
        )
        guest.person.mobile = "070-000 00 00"
        meeting.map_url, meeting.programme_sv = "https://www.example.org/karta", "9.00 Start"
        replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
        unit_of_work.commit()
        link = link_of(guest)
    page = new_page(viewport=PHONE)
    page.goto(link)
    page.get_by_role("button", name="Se eller ändra din anmälan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är anmäld")
    last = page.get_by_role("link", name="Avboka min plats").bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= 2 * PHONE["height"], last
    headings = page.locator("main h2").all_text_contents()
    assert headings.index("Det här händer nu") < headings.index("Din anmälan")


def test_the_pages_of_participants_have_one_width(
    live: Live, new_page: Callable[..., Page]
) -> None:
    with live.app.app_context():
        link = link_of(make_guest(make_meeting()))
        unit_of_work.commit()
    page = new_page(viewport=DESK)
    page.goto(link)
    widths = page.evaluate(
        """[...document.querySelectorAll("main .narrow > :is(p, h1, h2, dl, ol, .ticket)")]
        .map(e => Math.round(e.getBoundingClientRect().width))"""
    )
    assert len(widths) > 5
    assert len(set(widths)) == 1, widths
    # Some 66 letters in a line: easy to read.
    assert widths[0] <= 700

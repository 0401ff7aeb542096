"""All that can happen to two people who write, in one story: in the end every word they typed is
somewhere, and they know where.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from annualwheel.db import db
from annualwheel.models import Member
from annualwheel.preparation import notices
from annualwheel.services import services
from tests.browser.conftest import Live
from tests.browser.lasting import all_saved, stand_still, until
from tests.conftest import Fixed
from tests.makers.writers import CLOSES, OPEN, history, item_of, make_members, stored

pytestmark = pytest.mark.browser

THEME = "/forberedelse/strukturer/arbete"
SKAPA = "Vilka strukturer behöver vi skapa?"
SAVED, AWAY, EXPIRED, CLOSED = (
    "Sparat kl.",
    "Ingen kontakt.",
    "Du är inte längre inloggad här.",
    "Sista dagen har gått.",
)


@pytest.fixture
def links(live: Live, clock: Fixed) -> list[str]:
    """The links of Maria and Anna."""
    clock.set(OPEN)
    with live.app.app_context():
        return [
            f"/f/{services().link_signer.token(notices.links(member)['preparation'])}"
            for member in make_members("Maria", "Anna")
        ]


class Hand:
    """Somebody who writes in the field, word by word, and remembers every word."""

    def __init__(self, page: Page, link: str, name: str) -> None:
        self.page, self.link, self.name, self.words = page, link, name, list[str]()
        self.enter(page)
        page.goto(THEME)

    def enter(self, page: Page) -> None:
        """Follows the link and presses the button."""
        page.goto(self.link)
        page.get_by_role("button", name="Öppna förberedelsen").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Förberedelse för")

    def write(self, count: int) -> None:
        """Types so many words at the end of the field; none of them is ever typed twice."""
        field = self.page.get_by_label(SKAPA)
        field.press("Control+End")
        for _ in range(count):
            self.words.append(f"{self.name}ord{len(self.words)}åäö")
            field.press_sequentially(f" {self.words[-1]}")

    def is_saved(self) -> None:
        """Waits until the server has all that stands in the field, and the page says so."""
        all_saved(self.page)
        self.see(SAVED)

    def is_copied(self) -> None:
        """Waits until the browser's own copy holds the last word."""
        until(
            self.page,
            lambda: self.words[-1] in self.page.evaluate("JSON.stringify(localStorage)"),
        )

    def has_in_the_field(self, words: Iterable[str]) -> None:
        """Waits until every word stands in the field."""
        field = self.page.get_by_label(SKAPA)
        until(self.page, lambda: set(words) <= set(field.input_value().split()))

    def see(self, text: str) -> None:
        """Waits until the line at the foot of the page says so: to be asked only where the line
        stays as it is until the test goes on.
        """
        expect(self.page.locator("[data-save-text]")).to_contain_text(text)


@pytest.fixture
def maria(new_page: Callable[..., Page], links: list[str]) -> Hand:
    return Hand(new_page(), links[0], "maria")


@pytest.fixture
def anna(new_page: Callable[..., Page], links: list[str]) -> Hand:
    return Hand(new_page(), links[1], "anna")


def held(live: Live) -> tuple[str, str]:
    """What the server holds: the answer, and the replaced texts."""
    with live.app.app_context():
        item = item_of(
            db.session.query(Member).order_by(Member.id).first() or pytest.fail("nobody writes"),
            "strukturer/arbete",
        )
        return str(stored(item, "skapa")), " ".join(map(str, history(item, "skapa")))


def test_two_hands_a_broken_line_a_closed_tab_an_expired_session_and_the_last_day(
    live: Live, clock: Fixed, maria: Hand, anna: Hand, tmp_path: Path
) -> None:
    # Both begin on an empty field; the one who is saved last is told, and puts the two texts
    # together.
    maria.write(5)
    maria.is_saved()
    anna.write(5)
    anna.see("Maria Lindqvist")
    anna.page.get_by_role("button", name="Lägg Marias text efter min").click()
    anna.is_saved()
    assert all(word in held(live)[0] for word in maria.words + anna.words)

    # The network goes away in the middle of a sentence, and comes back.
    anna.write(2)
    anna.page.context.set_offline(True)
    anna.write(4)
    anna.see(AWAY)
    anna.write(3)
    anna.page.context.set_offline(False)
    anna.is_saved()
    assert all(word in held(live)[0] for word in maria.words + anna.words)

    # The tab is closed in the middle of a word, first with a line, then without one.
    anna.write(2)
    anna.page.goto("/forberedelse")
    anna.page.goto(THEME)
    anna.has_in_the_field(anna.words)
    anna.write(1)
    anna.is_saved()
    anna.page.context.set_offline(True)
    anna.write(3)
    anna.see(AWAY)
    anna.is_copied()
    context = anna.page.context
    # A page that is left sends its text once more, which may get through when the line is back.
    # Here the browser dies, and sends nothing.
    anna.page.evaluate("void (window.fetch = () => new Promise(() => {}))")
    anna.page.close()
    context.set_offline(False)
    # The page says what it has found until it has saved it, and that it does when time passes.
    anna.page = context.new_page()
    stand_still(anna.page)
    anna.page.goto(THEME)
    anna.see("Vi hittade text som inte hann sparas.")
    anna.page.clock.resume()
    anna.is_saved()
    assert all(word in held(live)[0] for word in maria.words + anna.words)

    # The session ends under an open page; signing in again in another tab is enough.
    context.clear_cookies()
    anna.write(4)
    anna.see(EXPIRED)
    other = context.new_page()
    anna.enter(other)
    other.close()
    anna.page.evaluate("dispatchEvent(new Event('focus'))")
    anna.is_saved()
    assert all(word in held(live)[0] for word in maria.words + anna.words)

    # The last day passes while she writes: what came too late can be taken home, and stands nowhere
    # else.
    before, on_time = held(live)[0], list(anna.words)
    clock.set(CLOSES + dt.timedelta(minutes=16))
    anna.write(3)
    anna.see(CLOSED)
    with anna.page.expect_download() as download:
        anna.page.get_by_role("button", name="Ladda ner").click()
    download.value.save_as(tmp_path / "hem.txt")
    assert all(word in (tmp_path / "hem.txt").read_text(encoding="utf-8") for word in anna.words)
    answer, replaced = held(live)
    assert answer == before
    assert not [word for word in maria.words + on_time if word not in f"{answer} {replaced}"]
    assert anna.page.get_by_label(SKAPA).input_value().replace("\r", "").startswith(answer)

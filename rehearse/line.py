"""A meeting with fewer seats than people.

Those who come late stand in line, and a seat that is given back goes to the first of them.
"""

from __future__ import annotations

import re

from rehearse.browser import Browser
from rehearse.dom import Unexpected
from rehearse.guests import COMING, INVITATION, Occasion, open_landing
from rehearse.ledger import Seat
from rehearse.post import Mail
from rehearse.region import Plan, meeting_page

PLACE = re.compile(r"Du är nummer (\d+) på väntelistan")
GIVEN, OFFERED = "Ge platsen direkt", "Erbjud platsen"


def limit_seats(office: Browser, plan: Plan, seats: int, rule: str) -> None:
    """The coordinator says how many there is room for.

    And what happens with a seat that is given back.
    """
    meeting_page(office, plan).follow("Ändra mötet")
    office.fill("Antal platser", str(seats), within="På plats").choose(rule, within="På plats")
    office.press("Spara inställningarna").see("Inställningarna är sparade")


def make_room(at: Occasion, leaving: Mail) -> None:
    """Somebody gives the seat back. It must reach the one who stood first, who takes it."""
    line = standing(at)
    before = len(at.stage.post.since(0))
    with open_landing(at.stage, leaving) as browser:
        browser.press("Se eller ändra din anmälan").follow("Avboka min plats")
        browser.press("Avboka min plats").see("Du är avbokad")
    at.ledger.gave_up.add(at.seat(leaving))
    at.stage.settle()
    for mail in at.stage.post.since(before, INVITATION):
        if mail.to[1] != leaving.to[1]:
            _take(at, mail, line)


def standing(at: Occasion) -> list[Seat]:
    """Those who wait, in the order that their own pages say."""
    waiting = at.ledger.waited - at.ledger.promoted
    found = {_place(at, mail): at.seat(mail) for mail in newest(at) if at.seat(mail) in waiting}
    return [found[number] for number in range(1, len(found) + 1)]


def _place(at: Occasion, mail: Mail) -> int:
    with open_landing(at.stage, mail) as browser:
        place = PLACE.search(browser.text)
        if place is None:
            raise Unexpected(f"nothing says where one stands in line:\n{browser.text}")
        return int(place[1])


def newest(at: Occasion) -> list[Mail]:
    """Everybody's newest mail with a link to a registration."""
    return list({mail.to: mail for mail in at.stage.post.since(0, INVITATION)}.values())


def _take(at: Occasion, mail: Mail, line: list[Seat]) -> None:
    if at.seat(mail) != line[0]:
        raise Unexpected("the seat went to somebody who did not stand first")
    with open_landing(at.stage, mail) as browser:
        if COMING not in browser.text:
            browser.press("Svara på erbjudandet").press("Ja, jag tar platsen")
        browser.see(COMING)
    at.ledger.promoted.add(at.seat(mail))
    at.ledger.registered.add(at.seat(mail))
    at.stage.settle()

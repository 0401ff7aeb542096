"""The invited.

They read the mail that arrived, follow the link in it and press the buttons that the page holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rehearse import cast
from rehearse.browser import Browser
from rehearse.dom import Unexpected
from rehearse.ledger import Ledger, Seat
from rehearse.post import Mail
from rehearse.stage import Stage

INVITATION, PREPARATION = "/i/", "/f/"
YES, NO, SUBSTITUTE, SILENT = "yes", "no", "substitute", "silent"
YES_PLEASE, QUEUE, SEND = "Ja, anmäl mig", "Ställ mig på väntelistan", "Skicka anmälan"
COMING, WAITING, AGAIN, LUNCH = (
    "Du är anmäld",
    "Du står på väntelistan",
    "Kan du komma den nya dagen?",
    "Äter du lunch på mötet?",
)


@dataclass(frozen=True)
class Occasion:
    """One time that people are asked to come.

    `code` names it in dice and addresses, `meeting` is what the pages call the meeting.
    """

    stage: Stage
    ledger: Ledger
    meeting: str
    code: str
    seed: int

    def seat(self, mail: Mail) -> Seat:
        """Whose place at the meeting a mail is about."""
        return (self.meeting, *mail.to)


def decision(at: Occasion, mail: Mail, number: int) -> str:
    """What a person answers to an invitation.

    The first four answer each in their way, so that every way is tried in a small year.
    """
    first = (YES, YES, NO, SUBSTITUTE)
    if number < len(first):
        return first[number]
    dice = cast.chance_of(at.seed, at.code, *mail.to)
    return dice.choices((YES, NO, SUBSTITUTE, SILENT), (80, 8, 4, 8))[0]


def open_landing(stage: Stage, mail: Mail) -> Browser:
    """Follows the link in a mail about the invitation. A page in English is switched to Swedish."""
    return stage.browser().open(mail.link(INVITATION)).in_swedish()


def answer(at: Occasion, mails: Sequence[Mail]) -> list[Seat]:
    """Everyone answers an invitation or a reminder, each in their own way.

    Returns those who said yes, in order of their names.
    """

    def act(numbered: tuple[int, Mail]) -> Seat | None:
        number, mail = numbered
        said, seat = decision(at, mail, number), at.seat(mail)
        with open_landing(at.stage, mail) as browser:
            if said == YES:
                button = YES_PLEASE if YES_PLEASE in browser.text else QUEUE
                register(at.ledger, seat, browser, button)
            elif said == NO:
                decline(at.ledger, seat, browser)
            elif said == SUBSTITUTE:
                substitute(at, seat, browser.press("Skicka en ersättare"), number)
        return seat if said == YES else None

    seats = at.stage.together(act, enumerate(sorted(mails, key=lambda mail: mail.to)))
    at.stage.settle()
    return [seat for seat in seats if seat in at.ledger.registered]


def register(ledger: Ledger, seat: Seat, browser: Browser, button: str = YES_PLEASE) -> None:
    """Yes, with the details that the form asks for.

    Where all seats are taken it is a place in line.
    """
    browser.press(button)
    if LUNCH in browser.text:
        browser.choose("Ja", within=LUNCH)
    browser.press(SEND if SEND in browser.text else QUEUE)
    if WAITING in browser.text:
        ledger.waited.add(seat)
    else:
        browser.see(COMING)
        ledger.registered.add(seat)


def decline(ledger: Ledger, seat: Seat, browser: Browser) -> None:
    """No, with a reason."""
    browser.press("Nej, jag kan inte").choose("Krock i kalendern")
    browser.press("Tacka nej").see("Du har tackat nej")
    ledger.declined.add(seat)


def substitute(at: Occasion, seat: Seat, browser: Browser, number: int) -> None:
    """Somebody else comes; who sent them is out."""
    send_somebody(at, seat, browser, number)
    at.ledger.substituted.add(seat)


def send_somebody(at: Occasion, seat: Seat, browser: Browser, number: int) -> Seat:
    """Fills in who comes instead, presses, and returns who it is."""
    given, family = cast.SUBSTITUTE[0], f"{cast.SUBSTITUTE[1]}-{seat[1].split()[-1]}"
    address = f"ersattare.{at.code}.{number}@example.org"
    browser.fill("Hälsning", "Tack för att du kan")
    name_somebody(browser, given, family, address)
    return (at.meeting, f"{given} {family}", address)


def name_somebody(browser: Browser, given: str, family: str, address: str) -> None:
    """Fills in the name and address of who comes instead, and presses."""
    browser.fill("Förnamn", given).fill("Efternamn", family).fill("E-postadress", address)
    browser.press("Skicka ersättaren").see("Din ersättare har fått ett mejl")


def welcome_substitutes(at: Occasion, mails: Sequence[Mail]) -> None:
    """The substitutes open their own links.

    With a seat they see that they are registered, else they say yes.
    """

    def act(mail: Mail) -> None:
        with open_landing(at.stage, mail) as browser:
            if COMING in browser.text:
                at.ledger.registered.add(at.seat(mail))
                return
            for button in (YES_PLEASE, QUEUE):
                if button in browser.text:
                    register(at.ledger, at.seat(mail), browser, button)
                    return

    theirs = [mail for mail in mails if mail.to[0].startswith(cast.SUBSTITUTE[0])]
    first = {mail.to: mail for mail in reversed(theirs)}
    at.stage.together(act, first.values())
    at.stage.settle()


def change_of_mind(at: Occasion, seat: Seat, mail: Mail) -> None:
    """Somebody who is registered sends a substitute after all.

    The seat and the calendar entry go over.
    """
    with open_landing(at.stage, mail) as browser:
        browser.press("Se eller ändra din anmälan").follow("Skicka en ersättare")
        substitute(at, seat, browser, 0)
    at.ledger.gave_up.add(seat)
    at.stage.settle()


def read_programme(at: Occasion, mail: Mail, line: str) -> None:
    """Somebody who comes looks at what happens when, and where it is."""
    with open_landing(at.stage, mail) as browser:
        browser.press("Se eller ändra din anmälan").see(line)


def come_after_all(at: Occasion, seat: Seat, mail: Mail) -> None:
    """Somebody who is registered sends a substitute, and takes it back the same day.

    The same link holds again; the substitute is told, and theirs does not.
    """
    with open_landing(at.stage, mail) as browser:
        browser.press("Se eller ändra din anmälan").follow("Skicka en ersättare")
        somebody = send_somebody(at, seat, browser, 1)
    # The seat came with the mail.
    at.ledger.registered.add(somebody)
    at.ledger.gave_up.add(somebody)
    at.stage.settle()
    take_back(at, mail)


def take_back(at: Occasion, mail: Mail) -> None:
    """Whoever sent a substitute comes after all, by the link that they had."""
    with open_landing(at.stage, mail) as browser:
        browser.see("Ångrar du dig?").press("Jag kommer själv").see(COMING)
    at.stage.settle()


def represents(stage: Stage, mail: Mail) -> str:
    """How the page begins to name the organisation that a person who comes represents."""
    with open_landing(stage, mail) as browser:
        return browser.see("Du representerar").text.partition("Du representerar ")[2].split(".")[0]


def ask_in_vain(at: Occasion, mail: Mail, wanted: Mail) -> None:
    """Somebody wants a substitute who comes for another organisation, and comes themselves then.

    The page says nothing of it. The other is mailed that they were wanted, and tells them.
    """
    given, _space, family = wanted.to[0].partition(" ")
    with open_landing(at.stage, mail) as browser:
        browser.press("Se eller ändra din anmälan").follow("Skicka en ersättare")
        name_somebody(browser, given, family, wanted.to[1])
    at.stage.settle()
    subject = f"{mail.to[0]} vill ha med dig"
    told = [one for one in at.stage.post.since(0) if one.to == wanted.to]
    if not any(str(one.message["Subject"]).startswith(subject) for one in told):
        raise Unexpected(f"{wanted.to[0]} has not been told that {mail.to[0]} wanted them")
    take_back(at, mail)


def confirm_new_day(at: Occasion, mails: Sequence[Mail]) -> None:
    """After a move: those registered say yes to the new day, which the page asks of them."""

    def act(mail: Mail) -> None:
        with open_landing(at.stage, mail) as browser:
            if AGAIN in browser.text:
                register(at.ledger, at.seat(mail), browser, button="Ja, jag kan komma")

    at.stage.together(act, mails)
    at.stage.settle()

"""The invited: they read the mail that arrived, follow the link in it and press the buttons that the page holds."""
from __future__ import annotations

from collections.abc import Sequence

from rehearse import cast
from rehearse.browser import Browser
from rehearse.ledger import Ledger, Seat
from rehearse.post import Mail
from rehearse.stage import Stage

INVITATION, PREPARATION = "/i/", "/f/"
YES, NO, SUBSTITUTE, SILENT = "yes", "no", "substitute", "silent"
COMING, AGAIN, LUNCH = "Du är anmäld", "Kan du den nya dagen?", "Äter du lunch på mötet?"


def decision(seed: int, meeting: str, mail: Mail, number: int) -> str:
    """What a person answers to an invitation. The first four answer each in their way, so that every way is tried in a small year."""
    usual = cast.chance_of(seed, meeting, *mail.to).choices((YES, NO, SUBSTITUTE, SILENT), (80, 8, 4, 8))[0]
    return (YES, YES, NO, SUBSTITUTE)[number] if number < 4 else usual


def open_landing(stage: Stage, mail: Mail) -> Browser:
    """Follows the link in a mail about the invitation. A page in English is switched to Swedish."""
    return stage.browser().open(mail.link(INVITATION)).in_swedish()


def answer(stage: Stage, ledger: Ledger, meeting: str, mails: Sequence[Mail], seed: int) -> list[Seat]:
    """Everyone answers an invitation or a reminder, each in their own way. Returns those who said yes, in order."""
    said_yes = []
    for number, mail in enumerate(mails):
        said = decision(seed, meeting, mail, number)
        with open_landing(stage, mail) as browser:
            if said == YES:
                register(ledger, (meeting, *mail.to), browser)
                said_yes.append((meeting, *mail.to))
            elif said == NO:
                decline(ledger, (meeting, *mail.to), browser)
            elif said == SUBSTITUTE:
                substitute(ledger, (meeting, *mail.to), browser.press("Skicka en ersättare"))
    stage.settle()
    return said_yes


def register(ledger: Ledger, seat: Seat, browser: Browser, button: str = "Ja, anmäl mig") -> None:
    """Yes, with the details that the form asks for."""
    browser.press(button)
    if LUNCH in browser.text:
        browser.choose("Ja", within=LUNCH)
    browser.press("Skicka anmälan").see(COMING)
    ledger.registered.add(seat)


def decline(ledger: Ledger, seat: Seat, browser: Browser) -> None:
    """No, with a reason."""
    browser.press("Nej, jag kan inte").choose("Krock i kalendern").press("Tacka nej").see("Du har tackat nej")
    ledger.declined.add(seat)


def substitute(ledger: Ledger, seat: Seat, browser: Browser) -> None:
    """Somebody else comes; who sent them is out."""
    given, family = cast.SUBSTITUTE
    browser.fill("Förnamn", given).fill("Efternamn", f"{family}-{seat[1].split()[-1]}").fill("Hälsning", "Tack för att du kan")
    browser.fill("E-postadress", f"ersattare.{len(ledger.substituted) + 1}@example.org").press("Skicka ersättaren")
    browser.see("kommer i ditt ställe")
    ledger.substituted.add(seat)


def welcome_substitutes(stage: Stage, ledger: Ledger, meeting: str, mails: Sequence[Mail]) -> None:
    """The substitutes open their own links: with a seat they see that they are registered, else they say yes."""
    first = {mail.to: mail for mail in reversed(mails) if mail.to[0].startswith(cast.SUBSTITUTE[0])}
    for mail in first.values():
        with open_landing(stage, mail) as browser:
            if COMING in browser.text:
                ledger.registered.add((meeting, *mail.to))
            elif "Ja, anmäl mig" in browser.text:
                register(ledger, (meeting, *mail.to), browser)
    stage.settle()


def change_of_mind(stage: Stage, ledger: Ledger, seat: Seat, mail: Mail) -> None:
    """Somebody who is registered sends a substitute after all: the seat and the calendar entry go over."""
    with open_landing(stage, mail) as browser:
        browser.press("Se eller ändra din anmälan").follow("Skicka en ersättare")
        substitute(ledger, seat, browser)
    stage.settle()


def confirm_new_day(stage: Stage, ledger: Ledger, meeting: str, mails: Sequence[Mail]) -> None:
    """After a move: those who were registered say yes to the new day, which the page asks of them."""
    for mail in mails:
        with open_landing(stage, mail) as browser:
            if AGAIN in browser.text:
                register(ledger, (meeting, *mail.to), browser, button="Ja, jag kan komma")
    stage.settle()

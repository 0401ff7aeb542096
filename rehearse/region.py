"""The people at the region, on their pages: the coordinator plans, imports, sends, moves, cancels;
the facilitator takes out the pack.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import openpyxl

from annualwheel.questionnaires.definition import Definition
from rehearse import cast
from rehearse.browser import Browser
from rehearse.dom import Unexpected
from rehearse.fields import fields_of
from rehearse.ledger import Ledger
from rehearse.stage import Stage

INITIATIVES = "Initiativ"
EFFORTS = "Kraftsamlingar"


@dataclass(frozen=True)
class Plan:
    """When and where a meeting is, as it is typed. `name` is what the pages call it."""

    name: str
    day: str
    starts: str
    ends: str
    place: str = "Exempelsalen"


def employ(stage: Stage) -> None:
    """The first accounts, made where the program is installed."""
    for (name, address), roles in (
        (cast.PLANNER, ("coordinator", "administrator")),
        (cast.LEADER, ("facilitator",)),
    ):
        stage.command(
            "staff",
            "add",
            address,
            "--name",
            name,
            *(part for role in roles for part in ("--role", role)),
        )


def sign_in(stage: Stage, address: str) -> Browser:
    """Asks for a link, waits for the mail, follows it and presses the button."""
    browser = (
        stage.browser().open("/logga-in").fill("E-postadress", address).press("Mejla mig en länk")
    )
    stage.settle()
    return browser.open(stage.post.last(address, "/logga-in/").link("/logga-in/")).press("Logga in")


def fact(browser: Browser, term: str) -> str:
    """What the page says about something in a list of facts."""
    for name in browser.page.all("dt"):
        if name.text == term and name.parent is not None:
            return next((value.text for value in name.parent.all("dd")), "")
    raise Unexpected(f"{term!r} is not on {browser.url}:\n{browser.text}")


def plan_year(browser: Browser, number: int, plans: tuple[Plan, ...]) -> None:
    """Types in the year's meetings and themes."""
    browser.open("/arshjul").follow("Planera årets möten").fill("Vilket år", str(number))
    for plan in plans:
        for label, text in (
            ("Dag", plan.day),
            ("Börjar", plan.starts),
            ("Slutar", plan.ends),
            ("Plats", plan.place),
            ("Adress", "Exempelgatan 1, Karlstad"),
        ):
            browser.fill(label, text, within=plan.name)
    browser.press("Spara årshjulet").see(f"Årshjulet {number}")
    for swedish, english in cast.THEMES:
        browser.follow("Inställningar").follow("Lägg till ett tema").fill(
            "På svenska", swedish
        ).fill("På engelska", english)
        browser.press("Spara temat").see(swedish)


def import_contacts(stage: Stage, browser: Browser, name: str, content: bytes) -> int:
    """Uploads the file, looks at the preview, answers what it asks, writes.

    Returns how many persons the page says there are.
    """
    browser.open("/personer").follow("Importera personer").attach(
        "Fil med personer", name, content
    ).press("Granska filen")
    if (
        wrong := browser.error_at("Fil med personer")
        if "Granska filen" not in browser.heading()
        else ""
    ):
        raise Unexpected(f"{name}: {wrong}")
    _answer_preview(browser)
    browser.press("Läs in")
    # A long list is written by a job.
    stage.settle()
    browser.open(browser.url)
    return int(fact(browser, "Nya personer")) + int(fact(browser, "Fanns redan"))


def _answer_preview(browser: Browser) -> None:
    """Organisations of a kind nobody wrote down get the first there is; what resembles another is a
    new one, and every row is read in.
    """
    for control in fields_of(browser.page):
        if control.tag == "select" and not any(
            o.get("value") for o in control.all("option") if "selected" in o.attrs
        ):
            next(option for option in control.all("option") if option.get("value")).attrs[
                "selected"
            ] = ""
        elif control.get("type") == "radio" and control.get("value") in ("ny", "ja"):
            control.attrs["checked"] = ""


def meeting_page(browser: Browser, plan: Plan) -> Browser:
    """From the year's page to the meeting's."""
    return browser.open("/arshjul").follow(plan.name)


def describe(browser: Browser, plan: Plan) -> str:
    """Writes the programme, and where the place is; returns a line of it."""
    line = "9.00 Kaffe och inledning"
    meeting_page(browser, plan).follow("Ändra mötet")
    browser.fill("Program (frivilligt)", f"{line}\n9.30 Gruppsamtal\n12.00 Lunch")
    browser.fill("Webbadress till en karta", "https://karta.example/nojesfabriken")
    browser.press("Spara inställningarna").see("Inställningarna är sparade")
    return line


def send_once_more(stage: Stage, browser: Browser, name: str) -> None:
    """Somebody rings and never got the confirmation: it is sent once more."""
    browser.open("/utskick").fill("Namn eller e-post", name).choose("Bekräftelse", within="Mejl")
    browser.press("Visa").follow(name).press("Skicka en gång till")
    browser.see("Mejlet skickas en gång till")
    stage.settle()


def publish(browser: Browser, plan: Plan, asked: Definition) -> None:
    """Publishes those questions for a meeting; they are named where there are several."""
    button = f"Publicera frågorna {asked.title.sv}"
    if button not in meeting_page(browser, plan).text:
        button = "Publicera frågorna"
    browser.press(button).see("Frågorna är publicerade")


def send(stage: Stage, browser: Browser, plan: Plan, link: str, audience: str = "") -> int:
    """Sends to many: chooses, tests, confirms with the number, waits until it is done.

    Returns the number of the first mail.
    """
    meeting_page(browser, plan).follow(link)
    if audience:
        browser.choose(audience, within="Urval").press("Visa")
    browser.press("Skicka test till mig")
    stage.settle()
    tests = [
        mail
        for mail in stage.post.since(0)
        if mail.to[1] == cast.PLANNER[1] and str(mail.message["Subject"]).startswith("[Test]")
    ]
    if not tests:
        raise Unexpected("the test mail has not arrived")
    before = len(stage.post.since(0))
    browser.press("Gå vidare").press("Skicka till")
    stage.settle()
    browser.open(browser.url).see("Utskicket är klart")
    return before


def move(stage: Stage, browser: Browser, plan: Plan, to: Plan) -> int:
    """Moves a meeting and returns the number of the first mail about it."""
    before = len(stage.post.since(0))
    meeting_page(browser, plan).follow("Ändra mötet").follow("Ändra tid och plats")
    browser.fill("Dag", to.day).fill("Börjar", to.starts).fill("Slutar", to.ends).fill(
        "Plats", to.place
    )
    browser.fill("Orsak", "Salen är upptagen").press("Granska ändringen").press("Ändra").see(
        "Mötet är ändrat"
    )
    stage.settle()
    return before


def cancel_one(stage: Stage, browser: Browser, plan: Plan, name: str) -> None:
    """Somebody rings to cancel: the coordinator finds the registration and gives up the seat."""
    meeting_page(browser, plan).follow("Personer på mötet").choose("Kommer", within="Visa").fill(
        "Namn, e-post eller organisation", name
    )
    browser.press("Visa").follow(name).follow("Avboka platsen")
    browser.press("Avboka platsen").see("Platsen är avbokad")
    stage.settle()


def hand_over_lists(browser: Browser, plan: Plan, coming: int) -> None:
    """Who comes goes to the reception as an Excel file, and what they need to the kitchen."""
    meeting_page(browser, plan).follow("Personer på mötet").choose("Kommer", within="Visa")
    browser.press("Visa").press("Hämta som Excel")
    book = openpyxl.load_workbook(io.BytesIO(browser.body), read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    listed = [row for row in rows if any("@" in str(value) for value in row)]
    if len(listed) != coming:
        raise Unexpected(f"{len(listed)} people in the list, {coming} come")
    meeting_page(browser, plan).follow("Mat och tillgänglighet").press("Visa uppgifterna")
    browser.see(f"{coming} personer har en plats").press("Märk listan som utlämnad")
    browser.see("Listan är märkt som utlämnad")


def say_how_to_join(browser: Browser, plan: Plan) -> str:
    """Writes what is good to know on site, when people have their seats; returns what it says."""
    text = "Ingång från Exempelgatan. Kaffe från kl. 8.30, och hissen finns till höger."
    meeting_page(browser, plan).follow("Så deltar man").fill("Bra att veta på plats", text)
    browser.press("Spara").see("Det är sparat")
    return text


def take_out_pack(stage: Stage, plan: Plan, ledger: Ledger) -> None:
    """The facilitator has the pack made, downloads it, opens it and counts its initiatives."""
    with sign_in(stage, cast.LEADER[1]) as browser:
        browser.follow("Svar och underlag").follow(plan.name).press("Ta fram underlag")
        stage.settle()
        browser.open(browser.url).press("Ladda ner Excelfilen")
        number = len(list((stage.folder / "packs").glob("*.xlsx"))) + 1
        (stage.folder / "packs" / f"{number}-{plan.day}.xlsx").write_bytes(browser.body)
        book = openpyxl.load_workbook(io.BytesIO(browser.body), read_only=True)
        # The direction meeting's joint efforts keep an identity over the years as initiatives do.
        for name in {INITIATIVES, EFFORTS}.intersection(book.sheetnames):
            rows = book[name].iter_rows(values_only=True)
            ledger.initiatives += sum(any(row) for row in rows) - 1
        book.close()
        ledger.packs += 1

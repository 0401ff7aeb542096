"""The lists of staff: sorted by their headings, the order carried by the address, on both
databases with å, ä and ö last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.accounts import staff
from annualwheel.contacts import activation, organisations
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Import, Meeting, Message, Person, Registration, Year
from annualwheel.registrations import invitations
from annualwheel.wording.collation import swedish
from rehearse.dom import Node
from scenes.table import SCENES
from scenes.world import World
from tests.conftest import START
from tests.databases import in_turn
from tests.furnished_worlds import enter
from tests.makers.region import (
    make_organisation,
    make_person,
    make_staff,
    make_year,
    meeting_of,
    sign_in,
)
from tests.tiny_browser import Browser

# Given and family name, organisation, its category, state at the meeting, hours until the answer.
PEOPLE = (
    ("Åsa", "Ek", "Örebro bolag", "kluster", "registered", 3),
    ("Ärla", "Dahl", "Årjängs kommun", "kommun", "declined", 1),
    ("Örjan", "Zetterlund", "Ängarnas ekonomiska förening", "kluster", "invited", None),
    ("Zeta", "Åberg", "Arvika kommun", "kommun", "registered", 2),
    ("Bo", "Öberg", "Zenit", "kluster", "waitlisted", 4),
)
MEETING = "/mote/2027/arbetsmote"


@pytest.fixture
def year(session: scoped_session[Session]) -> Year:
    """2027 with five people, each in an organisation of their own and invited, with a mail."""
    year = make_year()
    for number, (given, family, name, category, state, hours) in enumerate(PEOPLE):
        organisation = make_organisation(year, name, category)
        person = make_person(organisation, given, family)
        db.session.add(
            Registration(
                meeting=meeting_of(year),
                person=person,
                organisation=organisation,
                state=state,
                answered_at=START + dt.timedelta(hours=hours) if hours else None,
            )
        )
        message = mail_to(person, number)
        message.sent_at = START + dt.timedelta(days=hours) if hours else None
        message.state = "sent" if hours else "failed"
    organisations.set_lead(organisations.organisation_named("Zenit") or organisation, year, person)
    activation.set_active(named("Åsa"), False, audit.SYSTEM, START)
    db.session.commit()
    return year


def mail_to(person: Person, number: int) -> Message:
    """A mail about something to the person."""
    kind = "new_link" if number % 2 else "test_mail"
    facts = {"people": [{"name": person.name, "what": "x"}]} if number % 2 else {"sent_at": "nu"}
    links = {"landing_1": Target("registration", "x")} if number % 2 else {}
    to = Recipient(person.email, person.name, person_id=person.id)
    message = outbox.put(f"prov:{number}", kind, to, facts, links, START)
    db.session.flush()
    return message


def named(given: str) -> Person:
    """The person with that given name."""
    return db.session.query(Person).filter_by(given=given).one()


@pytest.fixture
def office(visitor: Browser, year: Year) -> Browser:
    """Signed in."""
    return sign_in(visitor, make_staff("administrator"))


def main_list(page: Node) -> Node:
    """The table whose headings sort."""
    return next(
        table
        for table in page.all("table")
        if any(head.get("data-heading") for head in table.all("th"))
    )


def first_cells(browser: Browser) -> list[str]:
    """The text of the first cell of each row."""
    body = main_list(browser.page).all("tbody")[0]
    return [row.all("th")[0].text for row in body.all("tr")]


def headings(browser: Browser) -> list[Node]:
    """The headings that sort."""
    return [head for head in main_list(browser.page).all("th") if head.get("data-heading")]


def current(browser: Browser) -> list[tuple[str, str]]:
    """The headings that say that the list is sorted by them, and which way."""
    return [
        (head.get("data-heading"), head.get("aria-sort"))
        for head in headings(browser)
        if "aria-sort" in head.attrs
    ]


ALL = "/personer?visa=alla"
MEETING_ALL = f"{MEETING}/personer?grupp=invited"
MISSING = f"{MEETING}/utan-anmald?"
MAILS = "/utskick?sok=kommun"
ORDERS = [
    (ALL, "namn", "Ärla Åsa Örjan Zeta Bo"),
    (ALL, "organisation", "Zeta Bo Ärla Örjan Åsa"),
    (ALL, "epost", "Ärla Åsa Bo Örjan Zeta"),
    (ALL, "lage", "Ärla Örjan Zeta Bo Åsa"),
    (MEETING_ALL, "namn", "Ärla Åsa Örjan Zeta Bo"),
    (MEETING_ALL, "organisation", "Zeta Bo Ärla Örjan Åsa"),
    (MEETING_ALL, "lage", "Örjan Bo Åsa Zeta Ärla"),
    (MEETING_ALL, "svarade", "Ärla Zeta Åsa Bo Örjan"),
    (MEETING_ALL, "-svarade", "Bo Åsa Zeta Ärla Örjan"),
    (MAILS, "till", "Ärla Åsa Örjan Zeta Bo"),
    (MAILS, "epost", "Ärla Åsa Bo Örjan Zeta"),
    (MAILS, "lage", "Bo Åsa Zeta Ärla Örjan"),
    (MAILS, "mejl", "Zeta Ärla Bo Åsa Örjan"),
    (MAILS, "nar", "Örjan Ärla Zeta Åsa Bo"),
    (MAILS, "-nar", "Bo Åsa Zeta Ärla Örjan"),
]
ORGANISATION_ORDERS = [
    ("/personer/organisationer?", "namn", "Arvika Zenit Årjängs Ängarnas Örebro"),
    ("/personer/organisationer?", "typ", "Arvika Årjängs Zenit Ängarnas Örebro"),
    ("/personer/organisationer?", "samordnare", "Zenit Arvika Årjängs Ängarnas Örebro"),
    ("/personer/organisationer?", "personer", "Örebro Arvika Zenit Årjängs Ängarnas"),
    ("/personer/organisationer?", "-personer", "Arvika Zenit Årjängs Ängarnas Örebro"),
    (MISSING, "namn", "Årjängs Ängarnas"),
    (MISSING, "-namn", "Ängarnas Årjängs"),
    (MISSING, "svarar-inte", "Årjängs Ängarnas"),
    (MISSING, "-svarar-inte", "Ängarnas Årjängs"),
]


@pytest.mark.parametrize(("path", "order", "expected"), [*ORDERS, *ORGANISATION_ORDERS])
def test_each_column_sorts(office: Browser, path: str, order: str, expected: str) -> None:
    office.open(f"{path}&ordning={order}")
    assert [text.split()[0] for text in first_cells(office)] == expected.split()


@pytest.mark.parametrize(
    ("path", "order", "expected"), [one for one in ORDERS if one[1] in ("namn", "epost", "till")]
)
def test_a_column_of_different_values_sorts_backwards(
    office: Browser, path: str, order: str, expected: str
) -> None:
    office.open(f"{path}&ordning=-{order}")
    assert [text.split()[0] for text in first_cells(office)] == expected.split()[::-1]


def test_accounts_are_sorted(office: Browser) -> None:
    for name, address in (("Åke Ö", "c"), ("Ärla Ä", "a"), ("Zeta Å", "b")):
        staff.add(name, f"{address}@region.example", ["facilitator"], START)
    expected = ["Karin Ek", "Zeta Å", "Åke Ö", "Ärla Ä"]
    assert first_cells(office.open("/installningar")) == expected
    assert first_cells(office.follow("Namn, sortera Ö till A")) == expected[::-1]
    assert first_cells(office.open("/installningar?ordning=epost"))[0] == "Ärla Ä"
    assert first_cells(office.open("/installningar?ordning=-inloggad"))[0] == "Karin Ek"
    office.fill("Skicka ett testmejl till", "fel").press("Skicka testmejl")
    assert office.status == 422
    assert first_cells(office.follow("Namn, sortera Ö till A")) == expected[::-1]


def test_imports_are_sorted(office: Browser, year: Year) -> None:
    for number, (file_name, new) in enumerate((("Ö.xlsx", 9), ("z.xlsx", 10), ("Å.csv", 1))):
        at = START + dt.timedelta(hours=number)
        db.session.add(
            Import(
                year_id=year.id,
                file_name=file_name,
                rows=[],
                state="written",
                created_at=at,
                written_at=at,
                by=f"Karin {new}",
                trace={"counts": {"new": new}},
            )
        )
    assert first_cells(office.open("/personer/import")) == ["Å.csv", "z.xlsx", "Ö.xlsx"]
    for order, expected in (
        ("fil", ["z.xlsx", "Å.csv", "Ö.xlsx"]),
        ("-nya", ["z.xlsx", "Ö.xlsx", "Å.csv"]),
        ("nar", ["Ö.xlsx", "z.xlsx", "Å.csv"]),
        ("av", ["Å.csv", "z.xlsx", "Ö.xlsx"]),
    ):
        assert first_cells(office.open(f"/personer/import?ordning={order}")) == expected, order


def test_a_press_on_a_heading_keeps_what_else_was_asked_for(office: Browser) -> None:
    office.open("/personer?sok=kommun&visa=alla&sida=1&ordning=epost&lang=sv")
    assert current(office) == [("E-post", "ascending")]
    office.follow("E-post, sortera Ö till A")
    assert office.url == "/personer?sok=kommun&visa=alla&ordning=-epost"
    assert current(office) == [("E-post", "descending")]
    office.follow("Namn, sortera A till Ö")
    assert office.url == "/personer?sok=kommun&visa=alla&ordning=namn"
    assert current(office) == [("Namn", "ascending")]


@pytest.mark.parametrize(
    "order", ["password", "--namn", "-", "namn;drop", "epost ", "'", "NAMN", "state"]
)
def test_an_order_that_there_is_not_is_the_usual_one(office: Browser, order: str) -> None:
    office.open("/personer", ordning=order)
    assert (office.status, current(office)) == (200, [("Namn", "ascending")])


def test_a_time_begins_with_the_newest(office: Browser) -> None:
    office.open(f"{MEETING}/personer").follow("Svarade, sortera nyast först")
    assert current(office) == [("Svarade", "descending")]
    assert first_cells(office)[0] == "Bo Öberg"


def test_the_order_is_kept_when_the_list_is_narrowed(office: Browser) -> None:
    office.open("/utskick?ordning=till").fill("Namn eller e-post", "kommun").press("Visa")
    assert current(office) == [("Till", "ascending")]
    office.choose("Ny länk").press("Visa")
    assert first_cells(office) == ["Ärla Dahl", "Zeta Åberg"]
    assert current(office) == [("Till", "ascending")]


def test_an_order_is_chosen_where_there_are_no_headings(office: Browser) -> None:
    """On a phone, where the rows are cards."""
    office.open("/personer?visa=alla").choose("Organisation, Ö till A").press("Visa")
    assert first_cells(office)[0] == "Åsa Ek"
    office.see("Sorterat: Organisation, Ö till A")


def test_a_new_order_begins_at_the_first_page(office: Browser, year: Year) -> None:
    organisation = organisations.organisation_named("Zenit")
    assert organisation is not None
    for number in range(60):
        make_person(organisation, "Prov", f"Prov{number:02}")
    office.open("/personer?sok=prov&sida=2").see("Sida 2 av 2")
    office.follow("E-post, sortera A till Ö").see("Sida 1 av 2")
    office.follow("Nästa sida").see("Sida 2 av 2")
    assert office.url == "/personer?sok=prov&ordning=epost&sida=2"


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(db.engine, "before_cursor_execute", note)


def test_thirty_rows_cost_as_many_queries_as_one(office: Browser, year: Year) -> None:
    paths = [
        f"{path}&ordning={order}" for path, order, _expected in (*ORDERS, *ORGANISATION_ORDERS)
    ]
    paths.append("/installningar?ordning=-inloggad")

    def queries() -> list[int]:
        counts = []
        for path in paths:
            with counting() as sent:
                office.open(path)
            counts.append(len(sent))
        return counts

    office.open("/personer")
    few, meeting = queries(), meeting_of(year)
    for number in range(30):
        add_one(year, meeting, number)
    db.session.commit()
    assert queries() == few


def add_one(year: Year, meeting: Meeting, number: int) -> None:
    """One more of everything that the lists show."""
    organisation = make_organisation(year, f"Kommun {number}")
    person = make_person(organisation, "Prov", f"Prov{number}")
    organisations.set_lead(organisation, year, person)
    invitations.invite(meeting, person, organisation, START)
    mail_to(person, 100 + number)
    staff.add(f"Konto {number}", f"konto{number}@region.example", ["facilitator"], START)


LISTS = (
    "/personer",
    "/personer/organisationer",
    "/personer/import",
    "/utskick",
    f"{MEETING}/personer",
    f"{MEETING}/svar",
    "/mote/2027/riktningsmote/utan-anmald",
    "/svar/2027/arbetsmote",
    "/installningar",
)


@pytest.mark.parametrize(("language", "database"), in_turn(("sv", "en")), indirect=["database"])
def test_every_list_says_how_it_is_sorted(
    furnished_world: Callable[[str], World], language: str
) -> None:
    """The heading that is pressed is the one with `aria-sort`, its link says what a press does,
    and the form says the same.
    """
    world, wrong = furnished_world("year"), list[str]()
    browser = enter(world, SCENES[0], "administrator")
    for path in LISTS:
        browser.open(f"{path}?lang={language}")
        for place, name in enumerate(head.get("data-heading") for head in headings(browser)):
            link = headings(browser)[place].all("a")[0]
            if not link.text.startswith(f"{name},") or "ordning=" not in link.get("href"):
                wrong.append(f"{path}: {link.text} leads to {link.get('href')}")
            browser.open(link.get("href"))
            chosen = [one.text for one in browser.page.all("option") if "selected" in one.attrs]
            if [one for one, _way in current(browser)] != [name]:
                wrong.append(f"{path}: a press on {name} sorts by {current(browser)}")
            if not any(text.startswith(f"{name}, ") for text in chosen):
                wrong.append(f"{path}: {name} is not chosen in the form")
            if place:
                continue
            upwards = first_cells(browser)
            browser.open(headings(browser)[place].all("a")[0].get("href"))
            if first_cells(browser) != upwards[::-1] and len(upwards) < 50:
                wrong.append(f"{path}: {name} the other way is not the other way round")
    assert not wrong, "\n".join(wrong)


def cells(browser: Browser, column: int) -> list[str]:
    """The text of the cells of a column, counted from 0 after the name."""
    body = main_list(browser.page).all("tbody")[0]
    return [row.all("td")[column].text for row in body.all("tr")]


def test_answers_are_sorted_by_how_far_they_have_come(
    furnished_world: Callable[[str], World],
) -> None:
    world = furnished_world("year")
    browser = enter(world, SCENES[0], "administrator")
    list_of_answers = f"{MEETING}/svar"
    for order in ("vantar", "-vantar", ""):
        browser.open(list_of_answers, ordning=order).see("Sorterat: De som väntar på oss först")
        assert current(browser) == []
    sections = cells(browser.open(list_of_answers, ordning="-avsnitt"), 1)
    done = [int(text.split()[0]) for text in sections]
    assert done == sorted(done, reverse=True) and done[0] > done[-1]
    states = cells(browser.open(list_of_answers, ordning="lage"), 0)
    order = ["Inte påbörjat", "Utkast", "Ändrat", "Inskickat"]
    places = [order.index(state.split(" sedan")[0].split(" efter")[0]) for state in states]
    assert places == sorted(places)
    for word, column, absent in (("sparat", 2, "Inget sparat"), ("inskickat", 3, "Nej")):
        for sign in ("", "-"):
            texts = cells(browser.open(list_of_answers, ordning=sign + word), column)
            there = [text != absent for text in texts]
            assert there == sorted(there, reverse=True) and there[0], (sign, word)


def test_submitted_answers_are_sorted(furnished_world: Callable[[str], World]) -> None:
    browser = enter(furnished_world("year"), SCENES[0], "administrator")
    names = first_cells(browser.open("/svar/2027/arbetsmote"))
    assert names == sorted(names, key=swedish) and len(names) > 5
    newest = first_cells(browser.open("/svar/2027/arbetsmote", ordning="-inskickat"))
    oldest = first_cells(browser.open("/svar/2027/arbetsmote", ordning="inskickat"))
    assert newest[0] in oldest[-5:] and newest != names and set(newest) == set(names)

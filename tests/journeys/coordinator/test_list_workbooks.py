"""Every list of coordinators as an Excel file: as it is narrowed and sorted, with what was typed
as text, and noted.
"""

from __future__ import annotations

import datetime as dt
import gc
import io
import tempfile
import tracemalloc

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session, scoped_session

from annualwheel import listing
from annualwheel.clock import local
from annualwheel.contacts import directory, people
from annualwheel.contacts.directory import ContactFilter
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.models import Audit, Person, Registration, Year
from annualwheel.privacy import erasure
from annualwheel.workbooks import lists
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import BookWords
from bench import filling
from tests.conftest import START
from tests.makers.region import (
    make_organisation,
    make_staff,
    make_year,
    meeting_of,
    sign_in,
)
from tests.makers.submitted import make_submitted, make_work_meeting
from tests.tiny_browser import Browser

MEETING = "/mote/2027/arbetsmote"
# What people have typed into names and titles.
PEOPLE = (
    ("Åsa", '=HYPERLINK("https://elak.example")', "Örebro bolag", "registered", 3),
    ("Örjan", "+46 70 174 06 05", "Ängarnas ekonomiska förening", "to_reconfirm", None),
    ("Zeta", "@SUM(1)\t", "Arvika kommun", "waitlisted", 2),
    ("Bo", "-Ek #N/A", "-Zenit\nAB", "offered", 4),
)
WORDS = BookWords("Långa texter", " …", ("Blad", "Id", "Kolumn", "Del", "Text"), "Sida", "av")


@pytest.fixture
def year(session: scoped_session[Session]) -> Year:
    """2027 with four people at the working meeting."""
    year = make_year()
    for number, (given, family, name, state, hours) in enumerate(PEOPLE):
        organisation = make_organisation(year, name)
        address = f"person{number}@kommun.example"
        db.session.add(
            Registration(
                meeting=meeting_of(year),
                person=people.add_person(given, family, address, organisation),
                organisation=organisation,
                state=state,
                title="1 e sekreterare",
                answered_at=START + dt.timedelta(hours=hours) if hours else None,
                queued_at=START if hours else None,
            )
        )
    make_organisation(year, "=Tyst kommun")
    to = outbox.Recipient("asa@kommun.example", "Åsa Ek")
    outbox.put("prov:1", "test_mail", to, {"sent_at": "nu"}, {}, START)
    db.session.commit()
    return year


@pytest.fixture
def office(visitor: Browser, year: Year) -> Browser:
    """Signed in."""
    return sign_in(visitor, make_staff("coordinator"))


def sheet_of(browser: Browser) -> Worksheet:
    """The only sheet of the file that was sent."""
    assert browser.response is not None and browser.status == 200
    assert browser.response.content_length == len(browser.body)
    book = openpyxl.load_workbook(io.BytesIO(browser.body))
    assert len(book.worksheets) == 1
    return book.worksheets[0]


def rows_below(sheet: Worksheet) -> list[dict[str, object]]:
    """The rows by their headings, which stand where the filter begins."""
    first = int(str(sheet.auto_filter.ref).partition(":")[0].removeprefix("A"))
    found = list(sheet.iter_rows(min_row=first, values_only=True))
    assert sheet.freeze_panes is not None and sheet.freeze_panes.endswith(str(first + 1))
    assert sheet.print_title_rows == f"${first}:${first}"
    return [dict(zip(map(str, found[0]), row, strict=True)) for row in found[1:]]


def take_out(office: Browser, address: str) -> Worksheet:
    """Opens the list and presses the button."""
    return sheet_of(office.open(address).press("Hämta som Excel"))


def test_the_people_of_a_meeting_come_as_they_are_narrowed_and_sorted(office: Browser) -> None:
    sheet = take_out(office, f"{MEETING}/personer?grupp=invited&ordning=-svarade&typ=kommun")
    assert sheet["A1"].value == "Personer på mötet, arbetsmötet 2027"
    assert sheet["A2"].value == (
        "Visa: Inbjudna; Typ av organisation: Kommun; Sorterat: Svarade, nyast först"
    )
    assert sheet["A3"].value.endswith("av Karin Ek. 4 rader.")
    rows = rows_below(sheet)
    assert [row["Förnamn"] for row in rows] == ["Bo", "Åsa", "Zeta", "Örjan"]
    answered = rows[0]["Svarade"]
    assert answered == local(START + dt.timedelta(hours=4)).replace(tzinfo=None)
    assert rows[3]["Svarade"] is None
    assert (rows[1]["Läge"], rows[1]["Deltar"]) == ("Anmäld", "På plats")


def test_what_was_typed_is_text_and_no_formula(office: Browser) -> None:
    sheet = take_out(office, f"{MEETING}/personer")
    found = {row["Förnamn"]: row for row in rows_below(sheet)}
    assert found["Åsa"]["Efternamn"] == PEOPLE[0][1]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    risky = [cell for row in sheet for cell in row if str(cell.value).startswith(("=", "+", "@"))]
    assert len(risky) == 3 and all(cell.quotePrefix for cell in risky)


@pytest.mark.parametrize(
    ("address", "title", "expected"),
    [
        ("/personer?ordning=-namn", "Personer", 4),
        ("/personer/organisationer", "Organisationer", 5),
        (f"{MEETING}/utan-anmald", "Organisationer utan anmälan, arbetsmötet 2027", 1),
        (f"{MEETING}/vantelista", "Väntelista, arbetsmötet 2027", 2),
        ("/utskick", "Mejl", 1),
    ],
)
def test_every_list_goes_to_excel_and_is_noted(
    office: Browser, address: str, title: str, expected: int
) -> None:
    sheet = take_out(office, address)
    rows = rows_below(sheet)
    assert (sheet["A1"].value, len(rows)) == (title, expected)
    noted = db.session.query(Audit).filter_by(verb="list_taken_out").one()
    assert noted.details["rows"] == expected and noted.actor_kind == "staff"
    assert office.response is not None
    name = address.partition("?")[0].strip("/").replace("/", "-")
    assert f"filename={name}-20261123-" in office.response.headers["Content-Disposition"]


def test_how_the_answers_stand_goes_to_excel_with_numbers_and_times(
    session: scoped_session[Session], visitor: Browser
) -> None:
    meeting = make_work_meeting()
    for name in ("Örebro bolag", "Arvika kommun"):
        make_submitted(meeting, name)
    db.session.commit()
    office = sign_in(visitor, make_staff("coordinator"))
    rows = rows_below(take_out(office, f"{MEETING}/svar?ordning=-namn"))
    assert [row["Svar från"] for row in rows] == ["Örebro bolag", "Arvika kommun"]
    assert isinstance(rows[0]["Inskickat"], dt.datetime)
    assert isinstance(rows[0]["Avsnitt i allt"], int)


def test_a_search_is_in_the_file_and_not_in_the_trail(office: Browser) -> None:
    sheet = take_out(office, "/personer?sok=zeta&visa=alla")
    assert [row["Förnamn"] for row in rows_below(sheet)] == ["Zeta"]
    assert sheet["A2"].value == "Sök: zeta; Läge: Alla; Sorterat: Namn, A till Ö"
    noted = db.session.query(Audit).filter_by(verb="list_taken_out").one()
    assert noted.details == {"rows": 1, "by": ["sok", "visa"]}


def test_the_file_speaks_the_language_of_the_page(office: Browser) -> None:
    office.open("/personer?lang=en").press("Download as Excel")
    sheet = sheet_of(office)
    assert sheet["A1"].value == "People" and "First name" in rows_below(sheet)[0]


def test_whom_we_no_longer_name_is_called_so_in_the_language_of_the_page(office: Browser) -> None:
    gone = db.session.query(Person).filter_by(given="Zeta").one()
    gone.given = gone.family = erasure.NOBODY
    db.session.commit()
    office.open(f"{MEETING}/personer?lang=en").press("Download as Excel")
    named = {(row["First name"], row["Last name"]) for row in rows_below(sheet_of(office))}
    assert ("Removed person", None) in named and ("Bo", "-Ek #N/A") in named


def test_opening_the_address_takes_nothing_out(office: Browser) -> None:
    assert office.fetch("GET", "/personer/excel").status_code in (404, 405)
    assert office.fetch("POST", "/personer/excel").status_code == 303
    assert db.session.query(Audit).filter_by(verb="list_taken_out").count() == 0


def test_the_whole_list_has_each_row_once_in_the_order_of_the_pages(year: Year) -> None:
    filling.people(520, filling.organisations(7))
    db.session.commit()
    found = directory.people(ContactFilter(), year, listing.WHOLE)
    whole = [person.id for person in found.rows]
    assert len(whole) == len(set(whole)) == found.total == 524
    first, last = (directory.people(ContactFilter(), year, number) for number in (1, 11))
    assert whole[:50] == [person.id for person in first.rows]
    assert whole[-24:] == [person.id for person in last.rows]


def peak_mib(year: Year, *, keep: bool) -> float:
    """What writing all people takes of memory at its peak, in MiB. With `keep` all are read first,
    which no list does.
    """
    columns = (Column("Förnamn"), Column("Efternamn"), Column("E-post", 34, wrap=True))
    db.session.expire_all()
    gc.collect()
    tracemalloc.start()
    try:
        found = directory.people(ContactFilter(), year, listing.WHOLE)
        everybody = list(found.rows) if keep else found.rows
        rows = ((one.given, one.family, one.email) for one in everybody)
        with tempfile.TemporaryFile() as file:
            lists.write(file, Layout("Personer", columns), rows, "Ada", "sv", WORDS)
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def test_a_long_list_is_not_kept_in_memory(year: Year) -> None:
    filling.people(1500, filling.organisations(7))
    db.session.commit()
    peak_mib(year, keep=False)
    # What the workbook itself takes is in both.
    assert peak_mib(year, keep=False) < 0.7 * peak_mib(year, keep=True)

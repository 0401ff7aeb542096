"""The pack is opened again, by a reader that is not ours, and compared with what was submitted."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.clock import Clock
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.jobs import building
from annualwheel.models import Audit, Category, Meeting, Staff
from annualwheel.questionnaires.definition import (
    Definition,
    Group,
    Question,
    QuestionType,
    Section,
    Text,
)
from annualwheel.registrations import needs, turnout
from annualwheel.workbooks.pages import Column, Layout
from annualwheel.workbooks.sheets import LINE, BookWords, StyledWorkbook
from annualwheel.workshop import packs
from tests.makers.submitted import (
    INITIATIVE,
    NOW,
    Written,
    add_version,
    make_registered,
    make_submitted,
    make_work_meeting,
)

Rows = list[list[Any]]
pytestmark = pytest.mark.usefixtures("session")


def build(meeting: Meeting, clock: Clock, language: str = "sv") -> bytes:
    """Orders and builds a pack, and gives the bytes that a browser would get."""
    by = db.session.query(Staff).first() or Staff(
        name="Vera Exempel", email="vera@region.example", email_folded="vera@region.example"
    )
    db.session.add(by)
    db.session.flush()
    pack = packs.ask(meeting, by, language, clock.now())
    db.session.commit()
    building.build_pack(pack.id)
    file = packs.require_file(pack, clock.now())
    return b"".join(
        itertools.takewhile(bool, (packs.piece(file.id, number) for number in itertools.count()))
    )


def sheets(content: bytes) -> dict[str, Rows]:
    """Every sheet's rows as calamine reads them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def sheet(content: bytes, name: str) -> Worksheet:
    """One sheet as openpyxl reads it, with its set-up."""
    found = openpyxl.load_workbook(io.BytesIO(content))[name]
    assert isinstance(found, Worksheet)
    return found


def column(rows: Rows, heading: str) -> list[Any]:
    """One column by its heading."""
    return [row[rows[0].index(heading)] for row in rows[1:]]


def cover_of(content: bytes) -> dict[str, tuple[Any, Any]]:
    """What the cover says, by its labels."""
    rows = next(iter(sheets(content).values()))
    return {row[0]: (row[1], row[2]) for row in rows if len(row) > 2}


def test_the_sheets_come_in_the_order_of_use(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun")
    assert list(sheets(build(meeting, clock))) == [
        "Läs mig",
        "Översikt",
        "1. Fler i arbete",
        "Dokumentation 1",
        "Dokumentation 2",
        "Initiativ",
        "F1. Vilka har förberett svaret",
        "Svar per organisation",
        "Alla svar",
        "Kodbok",
    ]
    make_submitted(
        meeting,
        "Compare",
        Written(
            items=({**INITIATIVE, "tema": ["energi"], "aktorer": ["AFK"], "aktorer_other": "x"},),
            root={"forberett": "Strateger", "forankrat": ["chefer"]},
            themes={"energi": {"skapa": "Ett råd", "mojligheter": "=1" + "å😀" * 20_000}},
        ),
    )
    make_registered(meeting, "Tyst kommun", "Bo")
    assert list(sheets(build(meeting, clock))) == [
        "Läs mig",
        "Översikt",
        "1. Fler i arbete",
        "2. Energi & klimat",
        "Dokumentation 1",
        "Dokumentation 2",
        "Initiativ",
        "Samarbeten",
        "Svar per tema",
        "F1. Vilka har förberett svaret",
        "F2. Vilka har ställt sig bakom",
        "Svar per organisation",
        "Alla svar",
        "Deltagare",
        "Har inte svarat",
        "Långa texter",
        "Kodbok",
    ]


TYPED = (
    "=2030",
    "=1+1",
    "+46 70 123",
    "-5",
    "- punkt",
    "@namn",
    "#N/A",
    "1e5",
    "0123",
    "😀",
    "rad\nrad",
    "_x000D_",
    "'citat",
    "true",
    "2027-01-01",
    "=cmd|' /C calc'!A0",
    "tabb\there",
)


def test_what_people_typed_comes_out_as_text_unchanged(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    for number, text in enumerate(TYPED):
        items = ({**INITIATIVE, "titel": text, "mal": text},)
        written = Written(items=items, themes={"arbete": {"skapa": text}})
        make_submitted(meeting, f"Kommun {number:02}", written)
    content, typed = build(meeting, clock), list(TYPED)
    found = sheets(content)
    assert column(found["Initiativ"], "Initiativ") == typed
    assert column(found["Initiativ"], "Vilket mål arbetar ni mot?") == typed
    assert column(found["Svar per tema"], "Svar") == typed
    assert set(typed) <= set(column(found["Alla svar"], "Svar"))
    on_cards = Counter(row[1] for row in found["1. Fler i arbete"])
    assert {on_cards[text] for text in typed} == {2}
    cells = [
        cell
        for row in sheet(content, "Initiativ").iter_rows(min_row=2)
        for cell in row
        if cell.value is not None
    ]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}


def test_text_that_looks_like_a_formula_keeps_its_quote_prefix_when_edited(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun", Written(items=({**INITIATIVE, "titel": "=2030"},)))
    found = [
        cell
        for row in sheet(build(meeting, clock), "Initiativ").iter_rows()
        for cell in row
        if cell.value == "=2030"
    ]
    assert found
    assert all(cell.quotePrefix for cell in found)


def test_so_does_every_text_on_the_cards_of_a_theme(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(
        meeting, "=Arvika kommun", Written(items=({**INITIATIVE, "titel": "=2030", "mal": "+1"},))
    )
    cells = [
        cell
        for row in sheet(build(meeting, clock), "1. Fler i arbete").iter_rows(min_row=2)
        for cell in row
        if cell.value
    ]
    assert {"=A", "=2", "+1"} <= {str(cell.value)[:2] for cell in cells}
    assert all(cell.quotePrefix and cell.data_type == "s" for cell in cells)


def test_control_characters_are_left_out_and_nothing_else(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(
        meeting, "Arvika kommun", Written(items=({**INITIATIVE, "titel": "a\x0bb\x00c\x1fd å"},))
    )
    assert column(sheets(build(meeting, clock))["Initiativ"], "Initiativ") == ["abcd å"]


def test_a_text_too_long_for_a_cell_is_cut_with_a_note_and_follows_whole(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    long = "_x000D_" + "å😀" * 20_000
    make_submitted(meeting, "Arvika kommun", Written(items=({**INITIATIVE, "mal": long},)))
    found = sheets(build(meeting, clock))
    cell = column(found["Initiativ"], "Vilket mål arbetar ni mot?")[0]
    assert len(cell.encode("utf-16-le")) // 2 <= 32_767
    assert cell.endswith("[Texten fortsätter på bladet Långa texter]")
    item = column(found["Initiativ"], "Id")[0]
    place = ["Initiativ", item, "Vilket mål arbetar ni mot?"]
    parts = [row[3:] for row in found["Långa texter"][1:] if row[:3] == place]
    assert next(number for number, _text in parts) == 1
    assert "".join(text for _number, text in parts) == long


def test_only_the_latest_submitted_version_is_in_it_and_no_draft(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    submission = make_submitted(
        meeting, "Arvika kommun", Written(items=({**INITIATIVE, "titel": "Första texten"},))
    )
    writer = make_registered(meeting, "Arvika kommun", "Bo").person
    add_version(submission, Written(items=({**INITIATIVE, "titel": "Andra texten"},)), 2, writer)
    submission.state = "changed"
    found = sheets(build(meeting, clock))
    assert column(found["Initiativ"], "Initiativ") == ["Andra texten"]
    assert set(column(found["Alla svar"], "Version")) == {2}


def test_choices_have_a_readable_column_and_one_column_each(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(
        meeting, "Arvika kommun", Written(items=({**INITIATIVE, "tema": ["arbete", "energi"]},))
    )
    rows = sheets(build(meeting, clock))["Initiativ"]
    assert column(rows, "Tema") == ["Fler i arbete?; Energi & klimat?"]
    # The 1/0 columns are headed by the choice alone.
    assert column(rows, "Fler i arbete?") == [1]
    assert column(rows, "Energi & klimat?") == [1]
    assert column(rows, "Avslutat") == [0]
    assert len(rows[0]) == len(set(rows[0]))


def test_the_initiatives_sheet_says_what_has_become_of_each_since_the_year_before(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    for name, carried in (
        ("Arvika kommun", "new"),
        ("Bergs kommun", "still"),
        ("Compare", "changed"),
    ):
        make_submitted(
            meeting,
            name,
            Written(carried=carried, ended=("Simskola",) if carried == "changed" else ()),
        )
    content = sheets(build(meeting, clock))
    rows = content["Initiativ"]
    assert column(rows, "Sedan förra året") == ["Ny", "Pågår", "Ändrat", "Avslutat"]
    assert column(rows, "Initiativ")[3] == "Simskola"
    # What has ended is on the sheet and in no count.
    assert next(row[1] for row in content["Läs mig"] if row[0] == "Initiativ") == 3


def test_who_has_no_initiatives_stands_last_on_their_sheet_and_in_no_count(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(
        meeting,
        "Arvika kommun",
        Written(items=(), root={"forberett": "Strateger", "inga_initiativ": "ja"}),
    )
    make_submitted(meeting, "Bergs kommun", Written(items=(), ended=("Simskola",)))
    make_submitted(meeting, "Compare")
    for language, name, said in (
        ("sv", "Initiativ", ["Har inga initiativ att berätta om", "Inga initiativ"]),
        ("en", "Initiatives", ["Has no initiatives to report", "No initiatives"]),
    ):
        content = build(meeting, clock, language)
        rows = sheets(content)[name]
        assert [(row[0], row[1]) for row in rows[1:]] == [
            ("Bergs kommun", "Simskola"),
            ("Compare", "Föreningskompis"),
            ("Arvika kommun", said[0]),
            ("Bergs kommun", said[1]),
        ]
        assert rows[3][:2] == ["Arvika kommun", said[0]]
        # Nothing but who, that there is none, and the type of organisation.
        assert [cell for cell in rows[3][2:] if cell != ""] == [rows[1][8]]
        assert sheet(content, name).auto_filter.ref == sheet(content, name).dimensions
        cover = next(iter(sheets(content).values()))
        assert next(row[1] for row in cover if row[0] == name) == 1


def test_the_overview_counts_what_the_initiatives_sheet_holds(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(
        meeting,
        "Arvika kommun",
        Written(
            items=(INITIATIVE, {**INITIATIVE, "tema": ["energi"], "insatsomrade": ["platser"]})
        ),
    )
    make_submitted(meeting, "Compare", category="kluster")
    rows = sheets(build(meeting, clock))["Översikt"]
    assert [row[:7] for row in rows[1:4]] == [
        [
            "Tema",
            "Förbättra livsvillkoren",
            "Höja kompetensen",
            "Utveckla attraktiva platser",
            "Stärka konkurrenskraften",
            "Inget av dem",
            "Antal initiativ",
        ],
        ["Fler i arbete?", 2, "Lucka", "Lucka", "Lucka", 0, 2],
        ["Energi & klimat?", "Lucka", "Lucka", 1, "Lucka", 0, 1],
    ]
    by_category = next(number for number, row in enumerate(rows) if row[1:2] == ["Region"])
    header, work = rows[by_category], rows[by_category + 1]
    assert work[header.index("Kommun")] == 1
    assert work[header.index("Kluster")] == 1


def test_times_are_real_dates_on_the_swedish_clock(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun")
    assert column(sheets(build(meeting, clock))["Alla svar"], "Inskickat")[0] == dt.datetime(
        2026, 12, 20, 11, 0
    )


def test_an_answer_that_is_a_day_is_a_real_date(
    session: scoped_session[Session], clock: Clock
) -> None:
    name, day = (
        Question("titel", QuestionType.TEXT, Text("Namn", "Name")),
        Question("start", QuestionType.DATE, Text("Start", "Start")),
    )
    group = Group(
        "initiativ",
        Text("Initiativ", "Initiative"),
        Text("Lägg till", "Add"),
        Text("Lägg till ett till", "Add another"),
        5,
        "titel",
        Text("Nytt", "New"),
        (name, day),
    )
    section = Section("initiativ", Text("Initiativ", "Initiatives"), 5, group=group)
    meeting = make_work_meeting(
        Definition(
            "prov",
            "work",
            "organisation",
            Text("Prov", "Trial"),
            Text("Hej", "Hello"),
            5,
            (section,),
        )
    )
    make_submitted(
        meeting,
        "Arvika kommun",
        Written(items=({"titel": "Ett", "start": "14/1 2027"}, {"titel": "Två"}), root={}),
    )
    content = build(meeting, clock)
    assert column(sheets(content)["Initiativ"], "Start") == [dt.date(2027, 1, 14), ""]
    cell = next(
        cell for row in sheet(content, "Initiativ").iter_rows() for cell in row if cell.is_date
    )
    assert (cell.value, cell.number_format) == (dt.datetime(2027, 1, 14), "yyyy-mm-dd")


def test_who_comes_and_who_has_not_answered(session: scoped_session[Session], clock: Clock) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun")
    coming = make_registered(meeting, "Örebro prov", "Bo")
    make_registered(meeting, "Arvika kommun", "Cajsa")
    make_registered(meeting, "Ängprov", "Dag", state="declined")
    needs.state(coming, "KOSTUPPGIFT", "RULLSTOL", "Jag samtycker", NOW)
    content = build(meeting, clock)
    found = sheets(content)
    names = zip(*(column(found["Deltagare"], of) for of in ("Förnamn", "Efternamn")), strict=True)
    assert list(names) == [("Bo", "Exempelgren"), ("Cajsa", "Exempelgren")]
    assert column(found["Har inte svarat"], "Svar väntas från") == ["Ängprov", "Örebro prov"]
    everything = " ".join(str(cell) for rows in found.values() for row in rows for cell in row)
    for kept_out in ("KOSTUPPGIFT", "RULLSTOL", "@prov.example"):
        assert kept_out not in everything


def test_who_comes_is_counted_as_on_the_dashboard_and_who_has_not_said_yes_by_itself(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    for given, state in (
        ("Ada", "registered"),
        ("Bo", "attended"),
        ("Cilla", "to_reconfirm"),
        ("Dan", "to_reconfirm"),
        ("Eva", "to_reconfirm"),
        ("Fred", "offered"),
        ("Gun", "waitlisted"),
    ):
        make_registered(meeting, "Tyst kommun", given, state)
    content = build(meeting, clock)
    found, cover = sheets(content), cover_of(content)
    assert [cover[key][0] for key in ("Kommer", "Behöver bekräfta ny dag", "Erbjuden plats")] == [
        2,
        3,
        1,
    ]
    people = turnout.funnel(meeting)
    assert (people.coming, people.to_reconfirm, people.offered) == (2, 3, 1)
    assert column(found["Deltagare"], "Läge") == [
        "Anmäld",
        "Var på plats",
        *["Behöver bekräfta ny dag"] * 3,
        "Erbjuden plats",
    ]
    assert column(found["Har inte svarat"], "Har plats") == [6]
    counts = packs.of_meeting(meeting)[0].counts
    assert (counts["participants"], counts["to_reconfirm"], counts["offered"]) == (2, 3, 1)


def test_the_cover_says_nothing_of_seats_that_nobody_is_to_confirm(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_registered(meeting, "Tyst kommun", "Ada")
    assert not {"Behöver bekräfta ny dag", "Erbjuden plats"} & {
        row[0] for row in sheets(build(meeting, clock))["Läs mig"]
    }


def test_every_list_is_ready_to_print(session: scoped_session[Session], clock: Clock) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun", Written(items=({**INITIATIVE, "tema": ["energi"]},)))
    make_registered(meeting, "Tyst kommun", "Bo")
    content = build(meeting, clock)
    for name in ("Initiativ", "Deltagare", "Har inte svarat", "Kodbok", "2. Energi & klimat"):
        page = sheet(content, name)
        portrait = name.startswith("2.")
        assert page.page_setup.orientation == ("portrait" if portrait else "landscape"), name
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0), name
        assert page.print_title_rows in ("1:1", "$1:$1"), name
        assert page.freeze_panes, name
        assert portrait or page.auto_filter.ref == page.dimensions, name
        assert "&P" in (page.oddFooter.right.text or ""), name
        assert all(10 <= page.column_dimensions[letter].width <= 100 for letter in "AB"), name
    assert sheet(content, "2. Energi & klimat").oddHeader.left.text == "2. Energi && klimat?"
    # Too wide for one page in letters of 8 points: several beside each other, each with the names.
    wide = sheet(content, "Alla svar")
    assert (wide.page_setup.scale, wide.print_title_cols) == (73, "$A:$A")
    assert sheet(content, "Initiativ").print_area == "'Initiativ'!$A$1:$H$2"


def test_a_text_goes_on_in_the_next_row_where_one_has_no_room_for_it(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    text = "\n".join(f"- Punkt {number} av vår långa lista" for number in range(1, 61))
    make_submitted(
        meeting,
        "Arvika kommun",
        Written(
            items=({**INITIATIVE, "mal": text},),
            root={"forberett": text},
            themes={"arbete": {"skapa": text}},
        ),
    )
    content = build(meeting, clock)
    for name, who, what in (
        ("Svar per tema", "Svar från", "Svar"),
        ("Alla svar", "Svar från", "Svar"),
        ("F1. Vilka har förberett svaret", "Svar från", "Vilka har förberett svaret?"),
        ("Svar per organisation", "Svar från", "Vilka har förberett svaret?"),
    ):
        rows = sheets(content)[name]
        assert set(column(rows, who)) == {"Arvika kommun"}, name
        parts = [part for part in column(rows, what) if "Punkt" in part]
        assert "\n".join(parts).count(text) >= 1, name
        heights = sheet(content, name).row_dimensions
        assert all(1 < (heights[number].height or 15) < 409 for number in range(2, 5)), name
    numbers = column(sheets(content)["Svar per tema"], "Del")
    assert numbers == [1, 2, 3, 4]
    # On a card the label stands once.
    card = sheets(content)["1. Fler i arbete"]
    rows = [row for row in card if "Punkt" in row[1]]
    assert [row[0] for row in rows] == ["Vilket mål arbetar ni mot?", "", "", ""]
    assert "\n".join(row[1] for row in rows) == text


def test_a_row_is_as_high_as_its_text_when_words_stay_whole(tmp_path: Path) -> None:
    words = BookWords("Långa texter", "", ("", "", "", "", ""), "Sida", "av")
    book = StyledWorkbook("Underlag", "Region Exempel", "sv", words)
    printed = book.sheet(Layout("Tema", (Column("Hinder", 18.8, wrap=True),)))
    for text in (
        "Kort.",
        "Ungdomsledare från samma bostadsområde.",
        "Energieffektiviseringsansökningar",
    ):
        printed.append([text])
    book.save(str(tmp_path / "a.xlsx"))
    rows = openpyxl.load_workbook(tmp_path / "a.xlsx")["Tema"].row_dimensions
    assert [rows[number].height for number in (2, 3, 4)] == [None, 3 * LINE + 2, 2 * LINE + 2]


def test_what_stands_in_one_row_begins_at_the_same_height(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(
        meeting,
        "Arvika kommun",
        Written(
            items=({**INITIATIVE, "mal": "En rad till.\n" * 5},),
            themes={"arbete": {"skapa": "Ett råd.\n" * 5}},
        ),
    )
    content = build(meeting, clock)
    for name in ("Initiativ", "Alla svar", "Svar per tema"):
        cells = [
            cell
            for row in sheet(content, name).iter_rows(min_row=2)
            for cell in row
            if cell.value is not None
        ]
        assert {cell.alignment.vertical for cell in cells} == {"top"}, name


def test_the_overview_breaks_no_word_of_its_headings(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun")
    db.session.query(Category).order_by(
        Category.position
    ).first().sv = "Arbetsmarknadsorganisationer"
    page = sheet(build(meeting, clock), "Översikt")
    headings = [
        cell for row in page.iter_rows(min_col=2) for cell in row if isinstance(cell.value, str)
    ]
    assert "Arbetsmarknadsorganisationer" in [cell.value for cell in headings]
    for cell in headings:
        assert page.column_dimensions[cell.column_letter].width > max(
            map(len, cell.value.split())
        ), cell.value


def test_a_long_theme_has_its_short_name_in_columns_and_is_whole_on_its_sheet(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    whole = "Hur skapar vi förutsättningar för att fler ska komma i arbete?"
    for theme, short in zip(meeting.year.themes, ("Jobb", "Energi"), strict=True):
        theme.sv, theme.short_sv = f"{whole} {short}", short
    make_submitted(meeting, "Arvika kommun", Written(themes={"arbete": {"skapa": "Ett råd."}}))
    content = build(meeting, clock)
    found = sheets(content)
    assert found["1. Jobb"][0][1] == f"{whole} Jobb"
    assert sheet(content, "1. Jobb").oddHeader.left.text == f"1. {whole} Jobb"
    assert column(found["Svar per tema"], "Tema") == ["Jobb"]
    assert column(found["Initiativ"], "Tema") == ["Jobb"]
    assert [row[0] for row in found["Översikt"][2:4]] == ["Jobb", "Energi"]


def test_a_theme_nobody_wrote_about_is_a_gap_and_has_no_sheet(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun")
    found = sheets(build(meeting, clock))
    assert not [name for name in found if name.startswith("2. ")]
    assert found["Översikt"][3][:2] == ["Energi & klimat?", "Lucka"]


def test_the_pack_comes_in_english_too(session: scoped_session[Session], clock: Clock) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun")
    found = sheets(build(meeting, clock, "en"))
    assert {
        "Read me",
        "Overview",
        "Initiatives",
        "All answers",
        "Code book",
        "Notes 1",
    } <= set(found)
    assert found["Initiatives"][0][:2] == ["From", "Initiative"]


def test_the_cover_agrees_with_the_counts_and_the_trail_names_the_file(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun", Written(items=(INITIATIVE, INITIATIVE)))
    make_registered(meeting, "Tyst kommun", "Bo")
    content = build(meeting, clock)
    cover = cover_of(content)
    assert cover["Organisationer som har svarat"] == (1, "av 2")
    assert (cover["Kommer"][0], cover["Framtaget av"][0]) == (1, "Vera Exempel")
    assert openpyxl.load_workbook(io.BytesIO(content)).properties.creator == "Region Värmland"
    built = db.session.query(Audit).filter_by(verb="pack_built").one()
    assert len(built.details["sha256"]) == 64
    assert built.actor_kind == audit.SYSTEM.kind


def test_an_expired_file_cannot_be_downloaded(session: scoped_session[Session], clock: Any) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun")
    build(meeting, clock)
    pack = packs.of_meeting(meeting)[0]
    clock.advance(dt.timedelta(days=31))
    with pytest.raises(Missing):
        packs.require_file(pack, clock.now())

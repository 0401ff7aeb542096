"""The lists of a pack, column by column: what other programs count on, and what people tick off."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session, scoped_session

from annualwheel.clock import Clock
from annualwheel.db import db
from annualwheel.models import Organisation
from annualwheel.questionnaires.values import Values
from tests.journeys.workshop.test_pack import build, column, sheet, sheets
from tests.makers.submitted import (
    INITIATIVE,
    Written,
    make_registered,
    make_submitted,
    make_work_meeting,
)

pytestmark = pytest.mark.usefixtures("session")
ADDRESS = "https://www.exempel.se/navet?a=1&b=2"


def cells(page: Worksheet, heading: str) -> list[Cell]:
    """One column of a sheet by its heading, cell by cell."""
    (number,) = (cell.column for cell in page[1] if cell.value == heading)
    return [row[number - 1] for row in page.iter_rows(min_row=2)]


def test_years_are_numbers_and_a_link_leads_where_it_says(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    items = (
        {**INITIATIVE, "period": "2021–2024", "lank": ADDRESS},
        {**INITIATIVE, "period": "2024–", "lank": "www.exempel.se"},
        INITIATIVE,
    )
    make_submitted(meeting, "Arvika kommun", Written(items=items))
    content = build(meeting, clock)
    listed = sheet(content, "Initiativ")
    for heading, years in (("Start", [2021, 2024, None]), ("Slut", [2024, None, None])):
        found = cells(listed, heading)
        assert [cell.value for cell in found] == years
        assert {cell.data_type for cell in found} == {"n"}
    links = cells(listed, "Länk till mer information")
    assert [cell.hyperlink and cell.hyperlink.target for cell in links] == [
        ADDRESS,
        "https://www.exempel.se",
        None,
    ]
    assert [cell.value for cell in links] == [ADDRESS, "https://www.exempel.se", None]
    # On the card, too.
    (card,) = (
        row[1] for row in sheet(content, "1. Fler i arbete").iter_rows() if row[1].value == ADDRESS
    )
    assert card.hyperlink.target == ADDRESS


def test_each_chosen_option_has_a_row_with_the_keys_of_the_code_book(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    item = {**INITIATIVE, "tema": ["arbete", "energi"], "insatsomrade": ["platser"]}
    written = Written(items=(item,), root={"forberett": "Strateger", "forankrat": ["chefer"]})
    submission = make_submitted(meeting, "Arvika kommun", written)
    found = sheets(build(meeting, clock))
    rows = found["Alla svar"]
    headings = ("Frågans nyckel", "Valets nyckel", "Fråga", "Svar", "Gäller")
    said = list(zip(*(column(rows, heading) for heading in headings), strict=True))
    theme = "Vilken av årets utmaningar hör det till?"
    area = "Vilket insatsområde i Värmlandsstrategin stöder det?"
    behind = "Vilka har ställt sig bakom svaret?"
    title = "Föreningskompis"
    assert [
        row for row in said if row[0] in ("forberett", "forankrat", "tema", "insatsomrade")
    ] == [
        ("forberett", "", "Vilka har förberett svaret?", "Strateger", ""),
        ("forankrat", "chefer", behind, "Berörda chefer", ""),
        ("tema", "arbete", theme, "Fler i arbete?", title),
        ("tema", "energi", theme, "Energi & klimat?", title),
        ("insatsomrade", "platser", area, "Utveckla attraktiva platser", title),
    ]
    code = db.session.query(Organisation).filter_by(name="Arvika kommun").one().code
    assert code and set(column(rows, "Organisationens id")) == {code}
    assert set(column(rows, "Svarets id")) == {submission.public_id}
    # One initiative, called the same on its own list.
    named = set(column(rows, "Id")) - {""}
    assert named == set(column(found["Initiativ"], "Id"))
    # The code book tells what each of the keys means.
    told = {
        (row["Frågans nyckel"], row["Valets nyckel"]): (row["Fråga"], row["Val"])
        for row in as_dicts(found["Kodbok"])
    }
    for key, option, question, answer, _item in said:
        assert told[key, option] == (question, answer if option else "")


def as_dicts(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """The rows of a sheet by the headings of its columns."""
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_the_code_book_has_every_option_that_could_be_chosen_and_the_kind_of_each_question(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun")
    rows = sheets(build(meeting, clock))["Kodbok"]
    assert rows[0] == ["Formulär", "Frågans nyckel", "Fråga", "Sort", "Valets nyckel", "Val"]
    of = "Förberedelse inför arbetsmötet"
    assert [row[3:] for row in rows if row[:2] == [of, "status"]] == [
        ["Ett val", "planeras", "Planeras"],
        ["Ett val", "pagar", "Pågår"],
        ["Ett val", "avslutat", "Avslutat"],
    ]
    assert [row[3:] for row in rows if row[1] == "tema"] == [
        ["Flera val", "arbete", "Fler i arbete?"],
        ["Flera val", "energi", "Energi & klimat?"],
        ["Flera val", "inget_av_dem", "Inget av dem"],
    ]
    kinds = {row[1]: row[3:] for row in rows if row[1] in ("forberett", "mal", "period", "lank")}
    assert kinds == {
        "forberett": ["Kort text", "", ""],
        "mal": ["Text", "", ""],
        "period": ["Årtal", "", ""],
        "lank": ["Länk", "", ""],
    }
    assert [row[2:] for row in rows if row[1] == "aktorer"] == [
        ["Vilka samarbetar ni med?", "Flera val", "", "Organisationerna i Årshjulet"]
    ]


def test_participants_are_ticked_off_on_empty_lines_and_what_all_share_is_left_out(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    for name in ("Arvika kommun", "Bergs kommun"):
        make_submitted(meeting, name)
    make_registered(meeting, "Arvika kommun", "Bo")
    other = make_registered(meeting, "Bergs kommun", "Erik")
    other.title = "chef"
    last = ["Bord", "Här"]
    names = ["Efternamn", "Förnamn", "Titel eller uppdrag", "Organisation"]
    content = build(meeting, clock)
    assert sheets(content)["Deltagare"] == [
        [*names, *last],
        ["Exempelgren", "Bo", "strateg", "Arvika kommun", "", ""],
        ["Exempelgren", "Erik", "chef", "Bergs kommun", "", ""],
    ]
    listed = sheet(content, "Deltagare")
    for heading in last:
        assert {cell.border.bottom.style for cell in cells(listed, heading)} == {"hair"}
    # Each is a column as soon as it tells two apart.
    other.mode, other.state = "online", "to_reconfirm"
    make_submitted(meeting, "Compare", category="kluster")
    make_registered(meeting, "Compare", "Dag")
    rows = sheets(build(meeting, clock))["Deltagare"]
    assert rows[0] == [*names, "Typ av organisation", "Deltar", "Läge", *last]
    assert [row[4:] for row in rows[1:]] == [
        ["Kommun", "På plats", "Anmäld", "", ""],
        ["Kluster", "På plats", "Anmäld", "", ""],
        ["Kommun", "Digitalt", "Behöver bekräfta ny dag", "", ""],
    ]


def test_the_title_of_participants_is_left_out_where_nobody_has_told_it(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    for given in ("Ada", "Bo"):
        make_registered(meeting, "Arvika kommun", given).title = ""
    assert sheets(build(meeting, clock))["Deltagare"][0] == [
        "Efternamn",
        "Förnamn",
        "Organisation",
        "Bord",
        "Här",
    ]


def test_an_initiative_has_a_row_for_each_partner_chosen_or_typed(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    both = {**INITIATIVE, "aktorer": ["AFK", "RFS"], "aktorer_other": "- Röda Korset, Kil"}
    make_submitted(
        meeting, "Arvika kommun", Written(items=(both, {**INITIATIVE, "titel": "Ensam"}))
    )
    make_submitted(
        meeting,
        "Compare",
        Written(items=({**INITIATIVE, "titel": "Navet", "aktorer": ["AFK"]},)),
        category="kluster",
    )
    found = sheets(build(meeting, clock))
    rows = found["Samarbeten"]
    assert rows[0] == [
        "Svar från",
        "Typ av organisation",
        "Initiativ",
        "Tema",
        "Vilka samarbetar ni med?",
        "Id",
    ]
    assert [[*row[:3], row[4]] for row in rows[1:]] == [
        ["Arvika kommun", "Kommun", "Föreningskompis", "AFK"],
        ["Arvika kommun", "Kommun", "Föreningskompis", "RFS"],
        ["Arvika kommun", "Kommun", "Föreningskompis", "- Röda Korset, Kil"],
        ["Compare", "Kluster", "Navet", "AFK"],
    ]
    first, _alone, last = column(found["Initiativ"], "Id")
    assert column(rows, "Id") == [first, first, first, last]


def test_the_answers_by_theme_come_by_theme_then_question_then_organisation(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    for name in ("Ängprov", "Arvika kommun", "Årprov"):
        themes: dict[str, Values] = {
            "energi": {"bryta": f"Nej, {name}", "perspektiv": ["klimat_och_miljo"]},
            "arbete": {"glapp": f"Glapp, {name}", "skapa": f"Ja, {name}"},
        }
        make_submitted(meeting, name, Written(themes=themes))
    rows = sheets(build(meeting, clock))["Svar per tema"]
    names = ["Arvika kommun", "Årprov", "Ängprov"]
    asked = (
        ("Fler i arbete?", "Vilka strukturer behöver vi skapa?", "Ja, {}"),
        ("Fler i arbete?", "Vad saknas i Värmland för att vi ska lyckas?", "Glapp, {}"),
        ("Energi & klimat?", "Vilka strukturer behöver vi bryta?", "Nej, {}"),
        ("Energi & klimat?", "Vilka perspektiv behöver vi tänka mer på?", "Klimat och miljö"),
    )
    assert rows == [
        ["Tema", "Fråga", "Svar från", "Typ av organisation", "Svar", "Del"],
        *(
            [theme, question, name, "Kommun", said.format(name), 1]
            for theme, question, said in asked
            for name in names
        ),
    ]

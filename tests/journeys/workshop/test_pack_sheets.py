"""The sheets of a pack that are read and written on at the meeting, whichever meeting it is."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel.clock import Clock
from annualwheel.models import Meeting
from annualwheel.preparation import membership
from annualwheel.questionnaires import published, reading
from annualwheel.questionnaires.values import Values
from config import ROOT
from tests.journeys.workshop.test_pack import build, column, cover_of, sheet, sheets
from tests.journeys.workshop.test_pack_finds import matrix
from tests.makers.submitted import (
    NOW,
    Written,
    make_meeting,
    make_organisation,
    make_registered,
    make_submitted,
    make_work_meeting,
)

pytestmark = pytest.mark.usefixtures("session")
KINDS = {"arbetsmote": "work", "riktningsmote": "direction", "konferens": "conference"}


def make_asking(form: str) -> Meeting:
    """The meeting that a questionnaire is for."""
    return make_meeting(reading.read(ROOT / "forms" / f"{form}.toml"), KINDS[form])


def test_a_choice_has_how_many_and_which_part_chose_what_and_then_who(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    for name, chosen in (
        ("Arvika kommun", ["chefer", "ledning"]),
        ("Bergs kommun", []),
        ("Compare", ["chefer"]),
        ("Dals kommun", ["chefer"]),
        ("Eda kommun", ["ingen_an"]),
    ):
        make_submitted(meeting, name, Written(items=(), root={"forankrat": chosen}))
    content, name = build(meeting, clock), "F2. Vilka har ställt sig bakom"
    # Who has left it empty is in no part of it.
    assert sheets(content)[name] == [
        ["Vilka har ställt sig bakom svaret?", "", ""],
        ["Antal", "Val", "Andel"],
        [0, "Förtroendevalda eller styrelse", 0],
        [1, "Högsta ledningen", 0.25],
        [3, "Berörda chefer", 0.75],
        [0, "Medarbetare", 0],
        [0, "Medlemmar eller målgrupp", 0],
        [1, "Ingen än", 0.25],
        ["", "", ""],
        [4, "har svarat på frågan", ""],
        ["", "", ""],
        ["Svar från", "Har valt", ""],
        ["Arvika kommun", "Högsta ledningen; Berörda chefer", ""],
        ["Compare", "Berörda chefer", ""],
        ["Dals kommun", "Berörda chefer", ""],
        ["Eda kommun", "Ingen än", ""],
    ]
    counted = sheet(content, name)[5]
    assert (counted[0].data_type, counted[2].number_format) == ("n", "0 %")


def test_each_theme_has_a_page_with_its_questions_and_lines_to_write_on(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun", Written(themes={"arbete": {"skapa": "Ett råd."}}))
    content = build(meeting, clock)
    for name, theme in (("Dokumentation 1", "Fler i arbete?"), ("Dokumentation 2", None)):
        page = sheet(content, name)
        rows = list(page.iter_rows(max_col=3))
        said = [[cell.value for cell in row if cell.value] for row in rows]
        assert [texts for texts in said if texts] == [
            [theme or "Energi & klimat?"],
            ["Sekreterare:", "Bord:"],
            ["Vilka strukturer behöver vi skapa?"],
            ["Vilka strukturer behöver vi bryta?"],
            ["Vilka strukturer ska vi behålla?"],
            ["Vad saknas i Värmland för att vi ska lyckas?"],
            ["Vilka hinder ser ni?"],
            ["Vilka möjligheter ser ni?"],
        ], name
        ruled = [{cell.border.bottom.style for cell in row} == {"hair"} for row in rows]
        asked = [number for number, texts in enumerate(said) if texts and texts[0][-1] == "?"][1:]
        for number in asked:
            assert ruled[number + 1 : number + 5] == [True] * 4, name
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 1), name


def test_the_cover_counts_in_numbers_and_leads_to_every_sheet_and_says_how_to_read(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun", Written(themes={"energi": {"skapa": "å" * 40_000}}))
    make_registered(meeting, "Tyst kommun", "Bo")
    book = openpyxl.load_workbook(io.BytesIO(build(meeting, clock)))
    cover, *others = book.worksheets
    rows = {row[0].value: row for row in cover.iter_rows()}
    for label, number in (("Organisationer som har svarat", 1), ("Initiativ", 1), ("Kommer", 1)):
        # A list of the same name follows, so the first that is counted is meant.
        cell = next(row[1] for row in cover.iter_rows() if row[0].value == label)
        assert (cell.value, cell.data_type) == (number, "n"), label
    first = rows["Blad"][0].row + 1
    named = [cover.cell(first + place, 1) for place in range(len(others))]
    assert [cell.value for cell in named] == [each.title for each in others]
    assert "Långa texter" in book.sheetnames
    for cell in named:
        assert cell.hyperlink and cell.hyperlink.location == f"'{cell.value}'!A1"
        assert len(cover.cell(cell.row, 2).value) > 20, cell.value
    assert cover.cell(first + len(others), 1).value is None
    start = rows["Så läser du"][0].row
    assert start == first + len(others) + 1
    told = [cover.cell(start + place, 1).value for place in range(1, 5)]
    for text, words in zip(
        told, ("har filter", "plustecknet", "fortsätter", "Ett id"), strict=True
    ):
        assert words in text


def test_the_overview_tells_what_nobody_does_from_what_nobody_knows(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun")
    make_submitted(meeting, "Bergs kommun", Written(items=()))
    make_submitted(meeting, "Compare", category="kluster")
    for number in (1, 2):
        make_organisation(meeting, f"Tyst kluster {number}", "kluster")
        make_registered(meeting, f"Tyst kluster {number}", f"Bo{number}")
    content = build(meeting, clock)
    rows = sheets(content)["Översikt"]
    heading, *counts = matrix(rows, "Antal initiativ per tema och typ av organisation")
    kinds = ("Kommun", "Kluster", "Region", "Antal initiativ")
    assert {row[0]: [row[heading.index(kind)] for kind in kinds] for row in counts} == {
        # One cluster of three has answered, and no region was asked.
        "Fler i arbete?": [1, 1, "Vet inte", 2],
        "Energi & klimat?": ["Lucka", "Vet inte", "Vet inte", 0],
        "Inget av dem": [0, 0, 0, 0],
    }
    said = [row[0] for row in rows]
    assert "Vet inte: färre än hälften av de tillfrågade har svarat." in said
    assert matrix(rows, "Organisationer som har svarat") == [
        ["Typ av organisation", "Har svarat", "Tillfrågade"],
        ["Kommun", 2, 2],
        ["Kluster", 1, 3],
        ["Alla", 3, 5],
    ]
    drawn = {
        cell.value: cell.border.left.style
        for row in sheet(content, "Översikt").iter_rows(min_col=2)
        for cell in row
        if cell.value in ("Lucka", "Vet inte")
    }
    assert drawn == {"Lucka": "dashed", "Vet inte": "dotted"}


def test_the_pack_of_the_conference_is_of_persons_and_of_what_they_were_asked(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_asking("konferens")
    said: dict[str, Values] = {
        "Arvika kommun": {"passval": ["pass_a", "pass_c"], "lardom": "- Börja i tid\n- Ring!"},
        "Compare": {"passval": ["pass_a"], "beratta": "garna", "fraga": "=Hur gör ni?"},
    }
    for name, root in said.items():
        make_submitted(meeting, name, Written(items=(), root=root))
    silent, person = make_organisation(meeting, "Tyst kommun")
    membership.join(published.one(meeting, "konferens"), person, silent, NOW)
    content = build(meeting, clock)
    found = sheets(content)
    assert list(found) == [
        "Läs mig",
        "Översikt",
        "Dokumentation 1",
        "Dokumentation 2",
        "F1. Vilka pass vill du gå på",
        "F2. Vilken lärdom eller vilket",
        "F3. Kan du berätta på",
        "F4. Vilken fråga vill du",
        "Svar per person",
        "Alla svar",
        "Har inte svarat",
        "Kodbok",
    ]
    arvika, compare = "Alva Provsson, Arvika kommun", "Alva Provsson, Compare"
    assert cover_of(content)["Personer som har svarat"] == (2, "av 3")
    assert matrix(found["Översikt"], "Personer som har svarat")[-1] == ["Alla", 2, 3]
    # Nothing is missing on the map where no initiatives were asked about.
    assert not {"Lucka", "Vet inte"} & {cell for row in found["Översikt"] for cell in row}
    assert [row[:2] for row in found["F1. Vilka pass vill du gå på"]][2:4] == [
        [2, "Pass A: exempel på seminarium på förmiddagen"],
        [0, "Pass B: exempel på samtal på förmiddagen"],
    ]
    assert found["F4. Vilken fråga vill du"][1:] == [[compare, "=Hur gör ni?"]]
    assert [[row[0], row[3], row[5]] for row in found["Svar per person"][1:]] == [
        [arvika, "- Börja i tid\n- Ring!", ""],
        [compare, "", "=Hur gör ni?"],
    ]
    assert column(found["Har inte svarat"], "Svar väntas från") == ["Alva Provsson, Tyst kommun"]


@pytest.mark.parametrize("asked", [True, False], ids=["asked", "nobody"])
@pytest.mark.parametrize("form", list(KINDS))
def test_without_an_answer_no_sheet_is_empty_and_no_nought_is_a_gap(
    session: scoped_session[Session], clock: Clock, form: str, asked: bool
) -> None:
    meeting = make_asking(form)
    if asked:
        place, person = make_organisation(meeting, "Tyst kommun")
        make_registered(meeting, "Tyst kommun", "Bo")
        membership.join(published.one(meeting, form), person, place, NOW)
    found = sheets(build(meeting, clock))
    people = ["Deltagare", "Har inte svarat"] if asked else []
    assert list(found) == [
        "Läs mig",
        "Översikt",
        "Dokumentation 1",
        "Dokumentation 2",
        *people,
        "Kodbok",
    ]
    assert all(len(rows) > 1 for rows in found.values())
    overview = found["Översikt"]
    assert "Lucka" not in {cell for row in overview for cell in row}
    noughts = [row for row in overview if row[0] in ("Fler i arbete?", "Energi & klimat?")]
    assert len(noughts) == (0 if form == "konferens" else 4)
    for row in noughts:
        known, total = [cell for cell in row if cell != ""][1:-1], row[-1]
        assert set(known) <= {"Vet inte", 0} and "Vet inte" in known
        assert total in (0, "")

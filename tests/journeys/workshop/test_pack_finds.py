"""What the tables look for in a pack: who wants to work with whom, and what fits no theme."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel.clock import Clock
from annualwheel.cycle import reference
from annualwheel.db import db
from annualwheel.models import Category, Meeting, SubmittedAnswer
from annualwheel.questionnaires import reading
from config import ROOT
from tests.journeys.workshop.test_pack import Rows, build, column, sheet, sheets
from tests.makers.submitted import INITIATIVE, Written, make_submitted, make_work_meeting

pytestmark = pytest.mark.usefixtures("session")
NONE = "inget_av_dem"


def matrix(rows: Rows, title: str) -> Rows:
    """The rows of a count under its title, as far as they have something in them."""
    start = next(number for number, row in enumerate(rows) if row[0] == title) + 1
    empty = (number for number in range(start, len(rows)) if not any(rows[number]))
    end = next(empty, len(rows))
    return [[cell for cell in row if cell != ""] for row in rows[start:end]]


def test_who_is_looking_for_somebody_stands_on_a_sheet_with_what_for(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    about = "=1 gemensam jurist?\n- upphandling\n- avtal (!)"
    seeking = {**INITIATIVE, "titel": "Navet", "samarbete": ["dela", "fler"], "samarbete_om": about}
    items = (
        {**INITIATIVE, "titel": "Nöjda", "samarbete": ["nej"], "samarbete_om": "dold"},
        seeking,
        {**INITIATIVE, "titel": "Tysta"},
        {**INITIATIVE, "titel": "Nyfikna", "samarbete": ["lara"], "tema": [NONE]},
    )
    make_submitted(meeting, "Arvika kommun", Written(items=items))
    found = sheets(build(meeting, clock))
    rows = found["Söker samarbete"]
    assert column(rows, "Initiativ") == ["Navet", "Nyfikna"]
    assert column(rows, "Söker") == [
        "Ja, vi söker fler som vill vara med; Ja, vi delar gärna med oss",
        "Ja, vi vill lära av andra",
    ]
    assert column(rows, "Om vad") == [about, ""]
    assert column(rows, "Tema") == ["Fler i arbete?", "Inget av dem"]
    assert "dold" not in str(found)


def test_what_fits_no_theme_and_no_area_has_a_row_and_a_column_of_its_own(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting()
    items = (
        INITIATIVE,
        {**INITIATIVE, "insatsomrade": [NONE]},
        {**INITIATIVE, "titel": "Utanför", "tema": [NONE]},
        {**INITIATIVE, "titel": "Helt utanför", "tema": [NONE], "insatsomrade": [NONE]},
    )
    make_submitted(meeting, "Arvika kommun", Written(items=items))
    found = sheets(build(meeting, clock))
    heading, *rows = matrix(found["Översikt"], "Antal initiativ per tema och insatsområde")
    assert heading[0] == "Tema" and heading[-2:] == ["Inget av dem", "Antal initiativ"]
    assert [[row[0], row[1], *row[-2:]] for row in rows] == [
        ["Fler i arbete?", 1, 1, 2],
        # Nothing is missing where nothing belongs: a nought there is no gap.
        ["Energi & klimat?", "Lucka", 0, 0],
        ["Inget av dem", 1, 1, 2],
    ]
    assert "Lucka" not in rows[-1]
    cards = [row[1] for row in found["3. Inget av årets teman"]]
    assert {"Utanför", "Helt utanför"} <= set(cards)
    assert found["Initiativ"][0].count("Inget av dem") == 1


def test_in_the_rows_none_of_them_is_chosen_and_no_theme(
    session: scoped_session[Session],
) -> None:
    meeting: Meeting = make_work_meeting()
    items = ({**INITIATIVE, "tema": [NONE], "insatsomrade": [NONE]},)
    make_submitted(meeting, "Arvika kommun", Written(items=items))
    rows = db.session.query(SubmittedAnswer).filter(SubmittedAnswer.option == NONE)
    assert {(row.question, row.theme, row.area, row.text) for row in rows} == {
        ("tema", "", "", "Inget av dem"),
        ("insatsomrade", "", "", "Inget av dem"),
    }


def test_joint_efforts_are_counted_and_called_by_their_own_name(
    session: scoped_session[Session], clock: Clock
) -> None:
    meeting = make_work_meeting(reading.read(ROOT / "forms" / "riktningsmote.toml"))
    effort = {
        "kraftsamling": "Handledare – för hela länet?",
        "problem": "- tre branscher\n- samma handledare",
        "behovs_other": "Vårdförbundet",
        "utmaning": ["arbete", "energi"],
        "bidrag": "=2 halvtider",
    }
    other = {**effort, "kraftsamling": "Siffror", "utmaning": [NONE], "behovs_other": ""}
    written = Written(items=(effort, other), root={"monster": "Tid"}, group="kraftsamlingar")
    make_submitted(meeting, "Arvika kommun", written)
    found = sheets(build(meeting, clock))
    rows = found["Kraftsamlingar"]
    assert column(rows, "Kraftsamling") == ["Handledare – för hela länet?", "Siffror"]
    assert column(rows, "Tema") == ["Fler i arbete?; Energi & klimat?", "Inget av dem"]
    assert column(rows, "Vad bidrar ni med?") == ["=2 halvtider"] * 2
    heading, *counts = matrix(
        found["Översikt"], "Antal kraftsamlingar per tema och typ av organisation"
    )
    assert heading[-1] == "Antal kraftsamlingar"
    assert [(row[0], row[-1]) for row in counts] == [
        ("Fler i arbete?", 1),
        ("Energi & klimat?", 1),
        ("Inget av dem", 1),
    ]
    cards = [row[1] for row in found["2. Energi & klimat"]]
    assert {"Handledare – för hela länet?", "- tre branscher\n- samma handledare"} <= set(cards)
    assert column(found["Samarbeten"], "Vilka behöver vara med?") == ["Vårdförbundet"]
    assert "initiativ" not in str([list(found), found["Läs mig"][:12], found["Översikt"]]).lower()


@pytest.mark.parametrize("form", ["arbetsmote", "riktningsmote"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_overview_is_one_page_wide_with_every_type_of_organisation(
    session: scoped_session[Session], clock: Clock, form: str, language: str
) -> None:
    """The longest words of the headings make the columns wide."""
    reference.ensure()
    meeting = make_work_meeting(reading.read(ROOT / "forms" / f"{form}.toml"))
    for category in db.session.query(Category):
        make_submitted(meeting, f"Exempel {category.key}", Written(items=()), category=category.key)
    name = "Översikt" if language == "sv" else "Overview"
    overview = sheet(build(meeting, clock, language), name)
    assert overview.sheet_properties.pageSetUpPr.fitToPage
    assert overview.page_setup.fitToWidth == 1

"""A pack while it is built: how far it has come, and what its cells look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from annualwheel.contacts import organisations
from annualwheel.models import Meeting
from annualwheel.workshop.pack import writer
from annualwheel.workshop.pack.facts import CoverFacts
from annualwheel.workshop.pack.writer import PackWriter
from tests.makers.submitted import INITIATIVE, NOW, Written, make_submitted, make_work_meeting

COVER = CoverFacts("Vera Exempel", NOW, "Region Exempel", "sv")
pytestmark = pytest.mark.usefixtures("session")


def make_answers(count: int) -> Meeting:
    meeting = make_work_meeting()
    for number in range(count):
        make_submitted(meeting, f"Förening {number}", Written(items=()))
    return meeting


def reported(meeting: Meeting, folder: Path) -> list[int]:
    """What is told while the pack is built."""
    told: list[int] = []
    PackWriter(meeting, COVER).write(str(folder / "pack.xlsx"), told.append)
    return told


def test_every_so_many_answers_the_number_that_is_done_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "REPORT_EVERY", 2)
    assert reported(make_answers(5), tmp_path) == [2, 4]


def test_few_answers_are_done_before_there_is_anything_to_tell(tmp_path: Path) -> None:
    assert reported(make_answers(2), tmp_path) == []


def built(meeting: Meeting, folder: Path) -> Any:
    """The workbook as openpyxl reads it."""
    path = folder / "pack.xlsx"
    PackWriter(meeting, COVER).write(str(path), lambda _done: None)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize(("sheet", "heading"), [("Alla svar", "Svar"), ("Svar per tema", "Svar")])
def test_long_answers_are_wrapped_within_their_column(
    tmp_path: Path, sheet: str, heading: str
) -> None:
    meeting = make_work_meeting()
    text = "Ord " * 90 + "slut"
    make_submitted(meeting, "Arvika kommun", Written(themes={"arbete": {"skapa": text}}))
    headings, *rows = built(meeting, tmp_path)[sheet].iter_rows()
    (row,) = (row for row in rows if text in [cell.value for cell in row])
    wrapped = [cell.column for cell in row if cell.alignment.wrap_text]
    assert heading in [headings[column - 1].value for column in wrapped]


def test_a_card_says_whose_it_is_and_of_what_kind_and_status(tmp_path: Path) -> None:
    meeting = make_work_meeting()
    more = {"aktorer": ["AFK", "RFS"], "aktorer_other": "Röda Korset", "period": "2024–2026"}
    make_submitted(meeting, "Arvika kommun", Written(items=({**INITIATIVE, **more},)))
    rows = built(meeting, tmp_path)["1. Fler i arbete"].iter_rows(min_row=2)
    card = [[cell.value or "" for cell in row] for row in rows]
    assert card == [
        ["Arvika kommun", "Föreningskompis"],
        ["", "Nätverk · Pågår"],
        ["Vilket insatsområde i Värmlandsstrategin stöder det?", "Förbättra livsvillkoren"],
        ["Vilket mål arbetar ni mot?", "Tre idrotter för alla"],
        ["Vilka samarbetar ni med?", "AFK; RFS"],
        ["Andra ni samarbetar med", "Röda Korset"],
        ["När startade det, när slutar det?", "2024–2026"],
    ]


@pytest.mark.parametrize("category", ["kommun", ""])
def test_who_has_no_kind_has_a_column_when_there_are_any(tmp_path: Path, category: str) -> None:
    meeting = make_work_meeting()
    submission = make_submitted(meeting, "Arvika kommun")
    if not category:
        organisations.set_category(submission.organisation, meeting.year, None)
    headings = [cell.value for row in built(meeting, tmp_path)["Översikt"] for cell in row]
    assert ("Typ saknas" in headings) is (category == "")


def test_where_nobody_does_anything_the_overview_shows_a_gap(tmp_path: Path) -> None:
    meeting = make_work_meeting()
    make_submitted(meeting, "Arvika kommun", Written(items=(INITIATIVE, INITIATIVE)))
    overview = built(meeting, tmp_path)["Översikt"]
    work, energy = overview[3], overview[4]
    assert [cell.value for cell in work[:3]] == ["Fler i arbete?", 2, "Lucka"]
    assert [cell.border.left.style for cell in work[1:3]] == ["thin", "dashed"]
    assert {cell.border.left.style for cell in energy[1:5]} == {"dashed"}

"""The pack, opened by LibreOffice: every sheet as text, and as pages to print."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel.clock import Clock
from tests.journeys.workshop.test_pack import build
from tests.makers.submitted import INITIATIVE, Written, make_submitted, make_work_meeting

EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
TYPED = ("=2030", "+46 70 123", "- punkt", "@namn", "_x000D_", "å 😀")


def convert(folder: Path, to: str) -> None:
    """Has LibreOffice write `pack.xlsx` in another form, with a home of its own."""
    subprocess.run(
        [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{folder}/office",
            "--convert-to",
            to,
            "pack.xlsx",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
    )


@pytest.fixture
def folder(session: scoped_session[Session], clock: Clock, tmp_path: Path) -> Path:
    """A folder with a pack in it."""
    meeting = make_work_meeting()
    for number, text in enumerate(TYPED):
        make_submitted(
            meeting,
            f"Organisation {number}",
            Written(items=({**INITIATIVE, "titel": text},), themes={"arbete": {"skapa": text}}),
        )
    (tmp_path / "pack.xlsx").write_bytes(build(meeting, clock))
    return tmp_path


def test_libreoffice_reads_what_people_typed(folder: Path) -> None:
    convert(folder, EVERY_SHEET)
    rows = list(csv.reader((folder / "pack-Initiativ.csv").read_text("utf-8").splitlines()))
    column = rows[0].index("Vad heter initiativet?")
    assert [row[column] for row in rows[1:]] == list(TYPED)


def test_libreoffice_prints_it_on_landscape_pages_with_the_heading_on_each(folder: Path) -> None:
    convert(folder, "pdf")
    shown = subprocess.run(
        ["pdftotext", "-layout", "pack.pdf", "-"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    size = subprocess.run(
        ["pdfinfo", "pack.pdf"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    assert "Sida 1 av" in shown
    assert "841.89 x 595" in size or "841.92 x 595" in size

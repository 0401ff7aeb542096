"""The pack, opened by LibreOffice: every sheet as text, and as pages to print."""

from __future__ import annotations

import csv
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel.clock import Clock
from annualwheel.demo import prose
from annualwheel.questionnaires import reading
from annualwheel.questionnaires.values import Values
from config import ROOT
from tests.journeys.workshop.test_pack import build
from tests.makers.submitted import (
    INITIATIVE,
    Written,
    make_meeting,
    make_registered,
    make_submitted,
    make_work_meeting,
)

EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
# The file is the same whatever the answers were read from.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
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


@dataclass
class Printed:
    """The pages of `pack.pdf`; `ends` are the last words of all answers, `page` the word before
    the number of a page.
    """

    folder: Path
    ends: list[str]
    page: str = "Sida"

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page."""
        return self._read("pdftotext", "-layout", "pack.pdf", "-").split("\f")[:-1]

    def pages_of(self, tab: str) -> list[str]:
        """The pages of a sheet: its tab stands in the footer."""
        foot = rf"^ *{re.escape(tab)} +{self.page}"
        return [page for page in self.pages if re.search(foot, page, re.M)]

    def text_of(self, tab: str) -> str:
        """The text of a sheet's pages, with its spaces and line breaks left out."""
        return re.sub(r"\s+", "", "".join(self.pages_of(tab)))

    def text(self) -> str:
        """All text."""
        return "".join(self.pages)

    def sizes(self) -> set[float]:
        """The sizes of all letters, in points."""
        # Three times as large, since they are told as whole numbers, one less than they are.
        told = self._read("pdftohtml", "-xml", "-stdout", "-i", "-zoom", "3", "pack.pdf")
        sizes = re.findall(r'<fontspec [^>]*size="(\d+)"', told)
        return {(int(size) + 1) / 3 for size in sizes}

    def _read(self, *command: str) -> str:
        return subprocess.run(
            command, cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout


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
    column = rows[0].index("Initiativ")
    assert [row[column] for row in rows[1:]] == list(TYPED)


def test_libreoffice_prints_lists_on_landscape_pages_with_their_number_on_each(
    folder: Path,
) -> None:
    convert(folder, "pdf")
    printed = Printed(folder, [])
    shown = printed.text()
    number = str(printed.pages.index(printed.pages_of("Alla svar")[0]) + 1)
    size = subprocess.run(
        ["pdfinfo", "-f", number, "-l", number, "pack.pdf"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "Sida 1 av" in shown
    assert "841.89 x 595" in size or "841.92 x 595" in size


LONG = (
    "Vi började med fem familjer och är nu uppe i trettio. Det som har varit svårt är att "
    "sekretessen tolkas olika i varje förvaltning, och att ingen av oss har tid avsatt. "
)


LIST = "\n".join(f"- punkt {line} i en lång lista" for line in range(1, 31))


def answer_of(words: str, number: int) -> str:
    """An answer of 400 letters that ends in words of its own."""
    end = f" Sist: {words}{number}slut."
    return (LONG * 4)[: 400 - len(end)] + end


class Ends(list[str]):
    """The last words of all answers, as they are made."""

    def told(self, text: str) -> str:
        """The text with words of its own last, so that its end can be looked for."""
        self.append(f"ände{len(self):03}x")
        return f"{text} {self[-1]}"


@pytest.fixture
def printed(session: scoped_session[Session], clock: Clock, tmp_path: Path) -> Printed:
    """A pack of answers as people write them, as pages."""
    meeting = make_work_meeting()
    ends = Ends()
    told, keys = ends.told, ("mal", "svart", "framgang", "effekt")
    for number in range(6):
        dice = prose.dice_of("printed", number)
        structures = {"skapa": told(prose.told("Först.", dice, 980)), "hinder": told(LIST)}
        items = tuple(
            {
                **INITIATIVE,
                "titel": f"Initiativ {number}.{place} med ett namn som går över mer än en rad",
                **{key: told(prose.told(f"{key} {number}.", dice, 980)) for key in keys},
            }
            for place in range(2)
        )
        make_submitted(
            meeting,
            f"Organisation {number}",
            Written(
                items=items,
                root={"forberett": told("Strateger och chefer")},
                themes={"arbete": structures},
            ),
        )
    (tmp_path / "pack.xlsx").write_bytes(build(meeting, clock))
    convert(tmp_path, "pdf")
    return Printed(tmp_path, ends)


def test_every_answer_is_printed_to_its_last_words(printed: Printed) -> None:
    text = printed.text()
    assert [end for end in printed.ends if end not in text] == []
    # Each on the cards or the sheet that is made for paper, and not only among all answers.
    cards = printed.text_of("1. Fler i arbete") + printed.text_of("Svar per tema")
    cards += printed.text_of("F1. Vilka har förberett svaret")
    assert [end for end in printed.ends if end not in cards] == []


def test_nothing_is_printed_in_letters_under_eight_points(printed: Printed) -> None:
    assert min(printed.sizes()) >= 8.0


def test_an_english_pack_of_the_direction_meeting_is_printed_as_well(
    session: scoped_session[Session], clock: Clock, tmp_path: Path
) -> None:
    meeting = make_meeting(reading.read(ROOT / "forms" / "riktningsmote.toml"), "direction")
    ends = Ends()
    for number in range(4):
        dice = prose.dice_of("direction", number)
        long = [ends.told(prose.told("Först.", dice, 560)) for _ in range(4)]
        efforts: tuple[Values, ...] = tuple(
            {
                "kraftsamling": ends.told(f"Kraftsamling {number}.{place}"),
                "problem": problem,
                "behovs": ["AFK", "RFS"],
                "behovs_other": ends.told("Vårdförbundet och Naturskyddsföreningen"),
                "utmaning": ["arbete", "energi"] if place else ["inget_av_dem"],
                "bidrag": gift,
            }
            for place, (problem, gift) in enumerate((long[:2], long[2:]))
        )
        root = {
            "monster": ends.told(prose.told("Mönster.", dice, 1480)),
            "stammer_inte": ends.told(f"{LIST}\n{LIST[:600]}"),
            "lara_mer": ends.told(prose.told("Mer.", dice, 1480)),
        }
        written = Written(items=efforts, root=root, group="kraftsamlingar")
        make_submitted(meeting, f"Organisation {number}", written)
    make_registered(meeting, "Tyst kommun", "Bo").title = ends.told("strateg")
    make_registered(meeting, ends.told("Ännu tystare kommun"), "Cajsa")
    (tmp_path / "pack.xlsx").write_bytes(build(meeting, clock, "en"))
    convert(tmp_path, "pdf")
    printed = Printed(tmp_path, ends, "Page")
    assert min(printed.sizes()) >= 8.0
    text = printed.text()
    assert [end for end in ends if end not in text] == []
    made_for_paper = (
        "1. Fler i arbete in English",
        "2. Energi & klimat in",
        "3. None of this year's themes",
        "Collaborations",
        "Participants",
        "Not answered",
        "Q1. What patterns do you see",
        "Q2. What does not match your",
        "Q3. What would we need to",
    )
    for tab in made_for_paper:
        assert printed.pages_of(tab), tab
    on_paper = "".join(printed.text_of(tab) for tab in made_for_paper)
    assert [end for end in ends if end not in on_paper] == []


def test_three_initiatives_with_long_answers_take_two_pages(
    session: scoped_session[Session], clock: Clock, tmp_path: Path
) -> None:
    meeting = make_work_meeting()
    keys = ("mal", "svart", "framgang", "effekt")
    items = tuple(
        {**INITIATIVE, "period": "2024–", **{key: answer_of(key, number) for key in keys}}
        for number in range(9)
    )
    make_submitted(meeting, "Arvika kommun", Written(items=items))
    (tmp_path / "pack.xlsx").write_bytes(build(meeting, clock))
    convert(tmp_path, "pdf")
    assert len(Printed(tmp_path, []).pages_of("1. Fler i arbete")) <= 6

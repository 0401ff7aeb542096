"""Whoever waits for a pack sees how far it has come."""

from __future__ import annotations

from pathlib import Path

import pytest

from annualwheel.models import Meeting
from annualwheel.workshop import pack
from tests.makers.submitted import NOW, Written, make_submitted, make_work_meeting

COVER = pack.Cover("Vera Exempel", NOW, "sv")
pytestmark = pytest.mark.usefixtures("session")


def make_answers(count: int) -> Meeting:
    meeting = make_work_meeting()
    for number in range(count):
        make_submitted(meeting, f"Förening {number}", Written(items=()))
    return meeting


def reported(meeting: Meeting, folder: Path) -> list[int]:
    """What is told while the pack is built."""
    told: list[int] = []
    pack.build(meeting, COVER, str(folder / "pack.xlsx"), told.append)
    return told


def test_every_so_many_answers_the_number_that_is_done_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "REPORT_EVERY", 2)
    assert reported(make_answers(5), tmp_path) == [2, 4]


def test_few_answers_are_done_before_there_is_anything_to_tell(tmp_path: Path) -> None:
    assert reported(make_answers(2), tmp_path) == []

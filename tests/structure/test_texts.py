"""What must not be written in any file of the project."""

from __future__ import annotations

import re
from pathlib import Path

from tests.structure.sources import check_none, name_of, text, texts

MACHINES = re.compile(r"/(?:root|work|home/\w+|Users/\w+)/|C:\\\\?Users|/tmp/[a-z]")
LATER = re.compile(
    "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3 + r"\b", "NotImplemented" + "Error"))
)
ADDRESS = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})\b")
EXAMPLES = re.compile(r"(?:^|\.)(?:example|example\.(?:org|com|net|se)|invalid|localhost|test)$")


def test_nothing_speaks_of_a_machine_it_was_written_on() -> None:
    check_none(
        f"{name_of(path)}: {found.group()}"
        for path in texts()
        if path != Path(__file__)
        for found in MACHINES.finditer(text(path))
    )


def test_nothing_is_left_for_later() -> None:
    check_none(
        f"{name_of(path)}: {found.group()}"
        for path in texts()
        if path.name != "LICENSE" and path != Path(__file__)
        for found in LATER.finditer(text(path))
    )


def test_sample_people_live_at_example_addresses() -> None:
    check_none(
        f"{name_of(path)}: {found.group()}"
        for path in texts()
        if path.suffix not in ("", ".css") and path.name != "requirements.txt"
        for found in ADDRESS.finditer(text(path))
        if not EXAMPLES.search(found.group(1).lower())
    )

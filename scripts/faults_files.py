"""Reads every workbook and list in a folder as uploads are read: `make faults FILES=DIR`.

Lists what each file gave: how many sheets and rows, or why it was refused, in what time and memory.
A workbook is also read by a second reader, and the cells that differ are counted. It fails when a
file takes more than 5 s of work or 100 MiB more than an empty one, or is not ended in time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annualwheel.errors import Unreadable
from annualwheel.uploads import bounded
from annualwheel.uploads.cells import FILE_LIMIT

ENDINGS = {".xlsx", ".xlsm", ".xltx", ".xltm", ".csv", ".tsv"}
SECONDS, KIBIBYTES = 5.0, 100 * 1024
READER, SECOND = "scripts.faults_reader", "scripts.faults_second"
SHOWN = 40
Cells = dict[tuple[int, int], str]


@dataclass
class Outcome:
    """What reading a file came to.

    `waited` is by the clock, `seconds` the work of the process; `differs`: cells that the second
    reader has otherwise.
    """

    file: Path
    waited: float
    refused: str = ""
    seconds: float = 0
    peak: int = 0
    sheets: int = 0
    cells: int = 0
    differs: int = 0
    first: str = ""
    second: str = ""

    def fault(self, ground: int) -> str:
        """What is wrong with how it was read, "" when nothing is."""
        if self.seconds > SECONDS:
            return f"took {self.seconds:.1f} s of work"
        if self.waited > bounded.SECONDS + SECONDS:
            return f"was not ended in {self.waited:.1f} s"
        if self.peak - ground > KIBIBYTES:
            return f"took {(self.peak - ground) // 1024} MiB"
        return ""


def main(arguments: Sequence[str]) -> int:
    """Reads the files and says how it went; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args(arguments)
    ground = _read(b"Namn\n")[1]["peak"]
    files = sorted(
        file
        for file in asked.folder.rglob("*")
        if file.suffix.lower() in ENDINGS and file.is_file() and file.stat().st_size
    )
    # Each thread waits for a process of its own.
    outcomes = []
    with ThreadPoolExecutor(asked.jobs) as pool:
        for outcome in pool.map(_try, files):
            print(line_of(outcome, ground), flush=True)
            outcomes.append(outcome)
    print("\n".join(["", *summary(outcomes, ground)]))
    return int(any(one.fault(ground) for one in outcomes))


def line_of(one: Outcome, ground: int) -> str:
    """What a file came to, in a line."""
    said = one.refused or f"{one.sheets} sheets, {one.cells} cells"
    differs = f"; {one.differs} differ, first {one.first}" if one.differs else ""
    fault = f"  FAULT: {one.fault(ground)}" if one.fault(ground) else ""
    return f"{one.file.name[:60]:60} {one.waited:5.2f} s  {said}{differs}{fault}"


def summary(outcomes: Sequence[Outcome], ground: int) -> Iterator[str]:
    """What all files came to, in lines."""
    read = [one for one in outcomes if not one.refused]
    yield f"{len(outcomes)} files, {len(read)} read, {sum(one.cells for one in read)} cells"
    yield f"refused: {dict(Counter(one.refused for one in outcomes if one.refused))}"
    compared = [one for one in read if one.second == "read"]
    equal = [one for one in compared if not one.differs]
    yield f"second reader: {len(compared)} compared, {len(equal)} the same in every cell"
    only = [one for one in outcomes if one.refused and one.second == "read"]
    yield f"read by the second only: {len(only)}: {[one.file.name for one in only[:SHOWN]]}"
    alone = [one for one in read if one.second == "failed"]
    yield f"read here only: {len(alone)}: {[one.file.name for one in alone[:SHOWN]]}"
    slowest = max((one.seconds for one in outcomes), default=0)
    largest = max((one.peak - ground for one in outcomes), default=0)
    yield f"most work {slowest:.2f} s, most memory +{largest // 1024} MiB"
    yield f"faults: {sum(bool(one.fault(ground)) for one in outcomes)}"


def _try(file: Path) -> Outcome:
    began = time.monotonic()
    content = file.read_bytes()
    if len(content) > FILE_LIMIT:
        return Outcome(file, 0, "file_too_large")
    try:
        sheets, took = _read(content)
    except Unreadable as refused:
        outcome = Outcome(file, time.monotonic() - began, refused.key)
        sheets = []
    else:
        cells = sum(len(sheet) for _name, sheet in sheets)
        outcome = Outcome(
            file, time.monotonic() - began, "", **took, sheets=len(sheets), cells=cells
        )
    if content.startswith(b"PK"):
        _compare(outcome, dict(sheets), content)
    return outcome


def _compare(outcome: Outcome, sheets: dict[str, Cells], content: bytes) -> None:
    try:
        others = _cells(bounded.run(SECOND, content))
    except Unreadable:
        outcome.second = "failed"
        return
    outcome.second = "read"
    for name, cells in others:
        mine = sheets.get(name, {})
        for place, text in cells.items():
            if mine.get(place, "") != text:
                outcome.differs += 1
                outcome.first = outcome.first or f"{name}!{place}: {text!r}, {mine.get(place)!r}"


def _read(content: bytes) -> tuple[list[tuple[str, Cells]], dict[str, Any]]:
    values = bounded.run(READER, content)
    return _cells(values[:-1]), values[-1]


def _cells(values: Sequence[Any]) -> list[tuple[str, Cells]]:
    sheets: list[tuple[str, Cells]] = []
    for value in values:
        if isinstance(value, dict):
            sheets.append((value["sheet"], {}))
        else:
            number, cells = value
            sheets[-1][1].update({(number, int(column)): text for column, text in cells.items()})
    return sheets


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Builds a pack and reports what it took.

Or notes every cell of it and writes them again with openpyxl alone. `python -m bench.pack_process
build|bare`, with the database in the environment.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from annualwheel import create_app, models
from annualwheel.clock import SystemClock
from annualwheel.db import db
from annualwheel.jobs import building
from annualwheel.models import Meeting, Staff
from annualwheel.workshop import packs
from bench.processes import resident_mib
from config import Settings

# The parts of a workbook that hold its styles.
LOOKS = (
    "_fonts",
    "_fills",
    "_borders",
    "_alignments",
    "_protections",
    "_number_formats",
    "_cell_styles",
)


@dataclass
class Noted:
    """A sheet as it was written.

    Its rows, each cell a plain value or (value, type, number of the style).
    """

    sheet: WriteOnlyWorksheet
    rows: list[list[Any]] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)


def main() -> None:
    """Does what it is asked."""
    app = create_app(Settings.from_env())
    with app.app_context():
        if sys.argv[1] == "build":
            print(json.dumps(_measured()), flush=True)
        else:
            _bare()


def _asked() -> int:
    # One that was built of the same answers would be found, and nothing be built.
    db.session.execute(sa.update(models.Pack).values(contents=""))
    meeting = db.session.scalars(sa.select(Meeting).where(Meeting.kind == "work")).one()
    pack = packs.ask(meeting, db.session.scalars(sa.select(Staff)).one(), "sv", SystemClock().now())
    db.session.commit()
    return pack.id


def _measured() -> dict[str, float]:
    """Seconds, and resident memory before and at its peak, of one job."""
    pack_id = _asked()
    db.session.remove()
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew (proc(5))
    print("begun", flush=True)
    idle, began = resident_mib(os.getpid()), time.monotonic()
    building.build_pack(pack_id)
    seconds = time.monotonic() - began
    pack = db.session.get_one(models.Pack, pack_id)
    assert pack.tries == 1, "it was built before"
    counts = pack.counts
    return {
        "seconds": seconds,
        "idle": idle,
        "peak": resident_mib(os.getpid(), peak=True),
        "initiatives": counts["initiatives"],
    }


def _bare() -> None:
    """Notes a pack once, then writes it again for every line on standard input.

    Prints the seconds.
    """
    noted, styles, source = _note()
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    for _ in sys.stdin:
        began = time.monotonic()
        _write(noted, styles, source)
        print(time.monotonic() - began, flush=True)


def _note() -> tuple[list[Noted], list[Any], Workbook]:
    """Every cell of a pack: while it is built, all that goes to a sheet is noted as well."""
    noted: dict[int, Noted] = {}
    styles: dict[int, int] = {}
    arrays: list[Any] = []
    texts: dict[str, str] = {}
    usual = WriteOnlyWorksheet.append

    def once(value: Any) -> Any:
        """The same text is kept once only."""
        return texts.setdefault(value, value) if isinstance(value, str) else value

    def kept(cell: Any) -> Any:
        if not isinstance(cell, WriteOnlyCell().__class__):
            return once(cell)
        if id(cell._style) not in styles:
            styles[id(cell._style)] = len(arrays)
            arrays.append(cell._style)
        return once(cell.value), cell.data_type, styles[id(cell._style)]

    def append(sheet: WriteOnlyWorksheet, row: Iterable[Any]) -> None:
        cells = list(row)
        one = noted.setdefault(id(sheet), Noted(sheet))
        one.rows.append([kept(cell) for cell in cells])
        number = len(one.rows)
        if number in sheet.row_dimensions and sheet.row_dimensions[number].height:
            one.heights[number] = sheet.row_dimensions[number].height
        usual(sheet, cells)

    WriteOnlyWorksheet.append = append
    try:
        building.build_pack(_asked())
    finally:
        WriteOnlyWorksheet.append = usual
    sheets = list(noted.values())
    return sheets, arrays, sheets[0].sheet.parent


def _write(noted: list[Noted], styles: list[Any], source: Workbook) -> None:
    """The bare loop: the same values, types, styles and row heights, and nothing else."""
    book = Workbook(write_only=True)
    for name in LOOKS:
        setattr(book, name, getattr(source, name))
    for one in noted:
        sheet = book.create_sheet(one.sheet.title)
        sheet.column_dimensions = one.sheet.column_dimensions
        for number, row in enumerate(one.rows, 1):
            cells = [_cell(sheet, noted_cell, styles) for noted_cell in row]
            if number in one.heights:
                sheet.row_dimensions[number].height = one.heights[number]
            sheet.append(cells)
            sheet.row_dimensions.pop(number, None)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as workspace:
        book.save(workspace.name)


def _cell(sheet: WriteOnlyWorksheet, noted: Any, styles: list[Any]) -> Any:
    if not isinstance(noted, tuple):
        return noted
    value, kind, style = noted
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type, cell._style = kind, styles[style]
    return cell


if __name__ == "__main__":
    main()

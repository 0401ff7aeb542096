"""Finds the lists of people in an uploaded file, in a bounded process: the way in for all files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from annualwheel.contacts.imports.headings import Headings
from annualwheel.contacts.imports.reading import Line, Sheet
from annualwheel.errors import Unreadable
from annualwheel.uploads import bounded
from annualwheel.uploads.cells import FILE_LIMIT, Cell


def lists(content: bytes) -> list[Sheet]:
    """What `reading.lists` gives. Raises `Unreadable` as it does, and `file_takes_too_much`."""
    if len(content) > FILE_LIMIT:
        raise Unreadable("file_too_large")
    values = iter(bounded.run("annualwheel.contacts.imports.child", content))
    return [_sheet(described, values) for described in values]


def _sheet(described: dict[str, Any], values: Iterator[Any]) -> Sheet:
    lines = [
        Line(number, {field: Cell(*cell) for field, cell in cells.items()}, hidden)
        for number, cells, hidden in islice(values, described.pop("lines"))
    ]
    found = Headings(**described.pop("headings"))
    return Sheet(found, lines, **described)

"""What a file is read into: rows of cells, and a budget for how much may be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from annualwheel.errors import Unreadable

MEGABYTE = 1024 * 1024
FILE_LIMIT = 10 * MEGABYTE
# What stands further to the right belongs to no list of ours.
COLUMN_LIMIT = 100
# Excel itself keeps no longer text in a cell.
CELL_LIMIT = 32_767
# XML elements in all that is read of a workbook, and characters that are kept of it. A list of
# 20,000 people in 20 columns has half of either.
ELEMENTS = 2_000_000
CHARACTERS = 16_000_000


class Cell(NamedTuple):
    """A cell's text, and why it cannot be used.

    `formula`: no value was stored; `error_value`: #REF! and the like.
    """

    text: str = ""
    problem: str = ""

    @property
    def is_filled(self) -> bool:
        """Whether it holds something, even if that is only a problem."""
        return bool(self.text or self.problem)


class Row(NamedTuple):
    """A row that holds something, numbered from 1, with its cells by column from 0.

    `hidden`: Excel does not show it, since somebody hid it or a filter leaves it out.
    """

    number: int
    cells: Mapping[int, Cell]
    hidden: bool = False


@dataclass(frozen=True)
class Table:
    """A sheet of a workbook, or a file of separated text in one encoding.

    `rows` can be gone through once, and is read meanwhile.
    """

    name: str
    visible: bool
    rows: Iterator[Row]


class Budget:
    """How much may still be read of one file."""

    def __init__(self) -> None:
        self.elements, self.characters = ELEMENTS, CHARACTERS

    def take(self, elements: int = 0, characters: int = 0) -> None:
        """Counts what was read. Raises `Unreadable("file_takes_too_much")` when it is spent."""
        self.elements -= elements
        self.characters -= characters
        if self.elements < 0 or self.characters < 0:
            raise Unreadable("file_takes_too_much")

"""How a sheet becomes pages: A4, readable, with its headings and names on each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from annualwheel.workbooks.styles import POINTS, SMALLEST

A4 = 9
MARGIN = 0.4  # inches, left and right
# Characters of the usual size on a line of an A4 page with these margins, in the wider letters that
# a machine without Calibri prints instead.
ACROSS = {"landscape": 114.0, "portrait": 76.0}
# Wider sheets are not made smaller than this, and take several pages beside each other instead.
SCALE = math.ceil(100 * SMALLEST / POINTS)


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in characters, whether what stands in it wraps.

    `text` for one with texts of any length: they wrap, and go on in the next row where one has no
    room for them. `grouped` for one of the grouped 1/0 columns, which are folded away.
    """

    heading: str
    width: float = 14
    wrap: bool = False
    text: bool = False
    grouped: bool = False


@dataclass(frozen=True)
class Layout:
    """How a sheet is set up.

    `rank` is its place among the sheets and `tab` what stands on its tab instead of the title. The
    first `frozen` columns stay in view, and are on every page where the sheet is wider than one.
    Only the first `printed` columns are printed (None: all). `one_page`: it is made to fit on one.
    `above`: lines that stand over the headings, the first as a title.
    """

    title: str
    columns: Sequence[Column]
    rank: int = 0
    tab: str = ""
    frozen: int = 1
    printed: int | None = None
    portrait: bool = False
    filtered: bool = True
    one_page: bool = False
    above: Sequence[str] = ()

    @property
    def has_headings(self) -> bool:
        """Whether its first row is headings."""
        return any(column.heading for column in self.columns)

    @property
    def headed(self) -> int:
        """The number of the row with the headings."""
        return len(self.above) + 1


def set_up(sheet: WriteOnlyWorksheet, layout: Layout) -> None:
    """Sets the paper, the size of the print, and what stays in view and is on every page."""
    page = sheet.page_setup
    page.paperSize = A4
    page.orientation = "portrait" if layout.portrait else "landscape"
    sheet.page_margins.left = sheet.page_margins.right = MARGIN
    printed = [c for c in layout.columns[: layout.printed] if not c.grouped]
    share = ACROSS[page.orientation] / sum(column.width for column in printed)
    if share * 100 < SCALE:
        page.scale = SCALE
        if layout.frozen:
            sheet.print_title_cols = f"A:{get_column_letter(layout.frozen)}"
    else:
        # No height to fit: as many pages long as it takes.
        page.fitToWidth, page.fitToHeight = 1, int(layout.one_page)
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if layout.has_headings:
        headed = layout.headed
        sheet.freeze_panes = f"{get_column_letter(layout.frozen + 1)}{headed + 1}"
        sheet.print_title_rows = f"{headed}:{headed}"

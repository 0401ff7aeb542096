"""The handful of styles that all cells of a workbook share."""

from __future__ import annotations

from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

FACE = "Calibri"
# The usual size of letters, in points; nothing is printed smaller than `SMALLEST`.
POINTS, SMALLEST = 11.0, 8.0
# Styles that wrap, with the size of their letters against the usual one. Bold ones are wider.
WRAPPING = {
    "wrap": 1.0,
    "quoted_wrap": 1.0,
    "strong": 1.1,
    "heading": 1.1,
    "card_title": 1.2,
    "card_label": 1.05,
    "card": 1.0,
    "question": 1.3,
    "ruled": 1.5,
    "ruled_row": 1.0,
    "link_wrap": 1.0,
}
THIN = Side(style="thin", color="FF5E6D78")
HAIR = Side(style="hair", color="FF5E6D78")
DEEP, MIST, PLUM, LAKE = "FF083A50", "FFE1E8EB", "FF5B3A78", "FF0B4F6C"


def make(sheet: WriteOnlyWorksheet) -> dict[str, StyleArray]:
    """The styles by name, made once for a workbook by way of one of its sheets."""
    arrays = {}
    for name, look in _looks().items():
        cell = WriteOnlyCell(sheet)
        for part, value in look.items():
            setattr(cell, part, value)
        arrays[name] = cell._style
    return arrays


def _looks() -> dict[str, dict[str, Any]]:
    top, wrapped = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    text = {"alignment": wrapped, "quotePrefix": True}
    dashed, dotted = Side(style="dashed", color=PLUM), Side(style="dotted", color="FF5E6D78")
    link = Font(name=FACE, underline="single", color=LAKE)
    return {
        "heading": {
            "font": Font(name=FACE, bold=True, color="FFFFFFFF"),
            "fill": PatternFill("solid", fgColor=DEEP),
            "alignment": Alignment(vertical="center", wrap_text=True),
        },
        "title": {"font": Font(name=FACE, bold=True, size=18)},
        "question": {"font": Font(name=FACE, bold=True, size=14), **text},
        "strong": {"font": Font(name=FACE, bold=True), **text},
        "card_title": {
            "font": Font(name=FACE, bold=True, size=12),
            "fill": PatternFill("solid", fgColor=MIST),
            "border": Border(top=THIN),
            **text,
        },
        "card_label": {"font": Font(name=FACE, bold=True, size=10), **text},
        "card": {"font": Font(name=FACE), **text},
        "ruled": {"border": Border(bottom=HAIR), **text},
        "ruled_row": {"border": Border(bottom=HAIR), **text},
        "plain": {"alignment": top},
        "wrap": {"alignment": wrapped},
        "quoted": {"alignment": top, "quotePrefix": True},
        "quoted_wrap": text,
        "link": {"font": link, "alignment": top, "quotePrefix": True},
        "link_wrap": {"font": link, **text},
        "left": {"alignment": Alignment(horizontal="left", vertical="top")},
        "number": {"alignment": middle, "border": Border(THIN, THIN, THIN, THIN)},
        # Dashed and bold, dotted and slanted, as well as words: colour never says anything alone.
        "gap": {
            "alignment": middle,
            "border": Border(dashed, dashed, dashed, dashed),
            "font": Font(name=FACE, bold=True, color=PLUM),
        },
        "unknown": {
            "alignment": middle,
            "border": Border(dotted, dotted, dotted, dotted),
            "font": Font(name=FACE, italic=True),
        },
        "share": {"number_format": "0 %", "alignment": top},
        "moment": {"number_format": "yyyy-mm-dd hh:mm", "alignment": top},
        "day": {"number_format": "yyyy-mm-dd", "alignment": top},
    }


def align_to_top(workbook: Workbook) -> None:
    """Lets cells without a style of their own begin at the top, where wrapped text begins.

    Otherwise a row of five lines has its names at its foot.
    """
    top = Alignment(vertical="top")
    workbook._named_styles["Normal"].alignment = top
    workbook._cell_styles[0].alignmentId = workbook._alignments.add(top)

"""The workbook to fill in: the headings, a sample row, and a sheet that says how."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from annualwheel.contacts.imports.headings import SPELLINGS
from annualwheel.contacts.imports.values import SAMPLE_ADDRESS

COLUMNS = {
    "given": 16,
    "family": 20,
    "email": 40,
    "organisation": 32,
    "category": 22,
    "title": 26,
    "lead": 14,
    "language": 10,
    "mobile": 18,
}
SHEETS = {"sv": ("Kontakter", "Så fyller du i"), "en": ("Contacts", "How to fill it in")}
SAMPLE = {
    "sv": (
        "Alva",
        "Provsson",
        SAMPLE_ADDRESS,
        "Exempels kommun",
        "Kommun",
        "Hållbarhetsstrateg",
        "ja",
        "sv",
        "070-174 06 05",
    ),
    "en": (
        "Alva",
        "Provsson",
        SAMPLE_ADDRESS,
        "Exempels kommun",
        "Kommun",
        "Sustainability strategist",
        "yes",
        "en",
        "070-174 06 05",
    ),
}
ADVICE = {
    "sv": (
        ("Förnamn, Efternamn", "Måste fyllas i. En kolumn som heter Namn går också bra."),
        (
            "E-post",
            "Måste fyllas i. Flera personer kan ha samma adress, till exempel en "
            "funktionsbrevlåda.",
        ),
        ("Organisation", "Måste fyllas i. Skriv namnet som ni brukar skriva det."),
        (
            "Organisationstyp",
            "Kommun, Region, Kluster och så vidare. Behövs bara för organisationer som är nya.",
        ),
        ("Befattning", "Frivilligt."),
        (
            "Samordnare",
            "Skriv ja för den som håller ihop organisationens svar. Högst en för varje "
            "organisation.",
        ),
        ("Språk", "sv eller en. Tomt betyder svenska."),
        ("Mobil", "Frivilligt."),
        ("Exempelraden", "Ta bort den eller skriv över den."),
        ("Spara", "Som Excel-arbetsbok (.xlsx) eller som CSV. Högst 10 MB och 20 000 rader."),
    ),
    "en": (
        ("First name, Last name", "Must be filled in. One column called Name will do too."),
        (
            "E-mail",
            "Must be filled in. Several people may share an address, such as a function mailbox.",
        ),
        ("Organisation", "Must be filled in. Write the name as you usually do."),
        (
            "Organisation type",
            "Kommun, Region, Kluster and so on. Needed only for organisations that are new.",
        ),
        ("Title", "Optional."),
        (
            "Lead",
            "Write yes for the person who holds the organisation's answer together. One at most "
            "for each organisation.",
        ),
        ("Language", "sv or en. Empty means Swedish."),
        ("Mobile", "Optional."),
        ("The sample row", "Remove it or write over it."),
        ("Save", "As an Excel workbook (.xlsx) or as CSV. At most 10 MB and 20,000 rows."),
    ),
}


def workbook(language: str) -> bytes:
    """The template in a language ("sv" or "en"), as an .xlsx file."""
    book = openpyxl.Workbook(write_only=True)
    list_name, advice_name = SHEETS[language]
    _write_list(book.create_sheet(list_name), language)
    _write_advice(book.create_sheet(advice_name), language)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write_list(sheet: Any, language: str) -> None:
    # A streamed sheet ignores widths and frozen rows that are set after its first row.
    for index, width in enumerate(COLUMNS.values()):
        sheet.column_dimensions[chr(ord("A") + index)].width = width
    sheet.freeze_panes = "A2"
    spelling = 0 if language == "sv" else 1
    sheet.append([_bold(sheet, SPELLINGS[field][spelling]) for field in COLUMNS])
    sheet.append(list(SAMPLE[language]))


def _write_advice(sheet: Any, language: str) -> None:
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 90
    for heading, text in ADVICE[language]:
        cell = WriteOnlyCell(sheet, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([_bold(sheet, heading), cell])


def _bold(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3F0F5")
    cell.alignment = Alignment(vertical="top")
    return cell

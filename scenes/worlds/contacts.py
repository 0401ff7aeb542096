"""A workbook of contacts with all that the preview of an import asks about."""

from __future__ import annotations

import io

import openpyxl

HEAD = ("Namn", "E-post", "Organisation", "Organisationstyp")
PEOPLE = (
    ("Quang", "quang@sunne.example", "Sunne kommun", "Kommun"),
    ("Tova Exempelsdotter", "tova@teater.example", "Säffle Teater", "Idéburen sektor"),
    ("Tova Exempelsdoter", "tova@teater.example", "Säffle Teatern", "Idéburen sektor"),
    ("Dolf Provsson", "dolf@sunne.example", "Sunne kommun", "Kommun"),
)


def workbook() -> bytes:
    """Two lists, of which the first has a hidden row, one name only, and names that are alike."""
    book = openpyxl.Workbook()
    for number, (title, rows) in enumerate((("Kommuner", PEOPLE), ("Föreningar", PEOPLE[1:2]))):
        sheet = book.create_sheet(title, number)
        for row in (HEAD, *rows):
            sheet.append(row)
    del book["Sheet"]
    book["Kommuner"].row_dimensions[len(PEOPLE) + 1].hidden = True
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()

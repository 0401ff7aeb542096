"""Who takes part, and what they would say. All of it is invented."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import openpyxl

from annualwheel.contacts.imports import bounded
from annualwheel.demo import prose
from annualwheel.demo.initiatives import INITIATIVES
from annualwheel.demo.people import Body, organisations, people_of
from annualwheel.errors import Unreadable

HEADINGS = (
    "Förnamn",
    "Efternamn",
    "E-post",
    "Organisation",
    "Organisationstyp",
    "Befattning",
    "Samordnare",
    "Språk",
)
FILE = "kontakter.xlsx"
PLANNER = ("Karin Exempel", "karin.exempel@region.example")
LEADER = ("Petter Exempel", "petter.exempel@region.example")
THEMES = (
    (
        "Hur skapar vi förutsättningar för att fler ska komma i arbete?",
        "How do we help more people into work?",
    ),
    (
        "Hur klarar vi energi- och klimatomställningen tillsammans?",
        "How do we manage the energy and climate transition together?",
    ),
)
SUBSTITUTE = ("Ersa", "Ättare")
SENTENCES = tuple(
    text
    for sample in INITIATIVES
    for text in (
        sample.goal,
        sample.difficult,
        sample.success,
        sample.create,
        sample.breaks,
        sample.keep,
    )
)
# What two colleagues add to the same field, and how much of what stood there they leave.
KEPT = 300
LATE, MEANWHILE = "Vi vill säga en sak till: det tar tid.", "Tillagt av en kollega: det kostar."
TITLES = tuple(sample.title for sample in INITIATIVES)


def bodies(count: int) -> Iterator[Body]:
    """The first `count` of the sample organisations.

    Beyond their number they come again with a number after the name.
    """
    sample = organisations()
    for number in range(count):
        lap, place = divmod(number, len(sample))
        body = sample[place]
        if lap:
            body = replace(body, name=f"{body.name} {lap + 1}", code=f"{body.code}{lap + 1}")
        yield body


def workbook(count: int, seed: int) -> bytes:
    """The contacts of `count` organisations as a coordinator's Excel file."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Kontakter")
    sheet.append(HEADINGS)
    for body in bodies(count):
        for one in people_of(body, seed):
            sheet.append(
                (
                    one.given,
                    one.family,
                    one.email,
                    body.name,
                    body.category,
                    one.title,
                    "ja" if one.lead else "",
                    one.language,
                )
            )
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def contacts(path: Path | None, count: int, seed: int) -> tuple[str, bytes]:
    """The name and content of the file to import: the one given, else an invented one.

    Raises `OSError`.
    """
    return (path.name, path.read_bytes()) if path else (FILE, workbook(count, seed))


def domains(content: bytes) -> set[str]:
    """The domains a contact file writes to, and the region's own."""
    addresses = [address for address in _column(content, "email") if "@" in address]
    theirs = {address.rpartition("@")[2].lower() for address in addresses}
    return theirs | {"region.example", "example.org"}


def names_leads(content: bytes) -> bool:
    """Whether a contact file says who holds an organisation's answer together."""
    return any(text.lower() not in ("", "nej", "no") for text in _column(content, "lead"))


def _column(content: bytes, field: str) -> list[str]:
    """What stands in a column. Nothing when the file cannot be read: the import page says why."""
    try:
        lines = bounded.lists(content)[0].lines
    except Unreadable:
        return []
    return [line.cells[field].text for line in lines if field in line.cells]


def chance_of(seed: int, *about: object) -> Random:
    """Dice of one's own for each person and occasion.

    So a rehearsal with the same seed is the same.
    """
    return prose.dice_of(seed, *about)

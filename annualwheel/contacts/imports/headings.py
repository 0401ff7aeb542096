"""Finds which column holds what: heading rows in Swedish or English, as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from annualwheel.errors import Unreadable
from annualwheel.wording.cleaning import one_line

HEADING_ROWS = 10
# The first two of each are the headings of our own template, in Swedish and in English.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "given": ("Förnamn", "First name", "Tilltalsnamn", "Given name"),
    "family": ("Efternamn", "Last name", "Family name", "Surname"),
    "name": (
        "Namn",
        "Name",
        "För- och efternamn",
        "Fullständigt namn",
        "Full name",
        "Kontaktperson",
    ),
    "email": (
        "E-post",
        "E-mail",
        "E-postadress",
        "Epost",
        "Mejl",
        "Mejladress",
        "Mail",
        "Mailadress",
        "Email address",
        "E-mail 1 - Value",
    ),
    "organisation": (
        "Organisation",
        "Organisation",
        "Organization",
        "Organisationsnamn",
        "Organisationens namn",
        "Organisation name",
        "Organization name",
        "Organization 1 - Name",
        "Företag",
        "Company",
    ),
    "category": (
        "Organisationstyp",
        "Organisation type",
        "Organization type",
        "Typ av organisation",
        "Type of organisation",
        "Kategori",
        "Category",
    ),
    "title": (
        "Befattning",
        "Title",
        "Titel",
        "Roll",
        "Role",
        "Position",
        "Job title",
        "Organization title",
        "Organization 1 - Title",
    ),
    "lead": ("Samordnare", "Lead", "Coordinator"),
    "language": ("Språk", "Language"),
    "mobile": ("Mobil", "Mobile", "Mobilnummer", "Mobiltelefon", "Mobile phone", "Mobile number"),
}


# In what Outlook exports, a column for Mr and Mrs stands beside the one for the job.
ADDRESSING = frozenset({"title", "titel"})


def heading_key(text: str) -> str:
    """A heading for comparing: letters and digits only, without text in brackets."""
    return re.sub(r"[\W_]+", "", re.sub(r"\([^()]*\)", "", one_line(text).casefold()))


FIELDS = {
    heading_key(spelling): field for field, spellings in SPELLINGS.items() for spelling in spellings
}


@dataclass(frozen=True)
class Headings:
    """The heading row that was found.

    Its number, each field's column (from 0), and the headings of columns that are not read.
    """

    row: int
    columns: Mapping[str, int]
    ignored: tuple[str, ...]
    double: tuple[str, ...]


def find(rows: Iterable[tuple[int, Sequence[str]]]) -> Headings:
    """The row with the most headings we know among the first ten."""
    best = Headings(0, {}, (), ())
    for number, texts in rows:
        if number > HEADING_ROWS:
            break
        found = _headings(number, texts)
        if len(found.columns) > len(best.columns):
            best = found
    return best


def require(found: Headings) -> None:
    """Raises `Unreadable` when a column that a list must have is missing, or is there twice.

    It must have e-mail, organisation and a name.
    """
    if len(found.columns) < 2:
        raise Unreadable("no_headings")
    if found.double:
        raise Unreadable("double_heading", name=found.double[0])
    missing = [field for field in ("email", "organisation") if field not in found.columns]
    if "name" not in found.columns and not {"given", "family"} <= found.columns.keys():
        missing.append("name")
    if missing:
        raise Unreadable("missing_heading", field=missing[0])


def _headings(number: int, texts: Sequence[str]) -> Headings:
    by_field: dict[str, list[int]] = {}
    for column, text in enumerate(texts):
        if (field := FIELDS.get(heading_key(text))) is not None:
            by_field.setdefault(field, []).append(column)
    meant = {field: _of_a_job(found, texts) for field, found in by_field.items()}
    known = {column for found in meant.values() for column in found}
    return Headings(
        number,
        columns={field: found[0] for field, found in meant.items()},
        ignored=tuple(text for column, text in enumerate(texts) if text and column not in known),
        double=tuple(texts[column] for found in meant.values() for column in found[1:]),
    )


def _of_a_job(columns: list[int], texts: Sequence[str]) -> list[int]:
    """The columns without those of Mr and Mrs, where there are others."""
    return [one for one in columns if heading_key(texts[one]) not in ADDRESSING] or columns

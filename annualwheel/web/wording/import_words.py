"""The words of an import, for its pages and for the command.

They say what a row would do, why it cannot be read, and why an import cannot be undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from annualwheel.contacts.imports.headings import SPELLINGS
from annualwheel.contacts.imports.likeness import Alike
from annualwheel.contacts.imports.preview import Preview, PreviewRow
from annualwheel.contacts.imports.values import Contact, Problem
from annualwheel.uploads.worksheet import column_letters
from annualwheel.web.wording.words import current_language


def in_swedish() -> AbstractContextManager[None]:
    """A context in Swedish, for the command line, where no page has a language."""
    found: AbstractContextManager[None] = force_locale("sv")
    return found


def field_name(field: str) -> str:
    """The name of a column: its heading in the template."""
    return SPELLINGS[field][1 if current_language() == "en" else 0]


def cell_name(problem: Problem, row: int, columns: dict[str, int]) -> str:
    """The cell as Excel names it, "C5"; only the row when the list has no such column."""
    if problem.field not in columns:
        return str(row)
    return f"{column_letters(columns[problem.field])}{row}"


def reason(problem: Problem) -> str:
    """Why the cell cannot be used, and what to do."""
    # A problem of the whole row is no column's.
    name = field_name(problem.field) if problem.field in SPELLINGS else ""
    text = problem.text
    # Written out and not made from the key: what gathers texts for translation reads the source.
    words: dict[str, str] = {
        "missing": _("%(name)s saknas", name=name),
        "bad_address": _("”%(text)s” är ingen e-postadress", text=text),
        "sample_row": _("Det här är exempelraden från mallen"),
        "lead_unknown": _("”%(text)s” går inte att förstå. Skriv ja eller nej", text=text),
        "language_unknown": _("”%(text)s” går inte att förstå. Skriv sv eller en", text=text),
        "too_long": _("Texten är längre än 250 tecken"),
        "formula": _(
            "Formeln har inget sparat värde. Öppna filen i Excel, spara den och försök igen"
        ),
        "unwritten": _("Raden gick inte att spara. De andra raderna är inlästa"),
        "error_value": _("Cellen visar ett fel (%(text)s)", text=text),
    }
    return words[problem.reason]


def note(key: str, text: str) -> str:
    """What a row adds to a person who is on file already."""
    words: dict[str, str] = {
        "organisation": _("Läggs till i %(organisation)s", organisation=text),
        "title": _("Titeln fylls i: %(title)s", title=text),
        "mobile": _("Mobilnumret fylls i"),
        "lead": _("Blir samordnare för %(organisation)s", organisation=text),
        "inactive": _("Är inaktiv och förblir det"),
        "alone": _("Har bara ett namn"),
        "alike": _("Kan vara samma person som %(person)s", person=text),
    }
    return words[key]


def list_name(one: Mapping[str, Any]) -> str:
    """A list of a file: the sheet with how much stands on it, or the encoding with its words."""
    if one["encoding"]:
        names = {"cp1252": "Windows", "mac_roman": "Macintosh", "cp850": "DOS"}
        words = ", ".join(one["words"])
        return f"{names.get(one['encoding'], one['encoding'])}: {words}"
    count, name = len(one["rows"]), one["sheet"]
    shown: str = ngettext("%(name)s, %(num)s rad", "%(name)s, %(num)s rader", count, name=name)
    return shown if one["visible"] else str(_("%(list)s, dolt blad", list=shown))


def other_person(one: Alike) -> str:
    """Whom a row may be about, as a question names them."""
    if isinstance(one.other, Contact):
        return str(_("%(name)s på rad %(row)s", name=one.other.name, row=one.other.row))
    return one.other.name


def status(name: str) -> str:
    """What an import does with a row."""
    words: dict[str, str] = {
        "new": _("Ny"),
        "there": _("Finns redan"),
        "same": _("Samma som en annan rad"),
        "unreadable": _("Kan inte läsas"),
    }
    return words[name]


def summary(shown: Preview) -> str:
    """ "172 nya, 12 finns redan, 2 rader kan inte läsas": the whole preview in one line."""
    counts = shown.counts
    parts = [
        ngettext("%(num)s ny", "%(num)s nya", counts["new"]),
        _("%(num)s finns redan", num=counts["there"]),
        ngettext(
            "%(num)s rad kan inte läsas", "%(num)s rader kan inte läsas", counts["unreadable"]
        ),
    ]
    if counts["same"]:
        twice = ngettext(
            "%(num)s rad står två gånger", "%(num)s rader står två gånger", counts["same"]
        )
        parts.insert(2, twice)
    return ", ".join(parts)


def said(entry: PreviewRow, columns: dict[str, int]) -> list[str]:
    """All the sentences about a row."""
    contact = entry.contact
    if contact.problems:
        return [
            f"{cell_name(one, contact.row, columns)}: {reason(one)}" for one in contact.problems
        ]
    if entry.same_as:
        return [_("Samma som rad %(row)s", row=entry.same_as)]
    notes = [note(key, text) for key, text in entry.notes]
    name = contact.organisation
    known_as = entry.organisation.name if entry.organisation else name
    # The same name in other capitals is no news.
    if known_as.casefold() == name.casefold():
        return notes
    alias = _("%(name)s räknas som %(organisation)s", name=name, organisation=known_as)
    return [alias, *notes]


def obstacle(name: str, count: int) -> str:
    """What depends on an import, so that it cannot be undone."""
    words: dict[str, str] = {
        "edited": ngettext(
            "%(num)s uppgift har ändrats sedan dess",
            "%(num)s uppgifter har ändrats sedan dess",
            count,
        ),
        "registrations": ngettext(
            "%(num)s inbjudan eller anmälan", "%(num)s inbjudningar eller anmälningar", count
        ),
        "messages": ngettext("%(num)s mejl", "%(num)s mejl", count),
        "members": ngettext(
            "%(num)s som skriver i ett svar", "%(num)s som skriver i ett svar", count
        ),
        "submissions": ngettext("%(num)s svar", "%(num)s svar", count),
        "imported_persons": ngettext(
            "%(num)s person som även en annan import nämner",
            "%(num)s personer som även en annan import nämner",
            count,
        ),
        "affiliations": ngettext(
            "%(num)s plats i en organisation", "%(num)s platser i organisationer", count
        ),
        "aliases": ngettext(
            "%(num)s annat namn på en organisation", "%(num)s andra namn på organisationer", count
        ),
        "year_organisations": ngettext(
            "%(num)s samordnare eller organisationstyp",
            "%(num)s samordnare eller organisationstyper",
            count,
        ),
    }
    other: str = ngettext("%(num)s annan uppgift", "%(num)s andra uppgifter", count)
    return words.get(name, other)

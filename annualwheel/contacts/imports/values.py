"""Reads what a row says: names, address, answers to yes and no.

What it cannot understand it names by field and reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from annualwheel.contacts.folding import fold, normal_address
from annualwheel.errors import Unreadable

LONGEST = 250
YES = frozenset({"ja", "j", "x", "yes", "y", "1", "true", "sant", "samordnare", "lead"})
NO = frozenset({"", "nej", "n", "no", "0", "-", "–", "false", "falskt"})
LANGUAGES = {
    "": "sv",
    "sv": "sv",
    "se": "sv",
    "svenska": "sv",
    "swedish": "sv",
    "en": "en",
    "eng": "en",
    "engelska": "en",
    "english": "en",
}
PARTICLES = frozenset(
    {
        "af",
        "av",
        "von",
        "van",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ben",
        "ter",
        "ten",
        "zu",
        "zur",
    }
)
SAMPLE_ADDRESS = "fornamn.efternamn@organisation.example"
SWEDISH_MOBILE = re.compile(r"7\d{8}")
ABROAD = re.compile(r"467\d{8}")


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be read.

    The field, the reason as a key, and what the cell says.
    """

    field: str
    reason: str
    text: str = ""


@dataclass
class Contact:
    """One row of the list. `problems` is empty when it can be used.

    `alone`: the person has one name only, which stands in `given`.
    """

    row: int
    given: str = ""
    family: str = ""
    email: str = ""
    organisation: str = ""
    category: str = ""
    title: str = ""
    lead: bool = False
    language: str = "sv"
    mobile: str = ""
    alone: bool = False
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Given name and family name."""
        return f"{self.given} {self.family}".strip()

    @cached_property
    def key(self) -> tuple[str, str]:
        """What makes it a person: the address and the name, both folded."""
        return fold(self.email), fold(self.name)

    @cached_property
    def organisation_key(self) -> str:
        """What the organisation is found by."""
        return fold(self.organisation)


def parse(row: int, cells: Mapping[str, str], problems: Mapping[str, str]) -> Contact:
    """The contact in a row.

    `cells` are texts by field, `problems` what the file itself could not give.
    """
    contact = Contact(
        row,
        email=cells.get("email", ""),
        organisation=cells.get("organisation", ""),
        category=cells.get("category", ""),
        title=cells.get("title", ""),
        mobile=_mobile(cells.get("mobile", "")),
    )
    contact.problems = [
        Problem(name, reason, cells.get(name, "")) for name, reason in problems.items()
    ]
    contact.problems += [
        Problem(name, "too_long") for name, text in cells.items() if len(text) > LONGEST
    ]
    contact.given, contact.family = cells.get("given", ""), cells.get("family", "")
    if not contact.given or not contact.family:
        # A column for the whole name may say more than one for a part of it.
        whole = split_name(cells.get("name", ""))
        if all(whole) or not contact.name:
            contact.given, contact.family = whole
    _check_name(contact, cells, problems)
    _check_address(contact, problems)
    if not contact.organisation and "organisation" not in problems:
        contact.problems.append(Problem("organisation", "missing"))
    _check_words(contact, cells, problems)
    return contact


def split_name(text: str) -> tuple[str, str]:
    """Given name and family name of a whole name.

    It may be "Exempelgren, Elsa-Britt", "Ida von Exempel" or "Anna Maria Provsson". A single word
    is a given name without a family name.
    """
    if text.count(",") == 1:
        family, given = (part.strip() for part in text.split(","))
        return given, family
    words = text.split()
    start = max(len(words) - 1, 1)
    # "von" and the like belong to the family name.
    while start > 1 and words[start - 1].casefold() in PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def _check_name(contact: Contact, cells: Mapping[str, str], problems: Mapping[str, str]) -> None:
    if problems.keys() & {"given", "family", "name"}:
        return
    asked = ("given", "family") if "given" in cells or "family" in cells else ("name",)
    if not contact.name:
        contact.problems.append(Problem(asked[0], "missing"))
    elif not contact.given or not contact.family:
        contact.given, contact.family, contact.alone = contact.name, "", True


def _check_address(contact: Contact, problems: Mapping[str, str]) -> None:
    # The file could not give the cell: that has been told, and it is not also empty.
    if "email" in problems:
        return
    if not contact.email:
        contact.problems.append(Problem("email", "missing"))
    elif fold(contact.email) == SAMPLE_ADDRESS:
        contact.problems.append(Problem("email", "sample_row"))
    else:
        try:
            contact.email = normal_address(contact.email.removeprefix("mailto:"))
        except Unreadable:
            contact.problems.append(Problem("email", "bad_address", contact.email))


def _check_words(contact: Contact, cells: Mapping[str, str], problems: Mapping[str, str]) -> None:
    lead, language = fold(cells.get("lead", "")), fold(cells.get("language", ""))
    contact.lead = lead in YES
    if lead not in YES | NO and "lead" not in problems:
        contact.problems.append(Problem("lead", "lead_unknown", cells["lead"]))
    contact.language = LANGUAGES.get(language, "sv")
    if language not in LANGUAGES and "language" not in problems:
        contact.problems.append(Problem("language", "language_unknown", cells["language"]))


def _mobile(text: str) -> str:
    """Gives back what Excel loses in front when it takes a mobile number for a number."""
    if ABROAD.fullmatch(text):
        return f"+{text}"
    return f"0{text}" if SWEDISH_MOBILE.fullmatch(text) else text

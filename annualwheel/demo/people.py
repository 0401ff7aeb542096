"""Invents people: their names are nobody's, their addresses lie under example.org."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ORGANISATIONS = Path(__file__).parent / "organisations.csv"
GIVEN = (
    "Alva",
    "Bo",
    "Cajsa",
    "Dag",
    "Elsa-Britt",
    "Fatima",
    "Göran",
    "Håkan",
    "Ida",
    "Jörgen",
    "Khadija",
    "Lars-Åke",
    "Märta",
    "Nils",
    "Åsa",
    "Örjan",
    "Pernilla",
    "Quang",
    "Rut",
    "Sven-Erik",
    "Tuva",
    "Ulla",
    "Viggo",
    "Wilma",
    "Yusuf",
    "Zara",
)
FAMILY = (
    "Provsson",
    "Exempelgren",
    "Låtsasdotter",
    "Påhittsson",
    "Mallander",
    "Testberg",
    "Fiktivlund",
    "Demoström",
    "Platshållare",
    "Övningsfors",
    "Ängprov",
    "von Exempel",
    "Prov-Öberg",
    "O'Prov",
)
TITLES = {
    "Kommun": (
        "hållbarhetsstrateg",
        "näringslivschef",
        "utbildningssamordnare",
        "folkhälsostrateg",
        "fritidssamordnare",
        "miljöstrateg",
    ),
    "Region": ("regional utvecklingsstrateg", "analytiker", "folkhälsostrateg"),
    "Statlig myndighet": ("enhetschef", "samverkansansvarig", "strateg"),
    "Universitet och forskning": ("forskningssamordnare", "samverkansledare"),
    "Kluster": ("projektledare", "hållbarhetskoordinator"),
    "Näringslivsorganisation": ("regionchef", "projektledare"),
    "Idéburen sektor": ("verksamhetsledare", "projektledare"),
    "Annan regional aktör": ("verksamhetschef", "strateg"),
}
ASCII = str.maketrans("åäöéÅÄÖ", "aaoeAAO")


@dataclass(frozen=True)
class Body:
    """An organisation of the sample list."""

    code: str
    name: str
    category: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Invented:
    """A person who does not exist."""

    given: str
    family: str
    email: str
    title: str
    lead: bool
    language: str


def organisations() -> list[Body]:
    """The 62 organisations. Their names are real or typical; that they take part is invented."""
    with ORGANISATIONS.open(encoding="utf-8-sig", newline="") as source:
        return [_body(row) for row in csv.DictReader(source, delimiter=";")]


def _body(row: Mapping[str, str]) -> Body:
    aliases = tuple(alias for alias in row["alias"].split("|") if alias)
    return Body(row["kod"], row["namn"], row["kategori"], aliases)


def people_of(body: Body, seed: int) -> Iterator[Invented]:
    """One lead and zero to three more, always the same for the same `seed`.

    A function mailbox holds three in one of them.
    """
    # A generator for each organisation: a new one in the list leaves everybody else's people as
    # they are.
    chance = random.Random(f"{seed}:{body.code}")
    names = [(given, family) for given in GIVEN for family in FAMILY]
    count = 4 if body.code in ("RV", "KAR") else chance.choice((1, 2, 2, 3))
    for number, (given, family) in enumerate(chance.sample(names, count)):
        language = "en" if body.code in ("RISE", "IUC") and number else "sv"
        title = chance.choice(TITLES[body.category])
        address = _address(given, family, body.code)
        yield Invented(given, family, address, title, number == 0, language)


def _address(given: str, family: str, code: str) -> str:
    if code == "VI":
        return "kansli@vi.example.org"
    local = f"{given}.{family}".lower().translate(ASCII).replace(" ", "").replace("'", "")
    return f"{local}@{code.lower()}.example.org"

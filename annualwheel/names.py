"""What the three meetings are called in running text, in both languages: for mails, calendar entries and workbooks."""
from __future__ import annotations

MEETINGS = {"work": {"sv": "arbetsmötet", "en": "the working meeting"},
            "direction": {"sv": "riktningsmötet", "en": "the direction meeting"},
            "conference": {"sv": "konferensen Värmland 2040", "en": "the Värmland 2040 conference"}}


def meeting(kind: str, language: str) -> str:
    """The meeting's name in running text: "arbetsmötet", "the working meeting"."""
    return MEETINGS[kind][language]


def title(kind: str, language: str) -> str:
    """The name with a capital: "Arbetsmötet", "The working meeting"."""
    name = meeting(kind, language)
    return name[0].upper() + name[1:]

"""The days that are free in Sweden, and what they are called.

Public holidays are those of lagen (1989:253) om allmänna helgdagar; the eves of midsummer,
Christmas and the new year are no such days by law, and nobody works on them.
"""

from __future__ import annotations

import datetime as dt

from holidays import DE_FACTO, PUBLIC, country_holidays

# PUBLIC alone lacks the eves.
_CATEGORIES = (PUBLIC, DE_FACTO)
_NAMES = {
    "sv": country_holidays("SE", categories=_CATEGORIES, language="sv"),
    "en": country_holidays("SE", categories=_CATEGORIES, language="en_US"),
}
# The one Swedish name that begins with a name of somebody.
_CAPITAL = "Kristi"


def is_holiday(day: dt.date) -> bool:
    """Whether the day is a public holiday in Sweden, or free as if it were one."""
    return day in _NAMES["sv"]


def name(day: dt.date, language: str) -> str:
    """What such a day is called inside a sentence ("julafton", "Christmas Eve"); else ""."""
    found = str(_NAMES[language].get(day, ""))
    if language == "sv" and not found.startswith(_CAPITAL):
        return found[:1].lower() + found[1:]
    return found

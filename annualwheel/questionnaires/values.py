"""What people type, and what it means.

Dates, years, numbers and addresses as people write them in Sweden.

A draft value is what was typed: a `str`, or a `list[str]` of option keys for `choices`. `validate`
says what is wrong with it and `clean` gives the value that a submitted version keeps. Both are
pure; they never rewrite anybody's draft.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from annualwheel.questionnaires.definition import (
    CHOOSING,
    WRITING,
    Option,
    Question,
    QuestionType,
    answer_fields,
)

Value: TypeAlias = str | list[str]
Values: TypeAlias = Mapping[str, Value]

# A draft's only limit, in characters a field: ten times what any question asks for, and too little
# to fill a disk.
HARD_CAP = 20_000
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
_MONTHS = (
    ("januari", "january"),
    ("februari", "february"),
    ("mars", "march"),
    ("april", "april"),
    ("maj", "may"),
    ("juni", "june"),
    ("juli", "july"),
    ("augusti", "august"),
    ("september", "september"),
    ("oktober", "october"),
    ("november", "november"),
    ("december", "december"),
)
# Swedish groups digits by a space: a plain one, a thin one, or one that does not break.
_SPACE = "[ \u00a0\u2009\u202f]"
_NUMBER = re.compile(
    rf"([+-]?)([0-9]{{1,3}}(?:{_SPACE}[0-9]{{3}}){{1,4}}|[0-9]{{1,15}})(?:[.,]([0-9]{{1,6}}))?"
)
# "1.500" is one and a half in English and fifteen hundred in German: nobody can be sure.
_THOUSANDS_WITH_POINT = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+")
_YEAR_FIRST = re.compile(
    r"([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})|([0-9]{4})([0-9]{2})([0-9]{2})"
)
# The day before the month, as in Sweden: with both orders 4/3 would be two days.
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{4})")
_DAY_AND_NAME = re.compile(
    r"([0-9]{1,2})(?::?[ae]|st|nd|rd|th|\.)?[ ]*([a-z]{3,})\.?,?[ ]*([0-9]{4})"
)
_NAME_AND_DAY = re.compile(r"([a-z]{3,10})\.?[ ]*([0-9]{1,2})(?:st|nd|rd|th)?,?[ ]+([0-9]{4})")
_HAS_YEAR = re.compile(r"[0-9]{4}")
_BEFORE_DATE = re.compile(
    r"\A(?:(?:(?:mån|tis|ons|tors|fre|lör|sön)dag(?:en)?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day),? )?(?:den )?"
)
_YEARS = re.compile(
    r"(?:från |sedan |from |since )?([0-9]{4})"
    r"(?:[ ]*(-|/|till|to)[ ]*([0-9]{4}|[0-9]{2}|pågår|tills vidare|nu|ongoing|now)?)?"
)
_OPEN_START = re.compile(r"(?:från|sedan|from|since) ")
# RFC 3986 allows none of these in an address.
_NOT_IN_ADDRESS = re.compile(r"[\s\0<>\"\\]")


class AnswerProblem(StrEnum):
    """What is wrong with an answer, or with a group as a whole (`no_items`)."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
    NOT_ALONE = "not_alone"
    NO_ITEMS = "no_items"


def is_blank(value: Value | None) -> bool:
    """Whether nothing has been written or chosen."""
    if not value:
        return True
    return not value.strip() if isinstance(value, str) else not any(value)


def keys(value: Value | None) -> list[str]:
    """The option keys in a choice or choices, none when it is empty."""
    chosen = [value] if isinstance(value, str) else value or []
    return [key for key in chosen if key]


def standing_alone(question: Question, value: Value | None) -> list[Option]:
    """The chosen options that may not be chosen together with any other."""
    chosen = keys(value)
    return [option for option in question.options if option.alone and option.key in chosen]


def answered(question: Question, values: Values) -> bool:
    """Whether the question, or the free text next to it, has been answered."""
    return any(not is_blank(values.get(field.key)) for field in answer_fields(question))


def validate(question: Question, value: Value | None) -> AnswerProblem | None:
    """The problem that stops a value from being submitted.

    It is too long, too many, unreadable, or not alone. None when nothing stops it.
    """
    if is_blank(value) or value is None:
        return None
    try:
        cleaned = clean(question, value)
    except ValueError:
        return AnswerProblem.UNREADABLE
    # Measured as it will be kept: spaces around a text and Windows' line ends count for nothing.
    if question.max_length is not None and len(cleaned) > question.max_length:
        return AnswerProblem.TOO_LONG
    if question.at_most is not None and len(cleaned) > question.at_most:
        return AnswerProblem.TOO_MANY
    if standing_alone(question, value) and len(cleaned) > 1:
        return AnswerProblem.NOT_ALONE
    return None


def clean(question: Question, value: Value | None) -> Any:
    """The value a submitted version keeps, None when empty.

    Raises `ValueError` when it cannot be read as the question's type.

    Texts and option keys are `str`, numbers `int` or `float`, dates ISO `str`, years `{"from": int,
    "to": int | None}`, choices a list of option keys in the order of the options.
    """
    if is_blank(value) or value is None:
        return None
    if question.type is QuestionType.CHOICES:
        return _chosen(question, keys(value))
    if not isinstance(value, str):
        raise ValueError(question.key)
    if question.type is QuestionType.CHOICE:
        return _chosen(question, [value])[0]
    return written(value) if question.type in WRITING else _READERS[question.type](value)


def typed(value: Any) -> Value:
    """The text that `clean` would read as this value.

    For a value of an earlier year that goes into a new draft.
    """
    if isinstance(value, list):
        return [str(key) for key in value]
    if isinstance(value, dict):
        start, end = value["from"], value["to"]
        return str(start) if end == start else f"{start}–{end or ''}"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").replace(".", ",")
    return "" if value is None else str(value)


def written(text: str) -> str:
    """The text as typed, without NUL and without space around it.

    The browser's line ends are made one kind.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def excess(question: Question, value: Value | None) -> int:
    """By how many characters a text is too long, or by how many choices too many."""
    limit = question.at_most if question.type in CHOOSING else question.max_length
    if limit is None or is_blank(value):
        return 0
    return max(0, len(clean(question, value)) - limit)


def number(text: str) -> int | float:
    """ "1 500", "12,5", "-3".

    Raises `ValueError` otherwise, also for "1.500", which could mean two things.
    """
    # Text copied from a document may have the real minus sign, which `int` does not read.
    normalised = text.strip().replace("\u2212", "-")
    match = _NUMBER.fullmatch(normalised)
    if match is None or _THOUSANDS_WITH_POINT.fullmatch(normalised):
        raise ValueError(text)
    sign, whole, decimals = match.groups()
    digits = sign + re.sub(_SPACE, "", whole)
    return float(f"{digits}.{decimals}") if decimals and int(decimals) else int(digits)


def date(text: str, in_year: int | None = None) -> str:
    """The ISO date of a day as people write it.

    "2027-01-14", "14/1 2027", "14.1.2027", "14 jan 2027", "torsdag den 14 januari 2027" or
    "January 14, 2027". The day comes before the month, as in Sweden. "14/1" and "14 jan" are in the
    year `in_year`, when it is given. Raises `ValueError` otherwise.
    """
    normalised = _BEFORE_DATE.sub("", _single_spaced(text).lower(), count=1)
    if in_year is not None and not _HAS_YEAR.search(normalised):
        normalised = f"{normalised} {in_year}"
    year, month, day = _year_month_day(normalised)
    return dt.date(_plausible(year), month, day).isoformat()


def years(text: str) -> dict[str, int | None]:
    """The years in "2021–2024", "2021-24", "2021-", "sedan 2021", "2021"; an open end is None.

    Raises `ValueError` otherwise.
    """
    # Keyboards and word processors write one span with any of these dashes.
    normalised = re.sub("[‐‑‒–—−]", "-", _single_spaced(text).lower())
    match = _YEARS.fullmatch(normalised)
    if match is None:
        raise ValueError(text)
    first, dash, end = match.groups()
    start = _plausible(int(first))
    if dash is None:
        return {"from": start, "to": None if _OPEN_START.match(normalised) else start}
    if not end or not end.isdigit():
        return {"from": start, "to": None}
    # "2021-24": two digits are a year of the same century.
    stop = _plausible(int(first[:2] + end if len(end) == 2 else end))
    if stop < start:
        raise ValueError(text)
    return {"from": start, "to": stop}


def url(text: str) -> str:
    """A web address; https:// is put before one that is written without scheme.

    Raises `ValueError` for anything but the web.
    """
    normalised = text.strip()
    address = (
        normalised
        if re.match(r"[a-z][a-z0-9+.-]{0,30}://", normalised, re.IGNORECASE)
        else f"https://{normalised}"
    )
    parts = urlsplit(address)
    host = parts.hostname or ""
    # Others press these links: no `javascript:`, and no "user@host", which hides where they lead.
    of_the_web = parts.scheme in ("http", "https") and "@" not in parts.netloc
    named = all(host.split(".")) and "." in host and parts.port != 0
    if not of_the_web or not named or _NOT_IN_ADDRESS.search(address):
        raise ValueError(text)
    return address


_READERS: dict[QuestionType, Callable[[str], Any]] = {
    QuestionType.NUMBER: number,
    QuestionType.DATE: date,
    QuestionType.YEARS: years,
    QuestionType.URL: url,
}


def _chosen(question: Question, chosen: list[str]) -> list[str]:
    wanted = dict.fromkeys(chosen)
    # The list of organisations is not part of the definition; forms drop keys that are not offered.
    if question.source == "organisations":
        return list(wanted)
    known = [option.key for option in question.options if option.key in wanted]
    if len(known) < len(wanted):
        raise ValueError(question.key)
    return known


def _year_month_day(normalised: str) -> tuple[int, int, int]:
    if match := _YEAR_FIRST.fullmatch(normalised):
        year, month, day = (int(part) for part in match.groups() if part)
        return year, month, day
    if match := _DAY_FIRST.fullmatch(normalised):
        day, month, year = (int(part) for part in match.groups())
        return year, month, day
    if match := _DAY_AND_NAME.fullmatch(normalised):
        return int(match[3]), _month(match[2]), int(match[1])
    if match := _NAME_AND_DAY.fullmatch(normalised):
        return int(match[3]), _month(match[1]), int(match[2])
    raise ValueError(normalised)


def _month(name: str) -> int:
    for index, names in enumerate(_MONTHS, start=1):
        # The patterns ask for three letters, and these tell the months apart in both languages.
        if any(full.startswith(name) for full in names):
            return index
    raise ValueError(name)


def _plausible(year: int) -> int:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(year)
    return year


def _single_spaced(text: str) -> str:
    return " ".join(text.split())

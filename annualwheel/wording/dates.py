"""Dates, times and numbers in Swedish and English words, as text.

Moments are aware datetimes and are shown on the clock of Stockholm; plain dates are shown as they
are. `language` is "sv" or "en"; anything else raises `KeyError`. Spaces inside a date, a time or a
number do not break at a line end. The forms follow Webbriktlinje R66 (point in times, year written
out) and Myndigheternas skrivregler.
"""

from __future__ import annotations

import datetime as dt

from annualwheel.clock import local

NBSP = "\N{NO-BREAK SPACE}"
DASH = "\N{EN DASH}"

WEEKDAYS = {
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "sv": (
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
SHORT_MONTHS = {
    "sv": ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
# As words in running text. English says "no", as in "no answers".
COUNTS = {
    "sv": ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio"),
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}
ZONE = f"(Swedish{NBSP}time)"


def as_date(when: dt.date) -> dt.date:
    """The day in Stockholm of a moment; a plain date is given back."""
    return local(when).date() if isinstance(when, dt.datetime) else when


def day(when: dt.date, language: str) -> str:
    """ "fredag 22 januari 2027", "Friday 22 January 2027"."""
    return f"{weekday_day(when, language)}{NBSP}{as_date(when).year}"


def weekday_day(when: dt.date, language: str) -> str:
    """ "fredag 22 januari", "Friday 22 January": where the year is clear, as in a subject line."""
    return f"{WEEKDAYS[language][as_date(when).weekday()]} {day_month(when, language)}"


def day_month(when: dt.date, language: str) -> str:
    """ "22 januari", "22 January"."""
    date = as_date(when)
    return f"{date.day}{NBSP}{MONTHS[language][date.month - 1]}"


def day_short(when: dt.date, language: str) -> str:
    """ "22 jan", "22 Jan": the form of tables."""
    date = as_date(when)
    return f"{date.day}{NBSP}{SHORT_MONTHS[language][date.month - 1]}"


def period(opens: dt.date, closes: dt.date, language: str) -> str:
    """ "2–15 nov", "16 nov–11 dec": both days are included; the form of tables."""
    first, last = as_date(opens), as_date(closes)
    if first == last:
        return day_short(first, language)
    same_month = (first.year, first.month) == (last.year, last.month)
    begin = first.day if same_month else day_short(first, language)
    return f"{begin}{DASH}{day_short(last, language)}"


def time_short(when: dt.datetime, language: str) -> str:
    """ "9.00", "14.32", "9:00": the time alone, as in tables and behind a word of one's own."""
    clock = local(when)
    return f"{clock.hour}{':' if language == 'en' else '.'}{clock.minute:02}"


def time(when: dt.datetime, language: str) -> str:
    """ "kl. 9.00", "kl. 14.32", "9:00": the form of running text."""
    clock = time_short(when, language)
    return clock if language == "en" else f"kl.{NBSP}{clock}"


def day_time(when: dt.datetime, language: str) -> str:
    """ "fredag 22 januari 2027 kl. 9.00", "Friday 22 January 2027, 9:00 (Swedish time)"."""
    # A space that breaks between day and time: on a phone whole moments were cut off.
    if language == "en":
        return f"{day(when, language)}, {time(when, language)} {ZONE}"
    return f"{day(when, language)} {time(when, language)}"


def weekday_time(when: dt.datetime, language: str) -> str:
    """A moment by which one must answer.

    "torsdag 14 januari kl. 12.00", "Thursday 14 January, 12:00 (Swedish time)".
    """
    if language == "en":
        return f"{weekday_day(when, language)}, {time(when, language)} {ZONE}"
    return f"{weekday_day(when, language)} {time(when, language)}"


def span(starts: dt.datetime, ends: dt.datetime, language: str) -> str:
    """A day and the hours between two moments.

    "fredag 22 januari 2027 kl. 9.00–15.30", "Friday 22 January 2027, 9:00 to 15:30 (Swedish time)".
    """
    if as_date(starts) != as_date(ends):
        return _over_days(starts, ends, language)
    if language == "en":
        return f"{day(starts, language)}, {hours(starts, ends, language)} {ZONE}"
    return f"{day(starts, language)} {hours(starts, ends, language)}"


def hours(starts: dt.datetime, ends: dt.datetime, language: str) -> str:
    """ "kl. 9.00–15.30", "9:00 to 15:30": two times on one day."""
    first, last = (time_short(when, language) for when in (starts, ends))
    return f"{first}{NBSP}to{NBSP}{last}" if language == "en" else f"kl.{NBSP}{first}{DASH}{last}"


def moment(when: dt.datetime, now: dt.datetime, language: str) -> str:
    """When something happened.

    "i dag kl. 14.32", "i går kl. 16.02", otherwise the day and the time: "today at 14:32",
    "Friday 22 January 2027 at 9:00". One list has all of these, so none of them names the zone.
    """
    days_ago = (as_date(now) - as_date(when)).days
    relative = {"sv": (f"i{NBSP}dag", f"i{NBSP}går"), "en": ("today", "yesterday")}[language]
    begins = relative[days_ago] if days_ago in (0, 1) else day(when, language)
    return f"{begins}{' at' if language == 'en' else ''} {time(when, language)}"


def until(when: dt.date, language: str) -> str:
    """ "till och med torsdag 14 januari 2027": a deadline is a whole day."""
    return f"{'up to and including' if language == 'en' else 'till och med'} {day(when, language)}"


def number(value: int, language: str) -> str:
    """ "1 500" with a space that does not break, "1,500"."""
    return f"{value:,}" if language == "en" else f"{value:,}".replace(",", NBSP)


def percent(share: float, language: str) -> str:
    """A share between 0 and 1 as whole percent: "72 %", "72%".

    Only nothing is 0 and only everything is 100.
    """
    whole = round(share * 100)
    if 0 < share < 1:
        whole = min(99, max(1, whole))
    return f"{whole}%" if language == "en" else f"{whole}{NBSP}%"


def count(value: int, language: str) -> str:
    """ "två" up to ten, digits above. The Swedish one is "en", as in "en sak"."""
    return COUNTS[language][value] if 0 <= value <= 10 else number(value, language)


def possessive(name: str, language: str) -> str:
    """ "Annas", "Lars", "Anna's": whose text it is."""
    if language == "en":
        return f"{name}'s"
    return name if name[-1:].lower() in ("s", "x", "z") else f"{name}s"


def _over_days(starts: dt.datetime, ends: dt.datetime, language: str) -> str:
    first, last = (
        f"{day(when, language)}{',' if language == 'en' else ''} {time(when, language)}"
        for when in (starts, ends)
    )
    return f"{first} to {last} {ZONE}" if language == "en" else f"{first} till {last}"

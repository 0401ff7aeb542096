"""The words of the pages.

They are the names and looks of states, kinds and roles, and dates in the page's language.

Every function takes `language` ("sv" or "en") last; without it the language of the request is used.
A name that is not in the tables raises `KeyError`: a raw state must never reach a screen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, NamedTuple

from flask_babel import get_locale
from flask_babel import gettext as _
from jinja2 import pass_context

from annualwheel.web.wording.line_breaks import breakable, unbroken
from annualwheel.wording import dates, names


class Word(NamedTuple):
    """A name in both languages, and the tone and icon of its tag (see `macros/parts.html`)."""

    sv: str
    en: str
    tone: str = ""
    icon: str = "dot"


class Look(NamedTuple):
    """A word chosen for one language."""

    text: str
    tone: str
    icon: str


REGISTRATION = {
    "unconfirmed": Word("Väntar på bekräftelse", "Waiting for confirmation", "warn", "half"),
    "invited": Word("Inbjuden, inte svarat", "Invited, no answer yet"),
    "waitlisted": Word("På väntelistan", "On the waiting list", "info", "half"),
    "offered": Word("Erbjuden plats", "Offered a seat", "warn", "half"),
    "registered": Word("Anmäld", "Registered", "ok", "check"),
    "to_reconfirm": Word(
        "Behöver bekräfta ny dag", "Needs to confirm the new date", "warn", "warn"
    ),
    "declined": Word("Tackat nej", "Declined", "", "cross"),
    "withdrawn": Word("Avbokad", "Cancelled", "", "cross"),
    "substituted": Word("Ersatt av någon annan", "Replaced by someone else", "", "people"),
    "revoked": Word("Borttagen från mötet", "Removed from the meeting", "", "cross"),
    "attended": Word("Var på plats", "Attended", "ok", "check"),
    "merged": Word(
        "Sammanslagen med en annan anmälan", "Merged with another registration", "", "people"
    ),
}
PERSON = {
    "active": Word("Aktiv", "Active", "ok", "check"),
    "inactive": Word("Inaktiv", "Inactive", "", "cross"),
    "merged": Word("Sammanslagen med en annan person", "Merged with another person", "", "people"),
}
MEETING = {
    "work": Word("Arbetsmötet", "Working meeting"),
    "direction": Word("Riktningsmötet", "Strategic direction meeting"),
    "conference": Word("Värmland 2040-konferensen", "Värmland 2040 conference"),
}
MEETING_RUNNING = {kind: Word(name["sv"], name["en"]) for kind, name in names.MEETINGS.items()}
MEETING_SHORT = {
    "work": Word("arbetsmötet", "working meeting"),
    "direction": Word("riktningsmötet", "strategic direction meeting"),
    "conference": Word("konferensen", "conference"),
}
LETTERS = {"work": "A", "direction": "R", "conference": "K"}
PHASE = {
    "invitation": Word("Inbjudan", "Invitation"),
    "registration": Word("Anmälan", "Registration"),
    "change": Word("Ändra anmälan", "Change a registration"),
    "preparation": Word("Förberedelse", "Preparation"),
    "followup": Word("Efterarbete", "Wrap-up"),
}
PHASE_STATE = {
    "done": Word("Klart", "Done", "ok", "check"),
    "now": Word("Pågår", "Under way", "info", "half"),
    "todo": Word("Kommer", "To come"),
}
MESSAGE = {
    "queued": Word("Väntar på att skickas", "Waiting to be sent", "", "half"),
    "sending": Word("Skickas nu", "Being sent", "info", "half"),
    "retry": Word("Försöker igen", "Trying again", "warn", "half"),
    "sent": Word("Skickat", "Sent", "ok", "check"),
    "failed": Word("Kom inte fram", "Not delivered", "err", "warn"),
    "unknown": Word("Osäkert om det kom fram", "Delivery uncertain", "warn", "warn"),
    "expired": Word("Gick inte iväg", "Not sent", "err", "warn"),
    "withheld": Word("Skickades inte", "Not sent", "", "cross"),
    "dropped": Word("Struket, gällde inte längre", "Dropped, no longer applied", "", "cross"),
    "not_sent": Word(
        "Ska inte skickas, någon bestämde det",
        "Not to be sent, somebody decided so",
        "",
        "cross",
    ),
}
MAILING = {
    "settling": Word("Anmälda följer med", "Registrations follow", "info", "half"),
    "preparing": Word("Förbereds", "Being prepared"),
    "sending": Word("Skickas nu", "Being sent", "info", "half"),
    "done": Word("Skickat", "Sent", "ok", "check"),
    "paused": Word("Pausat", "Paused", "warn", "warn"),
    "stopped": Word("Har stannat", "Has stopped", "err", "warn"),
}
# What the mail server does not do for us, by how far the talk with it came.
STAGE = {
    "connection": Word("Mejlservern går inte att nå.", "The mail server cannot be reached."),
    "tls": Word(
        "Det går inte att koppla upp säkert till mejlservern (TLS).",
        "There is no secure connection to the mail server (TLS).",
    ),
    "ehlo": Word(
        "Mejlservern svarar inte på vår hälsning (EHLO).",
        "The mail server does not answer our greeting (EHLO).",
    ),
    "auth": Word(
        "Mejlservern godtar inte vår inloggning (AUTH).",
        "The mail server does not accept our sign-in (AUTH).",
    ),
    "mail": Word(
        "Mejlservern tar inte emot mejl från vår adress (MAIL).",
        "The mail server takes no e-mail from our address (MAIL).",
    ),
    "rcpt": Word(
        "Mejlservern för inte vidare våra mejl (RCPT).",
        "The mail server passes none of our e-mail on (RCPT).",
    ),
    "data": Word(
        "Mejlservern tar inte emot våra mejl (DATA).",
        "The mail server does not take our e-mail (DATA).",
    ),
}
MEETING_STATE = {
    "planned": Word("Planerat", "Planned"),
    "cancelled": Word("Inställt", "Cancelled", "err", "warn"),
    "closed": Word("Avslutat", "Closed", "ok", "check"),
}
MODE = {
    "on_site": Word("På plats", "On site", "", "people"),
    "online": Word("Digitalt", "Online", "", "people"),
}
MEMBER = {
    "lead": Word("Samordnar svaret", "Leads the response", "info", "people"),
    "writer": Word("Skriver", "Writes", "", "people"),
}
PACK = {
    "queued": Word("Väntar på att skapas", "Waiting to be made", "", "half"),
    "building": Word("Skapas nu", "Being made", "info", "half"),
    "ready": Word("Klart att hämta", "Ready to download", "ok", "check"),
    "failed": Word("Kunde inte skapas", "Could not be made", "err", "warn"),
    "cancelled": Word("Avbrutet", "Cancelled"),
}
ROLE = {
    "coordinator": Word("koordinator", "coordinator"),
    "facilitator": Word("processledare", "facilitator"),
    "administrator": Word("administratör", "administrator"),
}
SUBMISSION = {
    "none": Word("Inte påbörjat", "Not started"),
    "draft": Word("Utkast", "Draft", "info", "half"),
    "submitted": Word("Inskickat", "Submitted", "ok", "check"),
    "changed": Word("Ändringar inte inskickade", "Changes not submitted", "warn", "half"),
}
TABLES: Mapping[str, Mapping[str, Word]] = {
    "registration": REGISTRATION,
    "person": PERSON,
    "meeting": MEETING,
    "meeting_running": MEETING_RUNNING,
    "meeting_short": MEETING_SHORT,
    "phase": PHASE,
    "phase_state": PHASE_STATE,
    "message": MESSAGE,
    "role": ROLE,
    "submission": SUBMISSION,
    "mailing": MAILING,
    "stage": STAGE,
    "meeting_state": MEETING_STATE,
    "mode": MODE,
    "member": MEMBER,
    "pack": PACK,
}


def current_language() -> str:
    """The language of the request, "sv" outside one."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "sv"


def look(table: str, name: str, language: str | None = None) -> Look:
    """Text, tone and icon of `name` in one of `TABLES`, as in `look("registration", "invited")`."""
    word = TABLES[table][name]
    text = word.en if (language or current_language()) == "en" else word.sv
    return Look(text, word.tone, word.icon)


def label(name: str, table: str, language: str | None = None) -> str:
    """Only the text; as a filter `{{ registration.state|label("registration") }}`."""
    return look(table, name, language).text


def meeting(kind: str, language: str | None = None) -> str:
    """ "Arbetsmötet": the name of a meeting first in a sentence, or alone."""
    return label(kind, "meeting", language)


def meeting_running(kind: str, language: str | None = None) -> str:
    """ "arbetsmötet", "the working meeting": inside a sentence."""
    return label(kind, "meeting_running", language)


def meeting_letter(kind: str) -> str:
    """The letter of a meeting in the wheel, on the cards and in the tables, in both languages."""
    return LETTERS[kind]


def day(when: dt.date, language: str | None = None) -> str:
    """The same as `dates.day`: "fredag 22 januari 2027"."""
    return dates.day(when, language or current_language())


def weekday_day(when: dt.date, language: str | None = None) -> str:
    """The same as `dates.weekday_day`: "fredag 22 januari"."""
    return dates.weekday_day(when, language or current_language())


def day_month(when: dt.date, language: str | None = None) -> str:
    """The same as `dates.day_month`: "22 januari"."""
    return dates.day_month(when, language or current_language())


def day_short(when: dt.date, language: str | None = None) -> str:
    """The same as `dates.day_short`: "22 jan"."""
    return dates.day_short(when, language or current_language())


def period(opens: dt.date, closes: dt.date, language: str | None = None) -> str:
    """The same as `dates.period`: "16 nov–11 dec"."""
    return dates.period(opens, closes, language or current_language())


def time(when: dt.datetime, language: str | None = None) -> str:
    """The same as `dates.time`: "kl. 9", "kl. 14.32"."""
    return dates.time(when, language or current_language())


def time_short(when: dt.datetime, language: str | None = None) -> str:
    """The same as `dates.time_short`: "9.00"."""
    return dates.time_short(when, language or current_language())


def day_time(when: dt.datetime, language: str | None = None) -> str:
    """The same as `dates.day_time`: "fredag 22 januari 2027 kl. 9"."""
    return dates.day_time(when, language or current_language())


def weekday_time(when: dt.datetime, language: str | None = None) -> str:
    """The same as `dates.weekday_time`: "torsdag 14 januari kl. 12.00"."""
    return dates.weekday_time(when, language or current_language())


def span(starts: dt.datetime, ends: dt.datetime, language: str | None = None) -> str:
    """The same as `dates.span`: "fredag 22 januari 2027 kl. 9.00–15.30"."""
    return dates.span(starts, ends, language or current_language())


def hours(starts: dt.datetime, ends: dt.datetime, language: str | None = None) -> str:
    """The same as `dates.hours`: "kl. 9.00–15.30"."""
    return dates.hours(starts, ends, language or current_language())


def moment(when: dt.datetime, now: dt.datetime, language: str | None = None) -> str:
    """The same as `dates.moment`: "i dag kl. 14.32"."""
    return dates.moment(when, now, language or current_language())


def until(when: dt.date, language: str | None = None) -> str:
    """The same as `dates.until`: "till och med torsdag 14 januari 2027"."""
    return dates.until(when, language or current_language())


def number(value: int, language: str | None = None) -> str:
    """The same as `dates.number`: "1 500"."""
    return dates.number(value, language or current_language())


def percent(share: float, language: str | None = None) -> str:
    """The same as `dates.percent`: "72 %" of a share between 0 and 1."""
    return dates.percent(share, language or current_language())


def number_in_words(value: int, language: str | None = None) -> str:
    """The same as `dates.count`: "två" up to ten, digits above."""
    return dates.count(value, language or current_language())


def possessive(name: str, language: str | None = None) -> str:
    """The same as `dates.possessive`: "Annas"."""
    return dates.possessive(name, language or current_language())


def sentence(text: str) -> str:
    """The text with a capital first letter and the rest as it is."""
    # Not `capitalize`, which makes all other letters small: "Värmland 2040" is a name.
    return text[:1].upper() + text[1:]


def other_language(code: str) -> str:
    """Says which language a text is in, for who reads the page in the other; "" in the page's."""
    if code == current_language():
        return ""
    return str(_("(på svenska)") if code == "sv" else _("(på engelska)"))


def came_from(source: str) -> str:
    """The source of a person's address, in words (GDPR art. 14.2 f).

    `Person.source` is a kind and a name, or the name of an imported file.
    """
    if not source:
        return str(_("Okänt"))
    kind, colon, who = source.partition(":")
    # An imported file is kept by its name alone.
    if not colon:
        return source
    said = {
        "staff": _("Regionens koordinatorer"),
        "open": _("Personen själv, vid öppen anmälan"),
        "forwarded": _("Personen själv, med en vidarebefordrad länk"),
        "substitute": _("Den som skickade en ersättare"),
        "colleague": _("Den som anmälde eller bjöd in en kollega"),
    }
    # Named where we know who gave us the address: that is the source the person asks about.
    if who:
        said["substitute"] = _("%(name)s, som skickade en ersättare", name=who)
        said["colleague"] = _("%(name)s, som anmälde eller bjöd in en kollega", name=who)
    return str(said.get(kind, source))


# Filters and not globals: a name that nobody has registered fails when the template is read.
_IN_TEMPLATES = (
    breakable,
    unbroken,
    other_language,
    came_from,
    label,
    meeting,
    meeting_running,
    meeting_letter,
    day,
    weekday_day,
    day_month,
    day_short,
    period,
    time,
    time_short,
    day_time,
    weekday_time,
    span,
    hours,
    moment,
    until,
    number,
    percent,
    number_in_words,
    possessive,
    sentence,
)


def when_shown(function: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a function a filter that Jinja calls each time a page is shown.

    Jinja otherwise evaluates `{{ "online"|label("mode") }}` once, when it reads the template, and
    everybody would get the word in the language of whoever came first.
    """

    @pass_context
    @wraps(function)
    def shown(_context: object, *values: Any, **named: Any) -> Any:
        return function(*values, **named)

    return shown


FILTERS: dict[str, Callable[..., Any]] = {
    function.__name__: when_shown(function) for function in _IN_TEMPLATES
}

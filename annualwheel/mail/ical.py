"""Calendar entries as iCalendar (RFC 5545), and by mail (iTIP, RFC 5546).

By mail they are requests and cancellations.

Times carry `TZID=Europe/Stockholm` with our own zone: clients read the rules (RRULE) of a zone
right, and its lists of dates (RDATE), which the library would write, wrong in summer.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from email_validator import validate_email
from icalendar import Calendar, Event, Timezone, vCalAddress, vText, vUri

Status = Literal["CONFIRMED", "TENTATIVE", "CANCELLED"]
STOCKHOLM = ZoneInfo("Europe/Stockholm")
# Stands in a description for whom to ask, which may be another when the mail is sent.
QUESTIONS = "{questions}"
PRODUCT = "-//Värmlandsstrategins årshjul//SV"
ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Stockholm
X-LIC-LOCATION:Europe/Stockholm
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")
ZONE_PART = Timezone.from_ical(ZONE)
BEGIN, END = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"
# A wish only: Google asks every 8 to 24 hours whatever a feed says.
FETCHED_AGAIN = "PT4H"
# A parameter cannot hold these plainly (RFC 5545 3.2, RFC 6868), and some readers, vobject among
# them, show the encoded forms as they are.
NOT_IN_NAMES = str.maketrans({'"': "”", "^": " ", "\n": " "})
# Everything below space but the line break, and delete: RFC 5545 3.1 forbids them in text.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One seat in one calendar, as it is frozen with its mail.

    `uid` is a stored uuid4 in hexadecimal (RFC 7986 5.3 asks for random identifiers without host
    names); it never changes. `sequence` rises with every change of time, place or status. Times are
    aware; `description` is in the attendee's language. `conference` is the address where one joins
    online, "" for none (RFC 7986 5.11). `page` is the path of the page about the meeting, ""
    for the first page.
    """

    uid: str
    sequence: int
    summary: str
    description: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    attendee_name: str
    attendee_address: str
    status: Status = "CONFIRMED"
    conference: str = ""
    page: str = ""

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a calendar entry needs aware times")

    def to_dict(self) -> dict[str, str | int]:
        """Plain values that JSON can hold; times as ISO 8601 with their offset."""
        return asdict(self) | {
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, str | int]) -> Entry:
        """The entry that `to_dict` wrote."""
        times = {
            name: dt.datetime.fromisoformat(str(values[name])) for name in ("starts_at", "ends_at")
        }
        return cls(**{**values, **times})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class WholeDay:
    """A whole day in a feed, in Stockholm: a deadline.

    `uid` never changes and says nothing of whose it is.
    """

    uid: str
    summary: str
    description: str
    on: dt.date


class Organiser(NamedTuple):
    """Who arranges the meeting: a name, an address, a public page, and whom to ask.

    `url` is never a personal link, since calendars are shared. `questions` is one line, which takes
    the place of `QUESTIONS` in a description.
    """

    name: str
    address: str
    url: str
    questions: str = ""


def request(entry: Entry, organiser: Organiser, now: dt.datetime) -> bytes:
    """The entry as METHOD:REQUEST (RFC 5546 3.2.2) to its attendee.

    It is new, or changed when `sequence` has risen.

    The attendee has accepted on our page, so PARTSTAT is ACCEPTED and RSVP is FALSE: no replies are
    asked for. `now` is aware and becomes DTSTAMP. CRLF lines of at most 75 octets.
    """
    return _mailed("REQUEST", entry, organiser, now)


def cancel(entry: Entry, organiser: Organiser, now: dt.datetime) -> bytes:
    """METHOD:CANCEL (RFC 5546 3.2.5) for this attendee alone.

    The caller has raised `sequence` above the last request's.
    """
    cancelled = replace(entry, status="CANCELLED")
    return _mailed("CANCEL", cancelled, organiser, now)


def published(entries: Sequence[Entry], organiser: Organiser, now: dt.datetime) -> bytes:
    """A file to download: METHOD:PUBLISH (RFC 5546 3.2.1), which must not name attendees.

    Only an entry that is CONFIRMED takes up time.
    """
    events = [_in_feed(entry, organiser, now) for entry in entries]
    return _calendar("PUBLISH", events)


def feed(
    name: str,
    entries: Sequence[Entry],
    days: Sequence[WholeDay],
    organiser: Organiser,
    now: dt.datetime,
) -> bytes:
    """What a calendar subscribes to: seats and whole days, named `name` (RFC 7986 5.1).

    It is to be fetched again every four hours.

    METHOD:PUBLISH as in `published`: no attendee. Only an entry that is CONFIRMED takes up time.
    """
    events = [_in_feed(entry, organiser, now) for entry in entries]
    events += [_whole_day(day, organiser, now) for day in days]
    about: list[tuple[str, str, Mapping[str, str]]] = [
        ("NAME", _clean(name), {}),
        ("X-WR-CALNAME", _clean(name), {}),
        ("REFRESH-INTERVAL", FETCHED_AGAIN, {"VALUE": "DURATION"}),
        ("X-PUBLISHED-TTL", FETCHED_AGAIN, {}),
        ("X-WR-TIMEZONE", STOCKHOLM.key, {}),
    ]
    return _calendar("PUBLISH", events, about)


def _mailed(method: str, entry: Entry, organiser: Organiser, now: dt.datetime) -> bytes:
    # What is the same for all who come is written once: on the last evening many answer.
    of_all = replace(entry, uid="", sequence=0, attendee_name="", attendee_address="")
    before, begin, after = _for_all(method, of_all, organiser)
    own = Event()
    _add_own(own, entry, now)
    own.add("ATTENDEE", _attendee(entry))
    lines: bytes = own.to_ical()
    return before + begin + lines.removeprefix(begin).removesuffix(END) + after


# The values that it is made from are its key, so it cannot be out of date.
@lru_cache(maxsize=64)
def _for_all(method: str, entry: Entry, organiser: Organiser) -> tuple[bytes, bytes, bytes]:
    """The calendar in three parts: before the event, its first line, and what follows."""
    event = Event()
    _add_shared(event, entry, organiser)
    return _calendar(method, [event]).partition(BEGIN)


def _calendar(
    method: str, events: Sequence[Event], about: Sequence[tuple[str, str, Mapping[str, str]]] = ()
) -> bytes:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    for property_name, value, parameters in about:
        text = vText(value)
        text.params.update(parameters)
        calendar[property_name] = text
    # The zone first: the library's own way of adding puts it after the events that refer to it.
    calendar.subcomponents = [ZONE_PART, *events]
    content: bytes = calendar.to_ical()
    return content


def _add_own(event: Event, entry: Entry, now: dt.datetime) -> None:
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", now)
    event.add("LAST-MODIFIED", now)


def _add_shared(event: Event, entry: Entry, organiser: Organiser) -> None:
    event.add("DTSTART", entry.starts_at.astimezone(STOCKHOLM))
    event.add("DTEND", entry.ends_at.astimezone(STOCKHOLM))
    event.add("SUMMARY", _clean(entry.summary))
    described = entry.description.replace(QUESTIONS, organiser.questions)
    _add_text(event, DESCRIPTION=described, LOCATION=entry.place)
    event.add("URL", vUri(f"{organiser.url}{entry.page}"))
    if entry.conference:
        event.add("CONFERENCE", vUri(entry.conference), {"VALUE": "URI"})
    event.add("STATUS", entry.status)
    event.add("TRANSP", "OPAQUE")
    event.add("ORGANIZER", _party(organiser.address, organiser.name))


def _in_feed(entry: Entry, organiser: Organiser, now: dt.datetime) -> Event:
    event = Event()
    _add_own(event, entry, now)
    _add_shared(event, entry, organiser)
    if entry.status != "CONFIRMED":
        # A seat that is not certain must not make its owner busy.
        event["TRANSP"] = vText("TRANSPARENT")
    if entry.status == "TENTATIVE":
        event["X-MICROSOFT-CDO-BUSYSTATUS"] = vText("TENTATIVE")
    return event


def _whole_day(day: WholeDay, organiser: Organiser, now: dt.datetime) -> Event:
    event = Event()
    for name, value in (
        ("UID", day.uid),
        ("SEQUENCE", 0),
        ("DTSTAMP", now),
        ("LAST-MODIFIED", now),
        ("DTSTART", day.on),
        # The end is not part of the event (RFC 5545 3.6.1).
        ("DTEND", day.on + dt.timedelta(days=1)),
        ("SUMMARY", _clean(day.summary)),
        ("URL", vUri(organiser.url)),
        ("TRANSP", "TRANSPARENT"),
        ("X-MICROSOFT-CDO-BUSYSTATUS", "FREE"),
    ):
        event.add(name, value)
    _add_text(event, DESCRIPTION=day.description)
    event.add("ORGANIZER", _party(organiser.address, organiser.name))
    return event


def _add_text(event: Event, **texts: str) -> None:
    """An empty property is an error to some readers, so it is left out."""
    for name, text in texts.items():
        if text:
            event.add(name, _clean(text))


def _attendee(entry: Entry) -> vCalAddress:
    attendee = _party(entry.attendee_address, entry.attendee_name)
    for name, value in (
        ("CUTYPE", "INDIVIDUAL"),
        ("ROLE", "REQ-PARTICIPANT"),
        ("PARTSTAT", "ACCEPTED"),
        ("RSVP", "FALSE"),
    ):
        attendee.params[name] = vText(value)
    return attendee


def _party(address: str, name: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{_ascii(address)}")
    party.params["CN"] = vText(_clean(name).translate(NOT_IN_NAMES).strip() or address)
    return party


def _ascii(address: str) -> str:
    """The address as it is mailed: an international domain in its ASCII form (IDNA).

    Raises `ValueError` when it has none.
    """
    if address.isascii():
        return CONTROL.sub("", address)
    found = validate_email(
        address, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False
    )
    return found.ascii_email or ""


def _clean(text: str) -> str:
    return CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))

"""Makers for tests about people who are invited: a meeting with registration open, and somebody to
invite to it.
"""

from __future__ import annotations

import datetime as dt

from annualwheel import audit
from annualwheel.access import links
from annualwheel.clock import STOCKHOLM
from annualwheel.contacts import organisations, people
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.meetings import changes
from annualwheel.meetings.changes import Appointment
from annualwheel.models import AttendanceOption, Meeting, Member, Message, Registration, Year
from annualwheel.participation.replies import Reply
from annualwheel.preparation import membership
from annualwheel.questionnaires import published, reading
from annualwheel.registrations import invitations
from annualwheel.services import services
from config import ROOT
from rehearse.fields import fields_in, sent
from tests.conftest import START
from tests.tiny_browser import Browser

DAY = dt.date(2027, 1, 22)
PEOPLE = (("Maria", "Lindqvist"), ("Erik", "Sand"), ("Anna", "Berg"), ("Johan", "Ask"))


def make_meeting(
    capacity: int | None = None,
    *,
    per_organisation: int | None = None,
    online: bool = False,
    kind: str = "work",
) -> Meeting:
    """The working meeting of 22 January 2027: at the tests' start its registration is open until 11
    December.
    """
    year = db.session.query(Year).filter_by(number=2027).one_or_none() or Year(number=2027)
    db.session.add(year)
    meeting = years.plan_meeting(
        year,
        kind,
        dt.datetime(2027, 1, 22, 9, tzinfo=STOCKHOLM),
        dt.datetime(2027, 1, 22, 15, 30, tzinfo=STOCKHOLM),
        "Nöjesfabriken",
        "Karlstad",
    )
    option = db.session.query(AttendanceOption).filter_by(meeting_id=meeting.id).one()
    option.capacity, option.per_organisation = capacity, per_organisation
    if online:
        db.session.add(AttendanceOption(meeting=meeting, mode="online"))
    db.session.flush()
    db.session.refresh(meeting)
    return meeting


def let_in(guest: Registration, at: dt.datetime) -> Member | None:
    """Opens the answer to the meeting's only questionnaire for the guest, as the button does.

    None where nothing is published, or for somebody whom it does not let in.
    """
    if not guest.meeting.questionnaires:
        return None
    (asked,) = guest.meeting.questionnaires
    return membership.of_registration(guest, asked, at)


def move_meeting(meeting: Meeting, by: dt.timedelta = dt.timedelta(), place: str = "") -> None:
    """Moves the meeting by so much, or to another place, as the system."""
    to = Appointment(
        meeting.starts_at + by, meeting.ends_at + by, place or meeting.place, meeting.address
    )
    changes.move(meeting, to, "", START, audit.SYSTEM)


def make_guest(
    meeting: Meeting,
    given: str = "Maria",
    family: str = "Lindqvist",
    organisation: str = "Hagfors kommun",
    title: str = "Kommunstrateg",
    language: str = "sv",
) -> Registration:
    """Somebody invited to the meeting. The invitation is queued."""
    place = organisations.organisation_named(organisation) or organisations.add_organisation(
        organisation
    )
    person = people.add_person(
        given, family, address_of(given), place, title=title, language=language
    )
    return invitations.invite(meeting, person, place, START)


def address_of(given: str) -> str:
    """The address the makers give a person."""
    return f"{given.lower()}@kommun.example"


def reply_of(registration: Registration, **changes: object) -> Reply:
    """What the person would send with the form as it is, with changes."""
    person = registration.person
    given: dict[str, object] = {
        "given": person.given,
        "family": person.family,
        "email": person.email,
        "title": registration.title,
        "mobile": person.mobile,
        "lunch": True,
        "mode": registration.mode,
        "copy_to": registration.copy_to,
    }
    return Reply(**(given | changes))  # type: ignore[arg-type]


def publish(meeting: Meeting, form: str = "arbetsmote") -> None:
    """Publishes a questionnaire for the meeting."""
    published.publish(meeting, reading.read(ROOT / "forms" / f"{form}.toml"), START, audit.SYSTEM)


def link_of(registration: Registration) -> str:
    """The path of the personal link as it is now."""
    target = links.Target("registration", registration.public_id, registration.link_version)
    return f"/i/{services().link_signer.token(target)}"


def mails(kind: str = "") -> list[Message]:
    """The queued mails, or those of one kind, oldest first."""
    query = db.session.query(Message).order_by(Message.id)
    return (query.filter_by(kind=kind) if kind else query).all()


def in_hand(message: Message) -> Message:
    """The mail as it is while a worker has it in hand: only then something can become of it."""
    message.state = "sending"
    return message


def kinds_since(before: int) -> list[str]:
    """The kinds of the mails queued after the first `before`."""
    return [message.kind for message in mails()[before:]]


def entries() -> list[tuple[str, int, str, str]]:
    """Every calendar mail: method, sequence, address, UID."""
    found = [(message, message.body.calendar) for message in mails() if message.body.calendar]
    return [
        (kept["method"], kept["entry"]["sequence"], message.address, kept["entry"]["uid"])
        for message, kept in found
    ]


def typed(visitor: Browser) -> dict[str, str]:
    """What the last form on the page would send as it is filled in now: to send it twice, or not
    quite as a browser would.
    """
    form = visitor.page.all("form")[-1]
    return {
        control.get("name"): str(value)
        for control in fields_in(visitor.page, form)
        for value in sent(control, {})
    }

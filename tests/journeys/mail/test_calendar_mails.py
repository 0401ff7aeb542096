"""Calendar entries that stay true: one UID for a seat, a SEQUENCE that only rises, and nothing for
who never had one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from annualwheel import audit, unit_of_work
from annualwheel.db import db
from annualwheel.jobs import sweep
from annualwheel.meetings import changes
from annualwheel.models import Registration
from annualwheel.participation import replies, substitution
from annualwheel.participation.substitution import Substitute
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import (
    entries,
    kinds_since,
    mails,
    make_guest,
    make_meeting,
    move_meeting,
    reply_of,
)
from tests.smtp_server import Smtp

WEEK = dt.timedelta(days=7)
MARIA, NEW = "maria@kommun.example", "m.lindqvist@kommun.example"


def say_yes(guest: Registration, **changes: object) -> Registration:
    return replies.register(
        guest, reply_of(guest, **changes), START, audit.participant(guest.person_id)
    )


def say_no(guest: Registration) -> None:
    replies.withdraw(guest, START, audit.participant(guest.person_id))


def move(guest: Registration, by: dt.timedelta = WEEK, place: str = "") -> None:
    move_meeting(guest.meeting, by, place)


def steps() -> list[tuple[str, int, str]]:
    """Method, sequence and address of every calendar mail; they all carry one UID."""
    assert len({entry[3] for entry in entries()}) <= 1
    return [entry[:3] for entry in entries()]


def test_an_invitation_carries_no_calendar_entry(session: Any) -> None:
    guest = make_guest(make_meeting())
    assert (entries(), guest.sequence) == ([], -1)


def test_yes_sends_a_request_with_sequence_zero(session: Any) -> None:
    say_yes(make_guest(make_meeting()))
    assert steps() == [("REQUEST", 0, MARIA)]


def test_withdrawal_cancels_above_the_request(session: Any) -> None:
    say_no(say_yes(make_guest(make_meeting())))
    assert steps() == [("REQUEST", 0, MARIA), ("CANCEL", 1, MARIA)]


def test_yes_again_comes_back_with_the_same_uid_above_the_cancel(session: Any) -> None:
    guest = say_yes(make_guest(make_meeting()))
    say_no(guest)
    say_yes(guest)
    assert steps() == [("REQUEST", 0, MARIA), ("CANCEL", 1, MARIA), ("REQUEST", 2, MARIA)]


def test_a_moved_meeting_updates_the_entry_once(session: Any) -> None:
    guest = say_yes(make_guest(make_meeting()))
    move(guest)
    say_yes(guest)
    assert steps() == [("REQUEST", 0, MARIA), ("REQUEST", 1, MARIA)]


def test_another_place_on_the_same_day_updates_the_entry_and_keeps_the_yes(session: Any) -> None:
    guest = say_yes(make_guest(make_meeting()))
    move(guest, dt.timedelta(), "Karlstad CCC")
    assert (guest.state, steps()) == ("registered", [("REQUEST", 0, MARIA), ("REQUEST", 1, MARIA)])


def test_a_cancelled_meeting_cancels_the_entry(session: Any) -> None:
    guest = say_yes(make_guest(make_meeting()))
    changes.cancel(guest.meeting, "Snö", START, audit.SYSTEM)
    assert steps() == [("REQUEST", 0, MARIA), ("CANCEL", 1, MARIA)]


@pytest.mark.parametrize(
    "how", ["decline", "waitlist and withdraw", "substitute", "meeting cancelled", "meeting moved"]
)
def test_who_never_had_an_entry_gets_no_calendar_mail(session: Any, how: str) -> None:
    guest = make_guest(make_meeting(0 if how.startswith("waitlist") else None))
    actor = audit.participant(guest.person_id)
    if how == "decline":
        replies.decline(guest, "", START, actor)
    elif how == "substitute":
        substitution.substitute(
            guest, Substitute("Eva", "Nord", "eva@kommun.example"), START, actor
        )
    elif how == "meeting cancelled":
        changes.cancel(guest.meeting, "", START, audit.SYSTEM)
    elif how == "meeting moved":
        move(guest)
    else:
        say_no(say_yes(guest))
    assert entries() == []


def test_who_has_lost_the_entry_gets_no_second_cancel(session: Any) -> None:
    guest = say_yes(make_guest(make_meeting()))
    say_no(guest)
    substitution.substitute(
        guest,
        Substitute("Eva", "Nord", "eva@kommun.example"),
        START,
        audit.participant(guest.person_id),
    )
    assert [entry[0] for entry in entries() if entry[2] == MARIA] == ["REQUEST", "CANCEL"]


def test_changed_details_that_no_calendar_shows_send_none(session: Any) -> None:
    guest = say_yes(make_guest(make_meeting()))
    say_yes(guest, lunch=False, mobile="070")
    assert steps() == [("REQUEST", 0, MARIA)]


def test_another_way_of_attending_updates_the_place(session: Any) -> None:
    guest = say_yes(make_guest(make_meeting(online=True)))
    before = len(mails())
    say_yes(guest, mode="online")
    assert (kinds_since(before), steps()[-1]) == (
        ["confirmation", "calendar_update"],
        ("REQUEST", 1, MARIA),
    )
    kept = mails()[-1].body.calendar
    assert kept is not None
    assert kept["entry"]["place"] == "Digitalt möte"


def test_a_new_address_takes_the_entry_out_of_the_old_calendar(
    session: Any, smtp: Smtp, work: Callable[[], int]
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    unit_of_work.commit()
    work()
    say_yes(guest, email=NEW)
    assert steps() == [("REQUEST", 0, MARIA), ("CANCEL", 1, MARIA), ("REQUEST", 2, NEW)]


def test_a_new_address_with_the_yes_to_a_new_day_takes_it_out_too(session: Any) -> None:
    guest = say_yes(make_guest(make_meeting()))
    move(guest)
    say_yes(guest, email=NEW)
    assert steps()[2:] == [("CANCEL", 2, MARIA), ("REQUEST", 3, NEW)]


def test_what_arrives_is_a_request_and_a_cancel_of_the_same_seat(
    session: Any, app: Flask, smtp: Smtp, work: Callable[[], int]
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    unit_of_work.commit()
    work()
    say_no(guest)
    uid = guest.uid
    unit_of_work.commit()
    work()
    found = [(mail, Calendar.from_ical(mail.calendar)) for mail in smtp.to(MARIA) if mail.calendar]
    seen = [
        (str(calendar["METHOD"]), int(event["SEQUENCE"]), str(event["UID"]))
        for _, calendar in found
        for event in calendar.walk("VEVENT")
    ]
    assert seen == [("REQUEST", 0, uid), ("CANCEL", 1, uid)]
    for mail, calendar in found:
        part = next(
            part for part in mail.message.walk() if part.get_content_type() == "text/calendar"
        )
        assert part["Content-Type"].params["method"] == str(calendar["METHOD"])
        assert "/i/" not in mail.calendar
    assert db.session.get_one(Registration, guest.id).sequence == 1


# What the entry of a seat is called, what it says, and what its CANCEL says of a seat that is given
# up and of a meeting that is called off.
SAID = {
    "sv": {
        "summary": "Arbetsmöte, Värmlandsstrategin",
        "registered": "Du är anmäld. Ändra eller avboka med länken i mejlet med din bekräftelse.",
        "withdrawn": "Den här bokningen gäller inte längre.",
        "called off": "Mötet är inställt.",
        "questions": "Frågor: ",
    },
    "en": {
        "summary": "Working meeting, Värmland Strategy",
        "registered": (
            "You are registered. Change or cancel with the link in the e-mail that confirmed it."
        ),
        "withdrawn": "This booking no longer holds.",
        "called off": "The meeting is cancelled.",
        "questions": "Questions: ",
    },
}


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("ends", ["withdrawn", "called off"])
def test_what_arrives_says_whose_meeting_it_is_and_what_is_true_of_the_seat(
    session: Any, smtp: Smtp, work: Callable[[], int], clock: Fixed, language: str, ends: str
) -> None:
    guest = say_yes(make_guest(make_meeting(), language=language))
    unit_of_work.commit()
    work()
    if ends == "withdrawn":
        say_no(guest)
    else:
        changes.cancel(guest.meeting, "Snö", START, audit.SYSTEM)
    unit_of_work.commit()
    # What a whole meeting is told goes in its own time.
    clock.advance(dt.timedelta(minutes=11))
    sweep.sweep_minute()
    work()
    said, settings = SAID[language], services().settings
    request, cancel = (
        Calendar.from_ical(mail.calendar).walk("VEVENT")[0]
        for mail in smtp.to(MARIA)
        if mail.calendar
    )
    for event, first in ((request, said["registered"]), (cancel, said[ends])):
        assert event["SUMMARY"] == said["summary"]
        assert str(event["URL"]) == f"{settings.base_url}/moten/2027/arbetsmote"
        begins, asks = str(event["DESCRIPTION"]).splitlines()
        assert (begins, asks.startswith(said["questions"])) == (first, True)
        assert settings.contact_email in asks

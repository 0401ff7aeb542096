"""The calendar a participant subscribes to: the same entries as in the mails, nothing of others,
and harmless to fetch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa

from annualwheel import audit, unit_of_work
from annualwheel.contacts import people
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.mail.ical import STOCKHOLM
from annualwheel.meetings import changes
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Registration
from annualwheel.participation import calendar_feed, replies, revocation, substitution
from annualwheel.participation.substitution import Substitute
from annualwheel.preparation import membership
from annualwheel.registrations import invitations, needs
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import let_in, link_of, make_guest, make_meeting, publish, reply_of
from tests.makers.region import make_year, meeting_of
from tests.makers.writers import OPEN, enter, make_members
from tests.tiny_browser import Browser

LATER = START + dt.timedelta(days=1)


def address(guest: Registration) -> str:
    """The path of the person's calendar."""
    return f"/k/{services().link_signer.token(calendar_feed.target(guest.person))}.ics"


def read(visitor: Browser, guest: Registration) -> icalendar.Calendar:
    """The calendar as it is fetched now."""
    answer = visitor.fetch("GET", address(guest))
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "text/calendar; charset=utf-8",
    )
    return icalendar.Calendar.from_ical(answer.data)


def timed(calendar: icalendar.Calendar) -> list[tuple[str, str, int]]:
    """UID, status and sequence of what has a time of day."""
    return [
        (str(event["UID"]), str(event["STATUS"]), int(event["SEQUENCE"]))
        for event in calendar.events
        if isinstance(event["DTSTART"].dt, dt.datetime)
    ]


def days(calendar: icalendar.Calendar) -> dict[str, dt.date]:
    """The whole days: what is said, and when."""
    return {
        str(event["SUMMARY"]): event["DTSTART"].dt
        for event in calendar.events
        if not isinstance(event["DTSTART"].dt, dt.datetime)
    }


def say_yes(guest: Registration) -> Registration:
    return replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))


def test_a_seat_has_the_uid_and_sequence_of_its_mailed_entry(
    session: Any, visitor: Browser
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    assert timed(read(visitor, guest)) == [(guest.uid, "CONFIRMED", 0)]
    move = Appointment(guest.meeting.starts_at, guest.meeting.ends_at, "Karlstad CCC")
    changes.move(guest.meeting, move, "", START, audit.SYSTEM)
    calendar = read(visitor, guest)
    assert timed(calendar) == [(guest.uid, "CONFIRMED", 1)]
    assert calendar.events[0]["LOCATION"] == "Karlstad CCC"
    assert calendar.events[0]["DTSTART"].dt == guest.meeting.starts_at.astimezone(STOCKHOLM)


def test_who_has_not_answered_sees_it_as_tentative_with_the_last_day_to_answer(
    session: Any, visitor: Browser
) -> None:
    guest = make_guest(make_meeting())
    calendar = read(visitor, guest)
    event = calendar.events[0]
    assert (timed(calendar), str(event["TRANSP"]), str(event["SUMMARY"])) == (
        [(guest.uid, "TENTATIVE", 0)],
        "TRANSPARENT",
        "Arbetsmöte, Värmlandsstrategin (svara på inbjudan)",
    )
    assert days(calendar) == {"Sista dag att svara: arbetsmötet": dt.date(2026, 12, 11)}
    say_yes(guest)
    assert days(read(visitor, guest)) == {
        "Sista dag för förberedelsen: arbetsmötet, Hagfors kommun": dt.date(2027, 1, 14)
    }


@pytest.mark.parametrize("how", ["withdrawn", "revoked", "substituted", "meeting cancelled"])
def test_what_is_gone_is_cancelled_for_sixty_days_after_the_meeting_and_then_away(
    session: Any, visitor: Browser, clock: Fixed, how: str
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    actor = audit.participant(guest.person_id)
    if how == "withdrawn":
        replies.withdraw(guest, START, actor)
    elif how == "revoked":
        revocation.revoke(guest, START, actor)
    elif how == "substituted":
        substitution.substitute(
            guest, Substitute("Eva", "Nord", "eva@kommun.example"), START, actor
        )
    else:
        changes.cancel(guest.meeting, "Snö", START, audit.SYSTEM)
    assert timed(read(visitor, guest)) == [(guest.uid, "CANCELLED", 1)]
    clock.set(guest.meeting.ends_at + calendar_feed.CANCELLED_SHOWN - dt.timedelta(seconds=1))
    assert timed(read(visitor, guest)) == [(guest.uid, "CANCELLED", 1)]
    clock.set(guest.meeting.ends_at + calendar_feed.CANCELLED_SHOWN)
    assert timed(read(visitor, guest)) == []


def test_a_no_before_there_was_an_entry_leaves_nothing(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    replies.decline(guest, "", START, audit.participant(guest.person_id))
    assert len(read(visitor, guest).events) == 0


def test_a_new_day_asks_for_an_answer(session: Any, visitor: Browser) -> None:
    guest = say_yes(make_guest(make_meeting()))
    week = dt.timedelta(days=7)
    changes.move(
        guest.meeting,
        Appointment(guest.meeting.starts_at + week, guest.meeting.ends_at + week, "Karlstad"),
        "",
        START,
        audit.SYSTEM,
    )
    assert timed(read(visitor, guest)) == [(guest.uid, "TENTATIVE", 1)]


def test_the_other_meetings_of_the_year_are_there_as_planned_days(
    session: Any, visitor: Browser
) -> None:
    year = make_year()
    guest = say_yes(make_guest(meeting_of(year)))
    calendar = read(visitor, guest)
    assert [
        str(event["SUMMARY"]) for event in calendar.events if "planerad" in event["SUMMARY"]
    ] == [
        "Riktningsmöte, Värmlandsstrategin (planerad dag)",
        "Värmland 2040-konferensen, Värmlandsstrategin (planerad dag)",
    ]
    assert [status for _uid, status, _sequence in timed(calendar)] == [
        "CONFIRMED",
        "TENTATIVE",
        "TENTATIVE",
    ]
    direction = meeting_of(year, "direction")
    asked = invitations.invite(direction, guest.person, guest.organisation, START)
    assert (asked.uid, "TENTATIVE", 0) in timed(read(visitor, guest))
    assert len(timed(read(visitor, guest))) == 3
    changes.cancel(meeting_of(year, "conference"), "", START, audit.SYSTEM)
    assert len(timed(read(visitor, guest))) == 2


def test_who_only_writes_has_the_last_day_of_the_preparation_and_later_when_opened_again(
    session: Any, visitor: Browser
) -> None:
    meeting = make_meeting()
    publish(meeting)
    guest = say_yes(make_guest(meeting))
    colleague = people.add_person("Anna", "Berg", "anna@kommun.example", guest.organisation)
    member = membership.join(meeting.questionnaires[0], colleague, guest.organisation, START)
    path = f"/k/{services().link_signer.token(calendar_feed.target(colleague))}.ics"
    words = "Sista dag för förberedelsen: arbetsmötet, Hagfors kommun"
    assert days(icalendar.Calendar.from_ical(visitor.fetch("GET", path).data)) == {
        words: dt.date(2027, 1, 14)
    }
    member.submission.reopened_until = dt.datetime(2027, 1, 18, 12, tzinfo=dt.UTC)
    unit_of_work.commit()
    assert days(icalendar.Calendar.from_ical(visitor.fetch("GET", path).data)) == {
        words: dt.date(2027, 1, 18)
    }


def test_a_deadline_keeps_its_uid_when_the_day_changes_and_uids_tell_nothing(
    session: Any, visitor: Browser
) -> None:
    guest = say_yes(make_guest(make_meeting()))

    def uid() -> str:
        return next(
            str(event["UID"])
            for event in read(visitor, guest).events
            if "förberedelsen" in event["SUMMARY"]
        )

    before = uid()
    let_in(guest, START)
    week = dt.timedelta(days=7)
    changes.move(
        guest.meeting,
        Appointment(guest.meeting.starts_at + week, guest.meeting.ends_at + week, "Karlstad"),
        "",
        START,
        audit.SYSTEM,
    )
    assert uid() == before
    assert guest.person.public_id not in before and "@" not in before


def test_no_token_no_needs_and_nobody_else_is_in_it(session: Any, visitor: Browser) -> None:
    guest = say_yes(make_guest(make_meeting()))
    say_yes(make_guest(guest.meeting, "Erik", "Sand"))
    needs.state(guest, "Vegetarisk kost", "Hörslinga", "Jag samtycker", START)
    text = visitor.fetch("GET", address(guest)).get_data(as_text=True).replace("\r\n ", "")
    for word in (
        "ATTENDEE",
        "/i/",
        "/k/",
        "/f/",
        "Vegetarisk",
        "Hörslinga",
        "Erik",
        "Sand",
        guest.person.email,
        guest.public_id,
    ):
        assert word not in text, word
    assert {
        "METHOD:PUBLISH",
        "NAME:Årshjulet: möten och sista dagar",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        "X-WR-CALNAME:Årshjulet: möten och sista dagar",
    } <= set(text.split("\r\n"))
    assert "BEGIN:VTIMEZONE" in text and "RDATE" not in text


def test_it_speaks_the_persons_language(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting(), language="en")
    assert [str(event["SUMMARY"]) for event in read(visitor, guest).events] == [
        "Working meeting, Värmland Strategy (answer the invitation)",
        "Last day to answer: the working meeting",
    ]


def test_what_is_unchanged_is_not_sent_again(session: Any, visitor: Browser, clock: Fixed) -> None:
    guest = make_guest(make_meeting())
    first = visitor.fetch("GET", address(guest))
    assert (first.headers["Cache-Control"], first.headers["X-Robots-Tag"]) == (
        "private, no-cache",
        "noindex",
    )
    clock.set(LATER)
    known = {"If-None-Match": first.headers["ETag"]}
    again = visitor.fetch("GET", address(guest), headers=known)
    assert (again.status_code, again.data) == (304, b"")
    say_yes(guest)
    assert visitor.fetch("GET", address(guest), headers=known).status_code == 200


def test_an_unknown_an_old_and_another_purposes_address_are_answered_alike(
    session: Any, visitor: Browser
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    old = address(guest)
    pages = {
        visitor.fetch("GET", path).data.split(b"<main")[1]
        for path in (
            "/k/avklippt.ics",
            old.replace("/k/", "/k/x"),
            link_of(guest).replace("/i/", "/k/") + ".ics",
        )
    }
    calendar_feed.renew(guest.person, START, audit.participant(guest.person_id))
    pages |= {visitor.fetch("GET", old).data.split(b"<main")[1]}
    assert visitor.fetch("GET", old).status_code == 404
    guest.person.active = False
    with pytest.raises(Missing):
        calendar_feed.by_target(calendar_feed.target(guest.person))
    pages |= {visitor.fetch("GET", address(guest)).data.split(b"<main")[1]}
    assert len(pages) == 1


def test_fetching_costs_as_much_however_much_there_is(session: Any, visitor: Browser) -> None:
    year = make_year()
    guest = say_yes(make_guest(meeting_of(year)))
    publish(guest.meeting)
    let_in(guest, START)
    few = queries(visitor, guest)
    for kind in ("direction", "conference"):
        publish(meeting_of(year, kind), {"direction": "riktningsmote"}.get(kind, "konferens"))
        registration = invitations.invite(
            meeting_of(year, kind), guest.person, guest.organisation, START
        )
        let_in(registration, START)
    assert queries(visitor, guest) == few


def queries(visitor: Browser, guest: Registration) -> int:
    """How many statements one fetch takes."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine, path = db.engine, address(guest)
    visitor.fetch("GET", path)
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        visitor.fetch("GET", path)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_the_page_shows_the_address_and_a_press_gives_a_new_one(
    session: Any, visitor: Browser, new_visitor: Callable[[], Browser]
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    visitor.open(link_of(guest)).press("Se eller ändra din anmälan").follow("Din kalender")
    shown = visitor.page.all("textarea")[0].raw.strip()
    assert shown == f"http://localhost{address(guest)}"
    assert f"webcal://localhost{address(guest)}" in {a.get("href") for a in visitor.page.all("a")}
    assert len(read(new_visitor(), guest).events) == 2
    visitor.press("Gör en ny adress").see("Du har en ny adress")
    assert new_visitor().fetch("GET", shown).status_code == 404
    assert (
        visitor.page.all("textarea")[0].raw.strip() == f"http://localhost{address(guest)}" != shown
    )
    assert len(read(new_visitor(), guest).events) == 2


def test_a_colleague_who_only_writes_finds_the_own_calendar(
    session: Any, new_visitor: Callable[[], Browser], clock: Fixed
) -> None:
    clock.set(OPEN)
    _maria, anna = make_members("Maria", "Anna")
    anna.scope = "arbete"
    session.commit()
    writer = enter(new_visitor(), anna).follow("Din kalender")
    shown = writer.page.all("textarea")[0].raw.strip()
    days = icalendar.Calendar.from_ical(
        new_visitor().fetch("GET", shown.removeprefix("http://localhost")).data
    ).events
    assert [str(d["SUMMARY"]) for d in days if "Sista dag" in str(d["SUMMARY"])] == [
        "Sista dag för förberedelsen: arbetsmötet, Hagfors kommun"
    ]
    writer.press("Gör en ny adress").see("Du har en ny adress").follow("Till översikten").see(
        "Din del"
    )
    assert new_visitor().fetch("GET", shown.removeprefix("http://localhost")).status_code == 404


def test_the_file_of_one_meeting_is_published_with_the_same_uid(
    session: Any, visitor: Browser
) -> None:
    guest = say_yes(make_guest(make_meeting()))
    visitor.open(link_of(guest)).press("Se eller ändra din anmälan")
    calendar = icalendar.Calendar.from_ical(visitor.fetch("GET", "/anmalan/kalender.ics").data)
    assert (str(calendar["METHOD"]), timed(calendar)) == ("PUBLISH", [(guest.uid, "CONFIRMED", 0)])
    assert "ATTENDEE" not in calendar.events[0]


def fetched(visitor: Browser, path: str) -> icalendar.Calendar:
    """A file that is there, with nothing that opens anything in it."""
    answer = visitor.fetch("GET", path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "text/calendar; charset=utf-8",
    )
    assert b"/i/" not in answer.data and b"ATTENDEE" not in answer.data
    return icalendar.Calendar.from_ical(answer.data)


@pytest.mark.parametrize("state", ["invited", "waitlisted", "offered"])
def test_the_day_is_kept_free_before_an_answer(session: Any, visitor: Browser, state: str) -> None:
    guest = make_guest(make_meeting())
    guest.state, guest.queued_at = state, START
    guest.offered_until = LATER if state == "offered" else None
    db.session.commit()
    link = link_of(guest)
    visitor.open(link).see("Spara datumet i kalendern")
    held = fetched(visitor, f"{link}/kalender.ics")
    assert (str(held["METHOD"]), timed(held)) == ("PUBLISH", [(guest.uid, "TENTATIVE", 0)]) and str(
        held.events[0]["TRANSP"]
    ) == "TRANSPARENT"
    assert timed(held) == timed(read(visitor, guest))
    visitor.open(link).press(
        {
            "invited": "Ja, anmäl mig",
            "waitlisted": "Ta platsen eller lämna väntelistan",
            "offered": "Svara på erbjudandet",
        }[state]
    )
    visitor.open("/anmalan").see("Spara datumet i kalendern")
    assert timed(fetched(visitor, "/anmalan/kalender.ics")) == timed(held)
    db.session.expire_all()
    assert (guest.state, guest.sequence) == (state, -1)


@pytest.mark.parametrize(
    "state",
    ["unconfirmed", "declined", "withdrawn", "substituted", "revoked", "cancelled", "begun"],
)
def test_there_is_no_day_to_keep_free_for_who_is_not_asked(
    session: Any, visitor: Browser, clock: Fixed, state: str
) -> None:
    guest = make_guest(make_meeting())
    if state == "cancelled":
        guest.meeting.state = state
    elif state == "begun":
        clock.set(guest.meeting.starts_at)
    else:
        guest.state = state
    db.session.commit()
    visitor.open(link_of(guest)).miss("Spara datumet i kalendern")
    assert visitor.fetch("GET", f"{link_of(guest)}/kalender.ics").status_code == 404
    assert visitor.fetch("GET", "/i/avklippt/kalender.ics").status_code == 404

"""Calendar entries, read back by two independent readers."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from annualwheel.mail import ical
from annualwheel.mail.ical import QUESTIONS, Entry, Organiser, WholeDay

NOW = dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
WINTER = dt.datetime(2027, 1, 22, 8, 0, tzinfo=dt.UTC)
SUMMER = dt.datetime(2027, 6, 10, 7, 0, tzinfo=dt.UTC)
ORGANISER = Organiser(
    "Värmlandsstrategins årshjul",
    "arshjulet@region.example",
    "https://arshjulet.example",
    "fragor@region.example",
)


def make_entry(starts_at: dt.datetime = WINTER, **changes: Any) -> Entry:
    entry = Entry(
        uid="0f8fad5bd9cb469fa165708867280b2d",
        sequence=0,
        summary="Arbetsmötet",
        place="Nöjesfabriken, Karlstad",
        description="Acceptera lägger mötet i kalendern.\nDet ändrar inte din anmälan.",
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=6, minutes=30),
        attendee_name="Åsa Öberg",
        attendee_address="asa.oberg@kommun.example",
    )
    return replace(entry, **changes)


def read(content: bytes) -> Any:
    return vobject.readOne(content.decode())


def event_of(content: bytes) -> icalendar.Event:
    return icalendar.Calendar.from_ical(content).events[0]


@pytest.mark.parametrize(
    ("starts_at", "local_hour"),
    [
        (WINTER, 9),
        (SUMMER, 9),
        (dt.datetime(2027, 10, 10, 7, tzinfo=dt.UTC), 9),
        (dt.datetime(2027, 3, 20, 8, tzinfo=dt.UTC), 9),
        (dt.datetime(1997, 1, 10, 8, tzinfo=dt.UTC), 9),
        (dt.datetime(2039, 7, 1, 7, tzinfo=dt.UTC), 9),
        (dt.datetime(2027, 3, 28, 0, 30, tzinfo=dt.UTC), 1),
        (dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC), 3),
        (dt.datetime(2027, 10, 31, 2, 0, tzinfo=dt.UTC), 3),
    ],
)
def test_times_are_right_summer_and_winter_by_the_zone_in_the_file(
    starts_at: dt.datetime, local_hour: int
) -> None:
    content = ical.request(make_entry(starts_at), ORGANISER, NOW)
    start = read(content).vevent.dtstart.value
    assert start.hour == local_hour
    assert start.astimezone(dt.UTC) == starts_at
    own_zone = icalendar.Calendar.from_ical(content).timezones[0].to_tz()
    assert start.replace(tzinfo=own_zone).astimezone(dt.UTC) == starts_at
    assert start.replace(tzinfo=STOCKHOLM).astimezone(dt.UTC) == starts_at
    assert read(content).vevent.dtend.value.astimezone(dt.UTC) - starts_at == dt.timedelta(
        hours=6, minutes=30
    )


def test_zone_stands_before_the_event_and_goes_by_rules() -> None:
    content = ical.request(make_entry(), ORGANISER, NOW).decode()
    assert content.index("BEGIN:VTIMEZONE") < content.index("BEGIN:VEVENT")
    assert content.count("RRULE:FREQ=YEARLY") == 2 and "RDATE" not in content
    assert "DTSTART;TZID=Europe/Stockholm:20270122T090000" in content


def test_request_asks_for_no_reply_since_the_page_already_has_the_answer() -> None:
    content = ical.request(make_entry(sequence=3), ORGANISER, NOW)
    calendar = read(content)
    assert calendar.method.value == "REQUEST"
    assert not hasattr(calendar.vevent, "method")
    event = calendar.vevent
    attendee = event.attendee
    assert (attendee.value, attendee.params["CN"]) == (
        "mailto:asa.oberg@kommun.example",
        ["Åsa Öberg"],
    )
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == (["ACCEPTED"], ["FALSE"])
    assert (attendee.params["CUTYPE"], attendee.params["ROLE"]) == (
        ["INDIVIDUAL"],
        ["REQ-PARTICIPANT"],
    )
    assert len(event.contents["attendee"]) == 1
    assert event.organizer.value == "mailto:arshjulet@region.example"
    assert event.uid.value == "0f8fad5bd9cb469fa165708867280b2d"
    assert (event.sequence.value, event.status.value, event.transp.value) == (
        "3",
        "CONFIRMED",
        "OPAQUE",
    )
    assert event.dtstamp.value == NOW
    assert event.url.value == "https://arshjulet.example"
    assert event.summary.value == "Arbetsmötet"
    assert event.location.value == "Nöjesfabriken, Karlstad"
    assert (
        event.description.value
        == "Acceptera lägger mötet i kalendern.\nDet ändrar inte din anmälan."
    )
    assert b"VALARM" not in content


def test_cancel_names_the_same_seat_and_attendee_and_says_cancelled() -> None:
    sent, cancelled = (
        ical.request(make_entry(), ORGANISER, NOW),
        ical.cancel(make_entry(sequence=1), ORGANISER, NOW),
    )
    assert read(cancelled).method.value == "CANCEL"
    event, before = read(cancelled).vevent, read(sent).vevent
    assert event.status.value == "CANCELLED"
    assert event.uid.value == before.uid.value and int(event.sequence.value) > int(
        before.sequence.value
    )
    assert (
        event.attendee.value == before.attendee.value
        and event.organizer.value == before.organizer.value
    )
    assert len(event.contents["status"]) == 1


@pytest.mark.parametrize(
    ("changes", "name", "shown"),
    [
        ({"uid": "b" * 32}, "UID", "b" * 32),
        ({"sequence": 7}, "SEQUENCE", "7"),
        ({"summary": "Riktningsmötet"}, "SUMMARY", "Riktningsmötet"),
        ({"description": "Välkommen"}, "DESCRIPTION", "Välkommen"),
        ({"place": "Arvika"}, "LOCATION", "Arvika"),
        ({"starts_at": SUMMER, "ends_at": SUMMER}, "DTSTART", "20270610T090000"),
        ({"ends_at": SUMMER}, "DTEND", "20270610T090000"),
        ({"attendee_address": "bo@x.example"}, "ATTENDEE", "mailto:bo@x.example"),
    ],
)
def test_a_mail_after_another_of_the_same_meeting_says_what_is_its_own(
    changes: dict[str, Any], name: str, shown: str
) -> None:
    ical.request(make_entry(), ORGANISER, NOW)
    ical.cancel(make_entry(), ORGANISER, NOW)
    later = NOW + dt.timedelta(hours=1)
    content = ical.request(make_entry(**changes), ORGANISER, later)
    event = event_of(content)
    assert event[name].to_ical().decode() == shown
    assert (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt) == (later, later)
    assert str(event["STATUS"]) == "CONFIRMED" and b"METHOD:REQUEST\r\n" in content
    assert sorted(event) == sorted(event_of(ical.request(make_entry(), ORGANISER, NOW)))


@pytest.mark.parametrize("number", range(3))
def test_a_mail_after_another_names_its_own_organiser_and_page(number: int) -> None:
    ical.request(make_entry(), ORGANISER, NOW)
    organiser = Organiser(
        *(
            said.replace("rshjul", "nat") if place == number else said
            for place, said in enumerate(ORGANISER)
        )
    )
    event = event_of(ical.request(make_entry(), organiser, NOW))
    said = (event["ORGANIZER"].params["CN"], str(event["ORGANIZER"]), str(event["URL"]))
    assert said == (organiser[0], f"mailto:{organiser[1]}", organiser[2])


def test_file_to_download_is_published_without_attendees() -> None:
    content = ical.published(
        [make_entry(status="TENTATIVE"), make_entry(SUMMER, uid="b" * 32)], ORGANISER, NOW
    )
    assert icalendar.Calendar.from_ical(content)["METHOD"] == "PUBLISH"
    assert b"ATTENDEE" not in content and b"asa.oberg" not in content
    assert [str(event["STATUS"]) for event in icalendar.Calendar.from_ical(content).events] == [
        "TENTATIVE",
        "CONFIRMED",
    ]
    assert content.count(b"BEGIN:VTIMEZONE") == 1


def test_lines_end_in_crlf_and_fold_at_75_octets_between_characters() -> None:
    content = ical.request(
        make_entry(summary="å" * 200, description="Räksmörgås 🎉 " * 40), ORGANISER, NOW
    )
    assert content.endswith(b"END:VCALENDAR\r\n") and not content.endswith(b"\r\n\r\n")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in content.replace(b"\r\n", b"") and b"" not in lines[:-1]
    assert "".join(line.decode() for line in lines)
    assert read(content).vevent.summary.value == "å" * 200


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('Maria "Mia" Lind', "Maria ”Mia” Lind"),
        ("Lind, Maria; x:y", "Lind, Maria; x:y"),
        ("a\r\nATTENDEE:mailto:x@y", "a ATTENDEE:mailto:x@y"),
        ("", "asa.oberg@kommun.example"),
        ("tak^", "tak"),
    ],
)
def test_names_cannot_break_out_of_their_parameter(name: str, shown: str) -> None:
    content = ical.request(make_entry(attendee_name=name), ORGANISER, NOW)
    assert read(content).vevent.attendee.params["CN"] == [shown]
    assert len(read(content).vevent.contents["attendee"]) == 1
    assert event_of(content)["ATTENDEE"].params["CN"] == shown


def test_control_characters_are_left_out_and_line_breaks_kept() -> None:
    entry = make_entry(summary="Möte\x0b\x00 ett\x7f", description="a\r\nb\rc\nBEGIN:VALARM")
    content = ical.request(entry, ORGANISER, NOW)
    assert read(content).vevent.summary.value == "Möte  ett "
    assert read(content).vevent.description.value == "a\nb\nc\nBEGIN:VALARM"
    assert [
        component.name for component in icalendar.Calendar.from_ical(content).walk("VALARM")
    ] == []


@pytest.mark.parametrize(
    ("domain", "mailed"),
    [("örebro.example", "xn--rebro-iua.example"), ("örebro", "xn--rebro-iua")],
)
def test_international_domain_is_written_as_it_is_mailed(domain: str, mailed: str) -> None:
    """Also one that is known in its own house only."""
    content = ical.request(make_entry(attendee_address=f"asa@{domain}"), ORGANISER, NOW)
    assert read(content).vevent.attendee.value == f"mailto:asa@{mailed}"


def test_an_address_without_an_ascii_form_is_refused() -> None:
    with pytest.raises(ValueError, match="before the @"):
        ical.request(make_entry(attendee_address="åsa@kommun.example"), ORGANISER, NOW)


@pytest.mark.parametrize(
    ("status", "busy"), [("CONFIRMED", None), ("TENTATIVE", "TENTATIVE"), ("CANCELLED", None)]
)
def test_a_calendar_shows_a_seat_that_is_not_certain_as_such(
    status: ical.Status, busy: str | None
) -> None:
    event = event_of(ical.published([make_entry(status=status)], ORGANISER, NOW))
    assert event.get("X-MICROSOFT-CDO-BUSYSTATUS") == busy
    assert event["TRANSP"] == ("OPAQUE" if status == "CONFIRMED" else "TRANSPARENT")


def test_empty_texts_are_left_out() -> None:
    event = event_of(ical.request(make_entry(place="", description=""), ORGANISER, NOW))
    assert "LOCATION" not in event and "DESCRIPTION" not in event


def test_entry_survives_the_database() -> None:
    entry = make_entry(SUMMER, sequence=2)
    kept = json.loads(json.dumps(entry.to_dict()))
    assert Entry.from_dict(kept) == entry
    assert ical.request(Entry.from_dict(kept), ORGANISER, NOW) == ical.request(
        entry, ORGANISER, NOW
    )


@pytest.mark.parametrize("naive", [("starts_at",), ("ends_at",), ("starts_at", "ends_at")])
def test_naive_times_are_refused(naive: tuple[str, ...]) -> None:
    entry = make_entry()
    times = {name: getattr(entry, name).replace(tzinfo=None) for name in naive}
    with pytest.raises(ValueError, match="aware"):
        replace(entry, **times)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=120)


@settings(max_examples=60)
@given(summary=TEXT, description=TEXT, place=TEXT)
def test_any_text_comes_back_as_it_was(summary: str, description: str, place: str) -> None:
    content = ical.request(
        make_entry(summary=summary, description=description, place=place), ORGANISER, NOW
    )
    event = event_of(content)
    assert (
        str(event["SUMMARY"]),
        str(event.get("DESCRIPTION", "")),
        str(event.get("LOCATION", "")),
    ) == (summary, description, place)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_only_a_firm_entry_in_a_feed_takes_up_time_and_a_last_day_is_whole() -> None:
    entries = [
        make_entry(),
        make_entry(uid="b", status="TENTATIVE"),
        make_entry(uid="c", status="CANCELLED"),
    ]
    content = ical.feed(
        "Min; kalender",
        entries,
        [WholeDay("d", "Sista dag", "", dt.date(2027, 1, 14))],
        ORGANISER,
        NOW,
    )
    calendar = icalendar.Calendar.from_ical(content)
    assert [str(event["TRANSP"]) for event in calendar.events] == [
        "OPAQUE",
        "TRANSPARENT",
        "TRANSPARENT",
        "TRANSPARENT",
    ]
    last = calendar.events[3]
    assert (last["DTSTART"].dt, last["DTEND"].dt, "DESCRIPTION" in last) == (
        dt.date(2027, 1, 14),
        dt.date(2027, 1, 15),
        False,
    )
    assert b"\r\nNAME:Min\\; kalender\r\n" in content


def test_whom_to_ask_is_whoever_is_asked_when_the_mail_is_sent() -> None:
    entry = make_entry(description=f"Du är anmäld.\nFrågor: {QUESTIONS}")
    kept = Entry.from_dict(json.loads(json.dumps(entry.to_dict())))
    for questions in ("fragor@region.example", "karin@region.example, 054-00 00 00"):
        content = ical.request(kept, ORGANISER._replace(questions=questions), NOW)
        assert read(content).vevent.description.value == f"Du är anmäld.\nFrågor: {questions}"

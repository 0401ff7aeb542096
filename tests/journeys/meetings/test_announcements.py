"""What a moved or cancelled meeting means for everyone: settled at once, written in batches, true
for who answers meanwhile.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.db import db
from annualwheel.jobs import building, sweep
from annualwheel.mailings import sending
from annualwheel.meetings import announcements, changes
from annualwheel.meetings.acts import MeetingNews
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Mailing, Meeting, Message, Registration
from annualwheel.participation import replies
from annualwheel.preparation import membership
from annualwheel.registrations import invitations
from annualwheel.wording import dates
from tests.conftest import START, Fixed
from tests.databases import PostgreSQL, SQLite
from tests.makers.guests import entries, mails, make_guest, make_meeting, publish, reply_of
from tests.makers.region import make_staff, sign_in
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

WEEK, MINUTE = dt.timedelta(days=7), dt.timedelta(minutes=1)


@pytest.fixture
def meeting(session: scoped_session[Session]) -> Meeting:
    return make_meeting()


@pytest.fixture
def written_by_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every meeting counts as a large one."""
    monkeypatch.setattr(announcements, "AT_ONCE", 0)
    monkeypatch.setattr(sending, "BATCH", 2)


def invited(meeting: Meeting, *given: str) -> list[Registration]:
    """People whose invitation has arrived."""
    seats = [make_guest(meeting, name, "Ek") for name in given]
    db.session.query(Message).update({"state": "sent"})
    db.session.commit()
    return seats


def coming(meeting: Meeting, *given: str) -> list[Registration]:
    """People who have said yes, and whose mails have arrived."""
    seats = invited(meeting, *given)
    for registration in seats:
        replies.register(
            registration, reply_of(registration), START, audit.participant(registration.person_id)
        )
    db.session.query(Message).update({"state": "sent"})
    db.session.commit()
    return seats


def move(meeting: Meeting, by: dt.timedelta = WEEK, now: dt.datetime = START) -> Mailing:
    to = Appointment(meeting.starts_at + by, meeting.ends_at + by, meeting.place, meeting.address)
    mailing = changes.move(meeting, to, "Salen är upptagen", now, audit.SYSTEM)
    assert mailing is not None
    db.session.commit()
    return mailing


def write_next(mailing: Mailing) -> bool:
    """Writes the next batch, as the job does."""
    return sending.write_batch(mailing, sending.remaining(mailing, START)[:2], START)


def text_of(mail: Message) -> str:
    """What the mail says, with plain spaces."""
    return " ".join(mail.body.text.split())


def new_to(registration: Registration, since: int = 0) -> list[str]:
    """The kinds of the mails about the seat after the first `since`."""
    db.session.expire_all()
    return [mail.kind for mail in mails()[since:] if mail.registration_id == registration.id]


def test_who_said_yes_hears_that_the_seat_is_kept_until_they_have_answered(
    meeting: Meeting,
) -> None:
    (guest,) = invited(meeting, "Anna")
    (seat,) = coming(meeting, "Maria")
    before = len(mails())
    move(meeting)
    told = {
        mail.registration_id: text_of(mail) for mail in mails()[before:] if mail.kind == "moved"
    }
    assert "Du behåller din plats medan vi väntar på ditt svar" in told[seat.id]
    assert "Din plats är kvar" not in told[guest.id]
    assert "Svara om du kan komma den nya dagen" in told[guest.id]
    # The last day moves with the meeting for who is invited; a seat is held until it begins.
    assert "Svara senast: fredag 18 december 2026" in told[guest.id]
    assert "Svara senast: fredag 29 januari 2027, innan mötet börjar" in told[seat.id]


def test_what_a_mail_would_say_has_the_last_day_as_it_would_be(meeting: Meeting) -> None:
    (guest,) = invited(meeting, "Anna")
    to = Appointment(meeting.starts_at + WEEK, meeting.ends_at + WEEK, meeting.place)
    news = MeetingNews(announcements.as_kept(to.starts_at, to.ends_at, to.place, ""), "")
    before = announcements.facts_before("moved", guest, news, START)
    move(meeting)
    (mail,) = mails("moved")
    assert " ".join(before["answer_by"].split()) == "fredag 18 december 2026"
    assert "fredag 18 december 2026" in text_of(mail)


def test_the_day_that_a_meeting_has_left_is_that_of_its_last_move_to_another_day(
    meeting: Meeting,
) -> None:
    coming(meeting, "Maria")
    first = dates.as_date(meeting.starts_at)
    assert announcements.day_before(meeting) is None
    move(meeting)
    assert announcements.day_before(meeting) == first
    move(meeting, dt.timedelta(hours=1))
    assert announcements.day_before(meeting) == first
    move(meeting)
    assert announcements.day_before(meeting) == first + WEEK


@pytest.mark.usefixtures("written_by_a_job")
def test_the_act_takes_as_many_statements_for_thirty_as_for_three(meeting: Meeting) -> None:
    counts = []
    for several in (1, 3, 27):
        coming(meeting, *(f"Gast{len(counts)}{number}" for number in range(several)))
        statements: list[str] = []
        event.listen(
            db.engine,
            "before_cursor_execute",
            listener := lambda *given, into=statements: into.append(given[2]),
        )
        mailing = move(meeting)
        event.remove(db.engine, "before_cursor_execute", listener)
        assert (
            mailing.state,
            {registration.state for registration in db.session.query(Registration)},
        ) == (
            "preparing",
            {"to_reconfirm"},
        )
        building.prepare(mailing.id)
        db.session.query(Registration).update({"state": "registered"})
        counts.append(len([one for one in statements if not one.startswith(("BEGIN", "SELECT 1"))]))
    assert counts[1] == counts[2], counts  # the first has no earlier move to look at


@pytest.mark.usefixtures("written_by_a_job")
def test_what_a_lost_job_left_is_taken_up_and_nobody_is_told_twice(
    meeting: Meeting, work: Callable[[], int], clock: Fixed, smtp: Smtp
) -> None:
    coming(meeting, "Maria", "Erik", "Anna", "Johan", "Eva")
    mailing = move(meeting)
    assert write_next(mailing)
    db.session.commit()
    assert Counter(mail.kind for mail in mails() if mail.mailing_id) == {
        "moved": 2,
        "calendar_update": 2,
    }
    assert (sending.progress_of(mailing).total, sending.left_behind(START)) == (10, [])
    clock.advance(11 * MINUTE)
    sweep.sweep_minute()
    building.prepare(mailing.id)
    work()
    db.session.expire_all()
    assert Counter(
        (mail.kind, mail.address, mail.state) for mail in mails() if mail.mailing_id
    ) == {
        (kind, f"{name}@kommun.example", "sent"): 1
        for kind in ("moved", "calendar_update")
        for name in ("maria", "erik", "anna", "johan", "eva")
    }
    assert {(method, sequence) for method, sequence, _address, _uid in entries()} == {
        ("REQUEST", 0),
        ("REQUEST", 1),
    }
    assert sending.progress_of(mailing).skipped == 0


@pytest.mark.fault
@pytest.mark.race
def test_killing_the_writer_again_and_again_loses_nobody(
    database: SQLite | PostgreSQL,
    app: Flask,
    session: scoped_session[Session],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(announcements, "AT_ONCE", 0)
    meeting = make_meeting()
    coming(meeting, *(f"Gast{number}" for number in range(40)))
    mailing = move(meeting)
    command = [
        sys.executable,
        "-m",
        "tests.killed_writer",
        database.url,
        f"sqlite:///{tmp_path / 'queue.db'}",
        str(mailing.id),
        "2",
    ]
    for number, until in enumerate((4, 24, 52)):
        ahead = str(2 * number)
        writer, written = subprocess.Popen([*command, ahead]), threading.Event()
        while (
            db.session.query(Message).filter_by(mailing_id=mailing.id).count() < until
            and writer.poll() is None
        ):
            db.session.commit()
            written.wait(0.002)
        writer.kill()
        writer.wait()
        db.session.commit()
    subprocess.run([*command, "6"], check=True)
    db.session.expire_all()
    assert Counter((mail.kind, mail.registration_id) for mail in mails() if mail.mailing_id) == {
        (kind, registration.id): 1
        for kind in ("moved", "calendar_update")
        for registration in db.session.query(Registration)
    }
    assert {registration.sequence for registration in db.session.query(Registration)} == {1}
    assert mailing.state == "sending"


@pytest.mark.usefixtures("written_by_a_job")
def test_who_answers_before_the_mail_is_written_gets_the_truth(meeting: Meeting) -> None:
    yes, no, away, silent = coming(meeting, "Maria", "Erik", "Anna", "Johan")
    (late,) = invited(meeting, "Eva")
    mailing, before = move(meeting), len(mails())
    replies.register(yes, reply_of(yes), START, audit.participant(yes.person_id))
    replies.decline(no, "", START, audit.participant(no.person_id))
    replies.withdraw(away, START, audit.participant(away.person_id))
    replies.register(late, reply_of(late), START, audit.participant(late.person_id))
    building.prepare(mailing.id)
    assert new_to(yes, before) == ["confirmation", "calendar_update"]
    assert new_to(no, before) == ["declined", "calendar_cancel"]
    assert new_to(away, before) == ["withdrawn", "calendar_cancel"]
    assert new_to(late, before) == ["confirmation", "calendar_request"]
    assert new_to(silent, before) == ["moved", "calendar_update"]
    newest = {address: (method, sequence) for method, sequence, address, _uid in entries()}
    assert newest == {
        "maria@kommun.example": ("REQUEST", 1),
        "erik@kommun.example": ("CANCEL", 1),
        "anna@kommun.example": ("CANCEL", 1),
        "eva@kommun.example": ("REQUEST", 0),
        "johan@kommun.example": ("REQUEST", 1),
    }
    assert sending.progress_of(mailing).skipped == mailing.expected - 3


@pytest.mark.usefixtures("written_by_a_job")
def test_a_second_move_tells_each_from_the_day_they_know(meeting: Meeting) -> None:
    coming(meeting, "Maria", "Erik", "Anna")
    first = move(meeting)
    write_next(first)
    db.session.query(Message).filter(
        Message.mailing_id == first.id, Message.address == "maria@kommun.example"
    ).update({"state": "sent"})
    db.session.commit()
    second = move(meeting)
    building.prepare(first.id)
    building.prepare(second.id)
    db.session.expire_all()
    told = [
        (
            mail.address.partition("@")[0],
            mail.state,
            "22 januari" in text_of(mail),
            "29 januari" in text_of(mail),
        )
        for mail in mails("moved")
    ]
    assert sorted(told) == [
        ("anna", "queued", True, False),
        ("erik", "dropped", True, True),
        ("erik", "queued", True, False),
        ("maria", "queued", False, True),
        ("maria", "sent", True, True),
    ]
    assert all("5 februari" in text_of(mail) for mail in mails("moved") if mail.state == "queued")
    assert (
        max(
            sequence for _method, sequence, address, _uid in entries() if address.startswith("erik")
        )
        == 2
    )


@pytest.mark.usefixtures("written_by_a_job")
def test_an_invitation_that_has_not_left_invites_to_the_new_day(meeting: Meeting) -> None:
    registration = make_guest(meeting, "Maria", "Ek")
    building.prepare(move(meeting).id)
    assert new_to(registration) == ["invitation"]
    assert "29 januari" in text_of(mails()[0]) and "22 januari" not in text_of(mails()[0])


def test_of_a_cancellation_nobody_hears_whose_invitation_never_left(
    meeting: Meeting, visitor: Browser
) -> None:
    (knows,) = invited(meeting, "Maria")
    mailing = Mailing(
        meeting=meeting,
        kind="invitation",
        audience={},
        confirm_key="a",
        created_at=START,
        state="paused",
    )
    db.session.add(mailing)
    db.session.flush()
    unknowing = invitations.invite(
        meeting,
        make_guest(make_meeting(kind="direction"), "Erik", "Ek").person,
        knows.organisation,
        START,
        mailing,
    )
    office = (
        sign_in(visitor, make_staff())
        .open("/mote/2027/arbetsmote/stall-in")
        .see("1 person får ett mejl om att mötet är inställt.")
    )
    office.press("Ställ in och mejla 1 person").see("Mötet är inställt. 1 person får ett mejl.")
    assert (new_to(knows), new_to(unknowing)) == (["invitation", "cancelled"], ["invitation"])
    assert [mail.state for mail in mails("invitation") if mail.mailing_id] == ["dropped"]


def test_after_the_press_the_page_says_what_goes_out_and_how_far_it_is(
    meeting: Meeting, visitor: Browser, work: Callable[[], int], smtp: Smtp
) -> None:
    coming(meeting, "Maria", "Erik")
    office = sign_in(visitor, make_staff())
    office.open("/mote/2027/arbetsmote/flytta").fill("Dag", "2027-01-29").fill(
        "Orsak", "Salen är upptagen"
    ).press("Granska ändringen")
    office.press("Ändra och mejla 2 personer").see(
        "Mötet är ändrat. 2 personer får ett mejl.",
        "Mejlen går till 2 personer.",
        "Salen är upptagen",
        "0 av 4 mejl är skickade.",
    )
    work()
    office.open(office.url).see("Utskicket är klart", "4 av 4 mejl är skickade.", "av Karin Ek")
    assert Counter(mail.to[0] for mail in smtp.mails if "Test" not in mail.subject) == {
        "maria@kommun.example": 2,
        "erik@kommun.example": 2,
    }
    office.open("/mote/2027/arbetsmote/stall-in").press("Ställ in och mejla 2 personer").see(
        "Utskick av mejlet om att mötet är inställt"
    )
    work()
    assert sorted(method for method, *_rest in entries()) == ["CANCEL"] * 2 + ["REQUEST"] * 4


def test_those_who_have_submitted_are_told_that_their_answer_is_kept(meeting: Meeting) -> None:
    publish(meeting)
    maria = make_guest(meeting, "Maria", "Ek", "Hagfors kommun")
    erik = make_guest(meeting, "Erik", "Ek", "Arvika kommun")
    for registration in (maria, erik):
        member = membership.join(
            meeting.questionnaires[0], registration.person, registration.organisation, START
        )
        if registration is maria:
            member.submission.state, member.submission.submitted_at = "submitted", START
    db.session.query(Message).update({"state": "sent"})
    changes.cancel(meeting, "", START, audit.SYSTEM)
    said = "inskickat inför mötet finns kvar"
    kept = {mail.registration_id: said in text_of(mail) for mail in mails("cancelled")}
    assert kept == {maria.id: True, erik.id: False}


@pytest.mark.usefixtures("written_by_a_job")
def test_a_paused_announcement_is_written_when_it_goes_on(meeting: Meeting) -> None:
    seats = coming(meeting, "Maria", "Erik", "Anna")
    mailing = move(meeting)
    sending.pause(mailing, START, audit.SYSTEM)
    building.prepare(mailing.id)
    assert mails("moved") == []
    sending.resume(mailing, START, audit.SYSTEM)
    building.prepare(mailing.id)
    assert [mail.registration_id for mail in mails("moved")] == [
        registration.id for registration in seats
    ]


# Moved and moved back before anything has left


def place_of(meeting: Meeting, place: str, now: dt.datetime = START) -> Mailing | None:
    """Moves the meeting to another venue at the same time."""
    to = Appointment(meeting.starts_at, meeting.ends_at, place, meeting.address)
    mailing = changes.move(meeting, to, "", now, audit.SYSTEM)
    db.session.commit()
    return mailing


def back(meeting: Meeting, by: dt.timedelta = -WEEK) -> Mailing | None:
    to = Appointment(meeting.starts_at + by, meeting.ends_at + by, meeting.place, meeting.address)
    mailing = changes.move(meeting, to, "", START, audit.SYSTEM)
    db.session.commit()
    return mailing


def leaves(**which: object) -> None:
    db.session.query(Message).filter_by(state="queued", **which).update({"state": "sent"})
    db.session.commit()


@pytest.mark.parametrize("by_a_job", [True, False])
def test_moved_back_before_anything_left_nobody_hears_and_each_yes_stands(
    meeting: Meeting, monkeypatch: pytest.MonkeyPatch, by_a_job: bool
) -> None:
    if by_a_job:
        monkeypatch.setattr(announcements, "AT_ONCE", 0)
    maria, erik = coming(meeting, "Maria", "Erik")
    (anna,) = invited(meeting, "Anna")
    first, before = move(meeting), len(mails())
    assert (maria.state, anna.state) == ("to_reconfirm", "invited")
    assert back(meeting) is None
    building.prepare(first.id)
    db.session.expire_all()
    assert [one.state for one in (maria, erik, anna)] == ["registered", "registered", "invited"]
    assert len(mails()) == before
    assert {mail.state for mail in mails() if mail.mailing_id == first.id} <= {"dropped"}


def test_over_a_third_day_and_back_the_yes_stands(meeting: Meeting) -> None:
    (maria,) = coming(meeting, "Maria")
    move(meeting)
    move(meeting)
    assert back(meeting, -2 * WEEK) is None
    db.session.refresh(maria)
    assert maria.state == "registered"


def test_who_has_heard_is_told_of_the_way_back_and_asked_again(meeting: Meeting) -> None:
    heard, unheard = coming(meeting, "Maria", "Erik")
    first = move(meeting)
    leaves(registration_id=heard.id)
    before = len(mails())
    second = back(meeting)
    assert second is not None and (second.expected, changes.told(second)) == (2, 1)
    assert new_to(heard, before) == ["moved", "calendar_update"]
    assert new_to(unheard, before) == []
    assert (heard.state, unheard.state) == ("to_reconfirm", "registered")
    assert first.id != second.id


def test_a_calendar_that_was_changed_is_changed_back_though_nothing_is_told(
    meeting: Meeting,
) -> None:
    (maria,) = coming(meeting, "Maria")
    move(meeting)
    leaves(kind="calendar_update")
    before = len(mails())
    mailing = back(meeting)
    assert new_to(maria, before) == ["calendar_update"]
    assert mailing is not None and mailing.expected == 1
    assert (maria.state, maria.sequence) == ("registered", 2)


def test_back_to_the_day_with_another_venue_the_yes_stands_and_the_venue_is_told(
    meeting: Meeting,
) -> None:
    (maria,) = coming(meeting, "Maria")
    move(meeting)
    to = Appointment(meeting.starts_at - WEEK, meeting.ends_at - WEEK, "Karlstad CCC", "")
    before = len(mails())
    changes.move(meeting, to, "", START, audit.SYSTEM)
    assert new_to(maria, before) == ["moved", "calendar_update"]
    (told,) = [mail for mail in mails()[before:] if mail.kind == "moved"]
    assert "Ny plats" in told.body.subject and "Din anmälan gäller" in text_of(told)
    assert "Karlstad CCC" in text_of(told) and "29 januari" not in text_of(told)
    assert maria.state == "registered"


def test_an_invitation_that_waits_says_the_day_that_holds_again(meeting: Meeting) -> None:
    registration = make_guest(meeting, "Maria", "Ek")
    move(meeting)
    assert "29 januari" in text_of(mails("invitation")[0])
    back(meeting)
    assert new_to(registration) == ["invitation"]
    db.session.expire_all()
    assert "22 januari" in text_of(mails("invitation")[0])


def test_who_answered_for_the_new_day_is_told_of_the_way_back(meeting: Meeting) -> None:
    (maria,) = coming(meeting, "Maria")
    move(meeting)
    replies.register(maria, reply_of(maria), START, audit.participant(maria.person_id))
    before = len(mails())
    back(meeting)
    assert "moved" in new_to(maria, before) and maria.state == "to_reconfirm"


def test_a_move_that_was_tried_in_vain_has_told_nobody(meeting: Meeting) -> None:
    (maria,) = coming(meeting, "Maria")
    first = move(meeting)
    for mail in mails("moved") + mails("calendar_update"):
        mail.state = "expired"
    first.state = "done"
    db.session.commit()
    assert back(meeting) is None
    db.session.expire_all()
    assert maria.state == "registered"
    assert {mail.state for mail in mails("moved")} == {"dropped"}


def test_nobody_who_attends_online_hears_of_another_venue(
    session: scoped_session[Session],
) -> None:
    meeting = make_meeting(online=True)
    here, online = coming(meeting, "Maria", "Erik")
    online.mode = "online"
    db.session.commit()
    before = len(mails())
    place_of(meeting, "Karlstad CCC")
    assert new_to(here, before) == ["moved", "calendar_update"]
    assert new_to(online, before) == []
    assert all("som tidigare" not in text_of(mail) for mail in mails("moved"))


def test_the_page_before_a_move_counts_only_those_who_would_hear(
    meeting: Meeting, visitor: Browser
) -> None:
    heard, _unheard = coming(meeting, "Maria", "Erik")
    move(meeting)
    leaves(registration_id=heard.id)
    office = sign_in(visitor, make_staff())
    office.open("/mote/2027/arbetsmote/flytta").fill("Dag", "2027-01-22").press("Granska ändringen")
    office.see("Visa vem som får mejlet", "Maria Ek").miss("Erik Ek")
    office.press("Ändra och mejla 1 person").see("Mötet är ändrat. 1 person får ett mejl.")

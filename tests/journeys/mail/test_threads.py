"""Mail programs show the mails to one person about one meeting together (RFC 5322 3.6.4)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit, unit_of_work
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.kinds import KINDS
from annualwheel.mail.outbox import Recipient
from annualwheel.meetings import changes
from annualwheel.models import Mailing, Meeting, Message, Registration
from annualwheel.participation import replies
from scenes.mails import sample
from tests.conftest import START
from tests.makers.guests import mails, make_guest, make_meeting, move_meeting, reply_of
from tests.smtp_server import Smtp

FACTS = {"sent_at": "i dag kl. 9.00"}
WEEK, HOUR = dt.timedelta(days=7), dt.timedelta(hours=1)
MARIA, ERIK = "maria@kommun.example", "erik@kommun.example"


def say_yes(guest: Registration) -> Registration:
    return replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))


def change(guest: Registration, **changes: object) -> None:
    replies.change(guest, reply_of(guest, **changes), START, audit.participant(guest.person_id))


def test_all_that_a_person_gets_about_a_meeting_refers_to_one_thing(
    app: Flask, work: Callable[[], None], smtp: Smtp
) -> None:
    with app.app_context():
        meeting = make_meeting()
        say_yes(make_guest(meeting))
        say_yes(make_guest(meeting, "Erik", "Sand"))
        unit_of_work.commit()
    work()
    threads = {
        address: {mail.message["References"] for mail in smtp.to(address)}
        for address in (MARIA, ERIK)
    }
    assert len(smtp.to(MARIA)) == 3  # the invitation, the confirmation and the calendar entry
    assert [len(named) for named in threads.values()] == [1, 1]
    assert threads[MARIA] != threads[ERIK]
    assert all(mail.message["Message-ID"] not in threads[MARIA] for mail in smtp.to(MARIA))


@pytest.fixture
def thread_of(session: Any) -> Callable[..., str]:
    """`thread_of(guest, **about)`: the thread of a mail to the guest's person."""

    def put(guest: Registration, **about: Any) -> str:
        key = f"test:{len(mails())}"
        message: Message = outbox.put(
            key, "test_mail", Recipient.of(guest.person), FACTS, {}, START, **about
        )
        return message.body.thread

    return put


def mailing_of(meeting: Meeting) -> Mailing:
    mailing = Mailing(
        meeting=meeting, kind="preparation", audience={}, confirm_key="x", created_at=START
    )
    db.session.add(mailing)
    db.session.flush()
    return mailing


def test_a_mailing_and_a_receipt_are_tied_to_the_mails_of_the_registration(
    thread_of: Callable[..., str],
) -> None:
    guest = make_guest(make_meeting())
    other = make_guest(make_meeting(kind="direction"))
    named = thread_of(guest, registration=guest)
    assert named == thread_of(guest, mailing=mailing_of(guest.meeting))
    assert named == thread_of(guest, meeting_id=guest.meeting_id)
    assert named != thread_of(guest, registration=other)


def test_a_mail_about_no_meeting_and_a_copy_to_a_secretary_refer_to_nothing(
    session: Any, thread_of: Callable[..., str]
) -> None:
    guest = make_guest(make_meeting())
    assert thread_of(guest) == ""
    replies.register(
        guest,
        reply_of(guest, copy_to="sekreterare@kommun.example"),
        START,
        audit.participant(guest.person_id),
    )
    copied = [m for m in mails() if m.address == "sekreterare@kommun.example"]
    assert [message.body.thread for message in copied] == [""]


def test_the_subjects_of_a_waiting_list_tell_its_mails_apart(session: Any) -> None:
    guest = make_guest(make_meeting(1))
    say_yes(guest)
    waiting = say_yes(make_guest(guest.meeting, "Erik", "Sand"))
    change(waiting, title="Utredare")
    assert [m.body.subject for m in mails("waitlisted")] == [
        "Du står på väntelistan till arbetsmötet",
        "Ändrad anmälan: väntelistan till arbetsmötet",
    ]


SUBJECTS = {
    "sv": [
        "Inbjudan till arbetsmötet 22 januari",
        "Du är anmäld till arbetsmötet 22 januari",
        "Arbetsmötet 22 januari (kalenderbokning)",
        "Din anmälan är ändrad: arbetsmötet 22 januari",
        "Ny plats: arbetsmötet 22 januari",
        "Ändrat: arbetsmötet 22 januari (kalenderbokning)",
        "Ny dag: arbetsmötet flyttas till 29 januari",
        "Ändrat: arbetsmötet 29 januari (kalenderbokning)",
        "Du är anmäld till arbetsmötet 29 januari",
        "Din anmälan är ändrad: arbetsmötet 29 januari",
        "Ny dag: arbetsmötet flyttas till 5 februari",
        "Ändrat: arbetsmötet 5 februari (kalenderbokning)",
        "Du är anmäld till arbetsmötet 5 februari",
        "Inställt: arbetsmötet 5 februari",
        "Ur kalendern: arbetsmötet 5 februari",
    ],
    "en": [
        "Invitation to the working meeting, 22 January",
        "You are registered for the working meeting, 22 January",
        "The working meeting, 22 January (calendar booking)",
        "Registration changed: the working meeting, 22 January",
        "New place: the working meeting, 22 January",
        "Changed: the working meeting, 22 January (calendar booking)",
        "New date: the working meeting moves to 29 January",
        "Changed: the working meeting, 29 January (calendar booking)",
        "You are registered for the working meeting, 29 January",
        "Registration changed: the working meeting, 29 January",
        "New date: the working meeting moves to 5 February",
        "Changed: the working meeting, 5 February (calendar booking)",
        "You are registered for the working meeting, 5 February",
        "Cancelled: the working meeting, 5 February",
        "Out of the calendar: the working meeting, 5 February",
    ],
}


@pytest.mark.parametrize("language", SUBJECTS)
def test_the_subjects_of_a_thread_tell_its_mails_apart(session: Any, language: str) -> None:
    """Those to one person about one meeting: a changed yes, another place, two new days, no
    meeting.
    """
    guest = say_yes(make_guest(make_meeting(), language=language))
    change(guest, title="Utredare")
    move_meeting(guest.meeting, place="Residenset")
    move_meeting(guest.meeting, WEEK)
    say_yes(guest)
    change(guest, title="Handläggare")
    move_meeting(guest.meeting, WEEK)
    say_yes(guest)
    changes.cancel(guest.meeting, "Snö", START, audit.SYSTEM)
    found = [message.body.subject for message in mails()]
    assert found == SUBJECTS[language]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("language", SUBJECTS)
def test_each_kind_of_mail_has_a_subject_of_its_own_and_another_the_second_time(
    language: str,
) -> None:
    """With the same facts. Whoever gets the copy of a receipt gets no receipt."""
    kinds = [kind for kind in KINDS if kind != "receipt_copy"]
    told = [(kind, "") for kind in kinds]
    told += [(kind, "yes") for kind in kinds if "again" in KINDS[kind].optional]
    subjects = Counter(sample(kind, language, {"again": again}).subject for kind, again in told)
    assert [subject for subject, times in subjects.items() if times > 1] == []

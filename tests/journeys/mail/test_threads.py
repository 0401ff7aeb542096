"""Mail programs show the mails to one person about one meeting together (RFC 5322 3.6.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit, unit_of_work
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Mailing, Meeting, Message, Registration
from annualwheel.participation import replies
from tests.conftest import START
from tests.makers.guests import mails, make_guest, make_meeting, reply_of
from tests.smtp_server import Smtp

FACTS = {"sent_at": "i dag kl. 9.00"}
MARIA, ERIK = "maria@kommun.example", "erik@kommun.example"


def say_yes(guest: Registration) -> Registration:
    return replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))


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


def test_the_subjects_of_a_thread_tell_its_mails_apart(session: Any) -> None:
    guest = make_guest(make_meeting(1))
    say_yes(guest)
    actor = audit.participant(guest.person_id)
    replies.change(guest, reply_of(guest, title="Utredare"), START, actor)
    waiting = say_yes(make_guest(guest.meeting, "Erik", "Sand"))
    changed = reply_of(waiting, title="Utredare")
    replies.change(waiting, changed, START, audit.participant(waiting.person_id))
    assert [m.body.subject for m in mails() if m.kind in ("confirmation", "waitlisted")] == [
        "Du är anmäld till arbetsmötet 22 januari",
        "Din anmälan är ändrad: arbetsmötet 22 januari",
        "Du står på väntelistan till arbetsmötet",
        "Ändrad anmälan: väntelistan till arbetsmötet",
    ]

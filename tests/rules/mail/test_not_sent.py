"""A mail that somebody has decided not to send: in no sum, in nobody's hands, nobody was told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mail import claiming, mailing_states, outbox, states
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings import failures, log, recipients, relevance, sending
from annualwheel.meetings import listeners, results
from annualwheel.models import Mailing, Meeting, Message
from annualwheel.participation import replies
from annualwheel.registrations import audiences, turnout
from tests.conftest import START
from tests.makers.guests import make_guest, make_meeting, reply_of

LATER = START + dt.timedelta(hours=1)


def make_mailing(meeting: Meeting, number: int) -> Mailing:
    """A mailing of so many mails, all in the outbox."""
    mailing = Mailing(
        meeting=meeting,
        kind="invitation",
        audience={},
        confirm_key="nyckel",
        created_at=START,
        expected=number,
        state="sending",
    )
    db.session.add(mailing)
    db.session.flush()
    for one in range(number):
        outbox.put(
            f"prov:{one}",
            "test_mail",
            Recipient(f"prov{one}@kommun.example", "Prov Östprov"),
            {"sent_at": "nu"},
            {},
            START,
            mailing=mailing,
        )
    db.session.flush()
    return mailing


def mails_of(mailing: Mailing) -> list[Message]:
    return db.session.query(Message).filter_by(mailing_id=mailing.id).order_by(Message.id).all()


def leave_out(*messages: Message) -> None:
    for message in messages:
        states.step(message, "leave_out")
    db.session.flush()


@pytest.mark.parametrize("paused_from", [None, "preparing", "sending"])
def test_it_is_in_no_number_of_its_mailing(session: Any, paused_from: str | None) -> None:
    mailing = make_mailing(make_meeting(), 3)
    if paused_from:
        mailing.state = paused_from
        mailing_states.step(mailing, "pause")
    leave_out(mails_of(mailing)[0])
    told = sending.progress_of(mailing)
    assert told == sending.MailingProgress(
        total=2, sent=0, waiting=2, failed=0, withheld=0, dropped=0, skipped=0
    )
    assert told.handled == 0


def test_no_worker_takes_it_and_its_mailing_ends_without_it(session: Any) -> None:
    mailing = make_mailing(make_meeting(), 2)
    first, second = mails_of(mailing)
    leave_out(first)
    assert claiming.claim("a", LATER) == [second]
    outbox.mark_sent(second, LATER)
    assert not claiming.any_due(LATER)
    sending.close_finished()
    db.session.refresh(mailing)
    assert mailing.state == "done"


def test_it_counts_neither_as_delivered_nor_as_stopped(session: Any) -> None:
    meeting = make_meeting()
    guest = make_guest(meeting)
    message = db.session.query(Message).one()
    leave_out(message)
    assert turnout.funnel(meeting).delivered == 0
    assert audiences.in_group(meeting, "delivered").rows == []
    stopped = [
        log.LogFilter(group="stopped"),
        log.LogFilter(group="stopped", meeting_id=meeting.id),
    ]
    assert [log.count(wanted) for wanted in stopped] == [0, 0]
    assert guest.state == "invited"


def test_it_is_not_tried_again_and_goes_nowhere_else(session: Any) -> None:
    guest = make_guest(make_meeting())
    message = db.session.query(Message).one()
    leave_out(message)
    with pytest.raises(Refused):
        failures.send_again(message, START, audit.SYSTEM)
    with pytest.raises(Refused):
        outbox.try_again(message, START)
    replies.register(
        guest, reply_of(guest, email="ny@kommun.example"), START, audit.participant(guest.person_id)
    )
    assert (message.state, message.address) == ("not_sent", "maria@kommun.example")


def test_whose_invitation_is_not_sent_hears_of_no_cancellation(session: Any) -> None:
    meeting = make_meeting()
    make_guest(meeting)
    assert listeners.listeners(meeting, "cancelled").total == 1
    leave_out(db.session.query(Message).one())
    assert listeners.listeners(meeting, "cancelled").total == 0


def test_whose_mail_about_the_results_is_not_sent_has_not_been_told(session: Any) -> None:
    meeting = make_meeting()
    guest = make_guest(meeting)
    guest.state = "registered"
    db.session.flush()
    outbox.put(
        recipients.results_key(meeting, guest.person),
        "test_mail",
        Recipient.of(guest.person),
        {"sent_at": "nu"},
        {},
        START,
    ).kind = "results"
    db.session.flush()
    assert recipients.took_part(meeting) == []
    leave_out(db.session.query(Message).filter_by(kind="results").one())
    assert [one.person_id for one in recipients.took_part(meeting)] == [guest.person_id]
    assert results.present(meeting) == ("registered", "attended")


def test_a_calendar_mail_that_is_not_sent_overtakes_nothing(session: Any) -> None:
    guest = make_guest(make_meeting())
    actor = audit.participant(guest.person_id)
    replies.register(guest, reply_of(guest), START, actor)
    replies.change(guest, reply_of(guest, given="Marianne"), LATER, actor)
    older, newer = (
        db.session.query(Message)
        .filter(Message.calendar_sequence.is_not(None))
        .order_by(Message.calendar_sequence)
    )
    assert relevance.wanted([older], START) == []
    leave_out(newer)
    assert relevance.wanted([older], START) == [older]


def test_what_stops_a_mailing_leaves_it_as_it_is(session: Any) -> None:
    meeting = make_meeting()
    mailing = make_mailing(meeting, 2)
    leave_out(mails_of(mailing)[0])
    outbox.drop_waiting(meeting)
    assert [message.state for message in mails_of(mailing)] == ["not_sent", "dropped"]

"""What waits for another try does not arrive when something newer has been said: that the meeting
is cancelled, or how the calendar is now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.accounts import staff
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.jobs import sending
from annualwheel.mail import outbox
from annualwheel.mail.kinds import KINDS, TOWARDS_A_MEETING
from annualwheel.mailings import relevance
from annualwheel.meetings import changes
from annualwheel.models import Mailing, Message, Registration, StaffLink, Submission
from annualwheel.models.registrations import LINK_IS_DEAD
from annualwheel.participation import address_change, replies
from annualwheel.preparation import membership
from annualwheel.questionnaires import opening
from annualwheel.registrations import invitations, notices
from tests.conftest import START, Fixed
from tests.makers.asked import answer_all
from tests.makers.guests import mails, make_guest, make_meeting, publish, reply_of
from tests.makers.region import make_staff
from tests.smtp_server import Smtp

HOUR, MOMENT = dt.timedelta(hours=1), dt.timedelta(microseconds=1)
MARIA, NEW = "maria@kommun.example", "m.lindqvist@kommun.example"
LISTS: dict[str, object] = {
    "person_count": 3,
    "organisation_count": 2,
    "sections": ["Nuläge"],
    "missing": ["Nuläge"],
    "people": [{"name": "Maria", "what": "Arbetsmötet"}],
}
GOES_ALL_THE_SAME = {
    "cancelled",
    "calendar_cancel",
    "declined",
    "withdrawn",
    "offer_lapsed",
    "substituted",
    "substitute_recalled",
    "receipt",
    "receipt_copy",
    "change_refused",
    "results",
    "lead",
    "new_link",
    "address_changed",
    "new_address",
    "own_data",
    "deletion_asked",
    "deletion_refused",
    "deletion_done",
    "staff_sign_in",
    "staff_welcome",
    "application_gone",
    "organisation_request",
    "organisation_refused",
    "test_mail",
}


def test_every_kind_is_of_one_sort() -> None:
    assert (
        set(KINDS) == TOWARDS_A_MEETING | GOES_ALL_THE_SAME
        and not TOWARDS_A_MEETING & GOES_ALL_THE_SAME
    )


@pytest.fixture
def guest(session: Any) -> Registration:
    """Maria, who is invited to a meeting with questions, and whose invitation has arrived."""
    meeting = make_meeting()
    publish(meeting)
    guest = make_guest(meeting)
    mails()[0].state = "sent"
    db.session.flush()
    return guest


def of_kind(kind: str, guest: Registration, about: str = "seat") -> Message:
    """A mail of that kind, about the seat, by a mailing, or with the preparation's link alone."""
    facts = {name: LISTS.get(name, "x") for name in KINDS[kind].facts}
    member = membership.join(
        guest.meeting.questionnaires[0], guest.person, guest.organisation, START
    )
    targets = (
        {"preparation": Target("member", member.public_id, 1)}
        if about == "link" or kind == "preparation_reminder"
        else {}
    )
    mailing = (
        Mailing(meeting=guest.meeting, kind=kind, audience={}, confirm_key=kind, created_at=START)
        if about == "mailing"
        else None
    )
    if mailing:
        db.session.add(mailing)
        db.session.flush()
    return outbox.put(
        f"{kind}:prov",
        kind,
        outbox.Recipient.of(guest.person),
        facts,
        targets,
        START,
        mailing=mailing,
        registration=guest if about == "seat" else None,
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_cancelled_meeting_calls_nobody(guest: Registration, kind: str) -> None:
    message = of_kind(kind, guest)
    if kind == "offer":
        guest.state, guest.offered_until = "offered", START + HOUR
    db.session.flush()
    assert relevance.wanted([message], START) == [message]
    guest.meeting.state = "cancelled"
    db.session.flush()
    assert (relevance.wanted([message], START) == []) is (kind in TOWARDS_A_MEETING)


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("preparation", "link"),
        ("colleague", "link"),
        ("change_granted", "link"),
        ("invitation", "mailing"),
        ("preparation", "mailing"),
    ],
)
def test_a_mail_is_about_the_meeting_that_it_leads_to(
    guest: Registration, kind: str, about: str
) -> None:
    message, elsewhere = (
        of_kind(kind, guest, about),
        make_guest(make_meeting(kind="direction"), "Erik", "Sand"),
    )
    db.session.flush()
    assert relevance.wanted([message], START) == [message]
    guest.meeting.state = "cancelled"
    db.session.flush()
    assert relevance.wanted([message, *mails("invitation")], START) == [
        mail for mail in mails("invitation") if mail.registration_id == elsewhere.id
    ]


def test_an_invitation_that_could_not_be_delivered_does_not_come_after_the_cancellation(
    guest: Registration, smtp: Smtp, clock: Fixed
) -> None:
    notices.write("invitation", guest, START)
    smtp.answers[MARIA] = "451 Try later"
    db.session.commit()
    sending.drain_outbox()
    assert mails("invitation")[-1].state == "retry"
    smtp.answers.clear()
    changes.cancel(guest.meeting, "", START, audit.SYSTEM)
    db.session.commit()
    clock.advance(outbox.WAITS[0])
    sending.drain_outbox()
    db.session.expire_all()
    assert [(mail.kind, mail.state) for mail in mails()][1:] == [
        ("invitation", "dropped"),
        ("cancelled", "sent"),
    ]
    assert len(smtp.to(MARIA)) == 1


def say_yes(guest: Registration) -> None:
    replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))


def calendar() -> list[Message]:
    return [mail for mail in mails() if mail.calendar_sequence is not None]


def test_an_old_entry_does_not_come_after_the_one_that_takes_it_away(
    guest: Registration, smtp: Smtp, clock: Fixed
) -> None:
    say_yes(guest)
    smtp.answers[MARIA] = "451 Try later"
    db.session.commit()
    sending.drain_outbox()
    smtp.answers.clear()
    replies.withdraw(guest, START, audit.participant(guest.person_id))
    db.session.commit()
    sending.drain_outbox()
    clock.advance(outbox.WAITS[0])
    sending.drain_outbox()
    db.session.expire_all()
    assert [(mail.calendar_sequence, mail.state) for mail in calendar()] == [
        (0, "dropped"),
        (1, "sent"),
    ]


@pytest.mark.parametrize(
    ("newer", "goes"), [("queued", False), ("sent", False), ("failed", False), ("dropped", True)]
)
def test_what_was_never_to_go_overtakes_nothing(
    guest: Registration, newer: str, goes: bool
) -> None:
    say_yes(guest)
    replies.withdraw(guest, START, audit.participant(guest.person_id))
    first, second = calendar()
    second.state = newer
    db.session.flush()
    assert relevance.wanted([first], START) == ([first] if goes else [])
    assert relevance.wanted([second], START) == [second]


def test_another_seat_of_the_same_person_overtakes_nothing(guest: Registration) -> None:
    say_yes(guest)
    replies.withdraw(guest, START, audit.participant(guest.person_id))
    other = invitations.invite(
        make_meeting(kind="direction"), guest.person, guest.organisation, START
    )
    notices.put_in_calendar(other, START)
    db.session.flush()
    assert relevance.wanted(calendar(), START) == calendar()[1:]


def test_the_old_calendar_is_cleared_though_the_new_one_has_a_newer_entry(
    guest: Registration,
) -> None:
    say_yes(guest)
    calendar()[0].state = "sent"
    other = make_guest(guest.meeting, "Erik", "Sand")
    say_yes(other)
    db.session.flush()
    address_change.rename(guest.person, "Maria", "Lindqvist", NEW, START, audit.SYSTEM)
    db.session.flush()
    waiting = calendar()[1:]
    assert [(mail.address, mail.calendar_sequence) for mail in waiting] == [
        ("erik@kommun.example", 0),
        (MARIA, 1),
        (NEW, 2),
    ]
    assert relevance.wanted(waiting, START) == waiting


# What has waited until it is of no use


@pytest.mark.parametrize("kind", sorted(TOWARDS_A_MEETING))
def test_a_mail_towards_a_meeting_does_not_come_after_it(guest: Registration, kind: str) -> None:
    message = of_kind(kind, guest, "link" if "preparation" in KINDS[kind].links else "seat")
    guest.state = "registered"
    db.session.flush()
    assert relevance.wanted([message], guest.meeting.ends_at) == []


@pytest.mark.parametrize("kind", ["invitation", "reminder", "substitute_invitation"])
def test_nobody_is_asked_for_an_answer_that_would_be_refused(
    guest: Registration, kind: str
) -> None:
    message = of_kind(kind, guest)
    db.session.flush()
    last = years.phase(guest.meeting, "registration").closes_at
    assert relevance.wanted([message], last) == [message]
    assert relevance.wanted([message], last + MOMENT) == []


def test_an_offer_that_is_over_or_answered_is_not_sent(guest: Registration) -> None:
    message = of_kind("offer", guest)
    guest.state, guest.offered_until = "offered", START + HOUR
    db.session.flush()
    assert relevance.wanted([message], START + HOUR - MOMENT) == [message]
    assert relevance.wanted([message], START + HOUR) == []
    guest.state = "registered"
    db.session.flush()
    assert relevance.wanted([message], START) == []


@pytest.mark.parametrize("state", LINK_IS_DEAD)
def test_no_mail_is_sent_with_a_link_that_opens_nothing(guest: Registration, state: str) -> None:
    message = of_kind("invitation", guest)
    guest.state = state
    db.session.flush()
    assert relevance.wanted([message], START) == []


@pytest.mark.parametrize("kind", ["preparation", "preparation_reminder", "colleague"])
def test_nobody_is_asked_to_answer_a_questionnaire_that_has_closed(
    guest: Registration, kind: str
) -> None:
    message = of_kind(kind, guest, "link")
    db.session.flush()
    last = opening.closes_at(guest.meeting.questionnaires[0])
    assert relevance.wanted([message], last) == [message]
    assert relevance.wanted([message], last + MOMENT) == []
    db.session.query(Submission).update({"reopened_until": last + HOUR})
    assert relevance.wanted([message], last + HOUR) == [message]
    assert relevance.wanted([message], last + HOUR + MOMENT) == []


def test_what_follows_a_meeting_up_is_asked_after_it(guest: Registration) -> None:
    message, asked = of_kind("preparation", guest, "link"), guest.meeting.questionnaires[0]
    asked.timing = "after"
    db.session.flush()
    assert relevance.wanted([message], guest.meeting.ends_at + HOUR) == [message]


@pytest.mark.parametrize("used", [True, False])
def test_a_link_to_sign_in_that_has_run_out_is_not_sent(session: Any, used: bool) -> None:
    staff.ask_for_link(make_staff().email, "192.0.2.1", START)
    answer_all()
    [message] = mails("staff_sign_in")
    assert relevance.wanted([message], START + staff.LINK_LIFE) == [message]
    if used:
        db.session.query(StaffLink).update({"used_at": START})
    later = START + staff.LINK_LIFE + (dt.timedelta() if used else MOMENT)
    assert relevance.wanted([message], later) == []


def test_asking_costs_the_same_however_many(guest: Registration) -> None:
    counts = []
    for number in (1, 5):
        for one in range(number):
            say_yes(make_guest(guest.meeting, f"Gast{number}{one}", "Ek"))
        db.session.flush()
        asked: list[str] = []
        note: Callable[..., None] = lambda *given, into=asked: into.append(given[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        relevance.wanted([mail for mail in mails() if mail.state == "queued" and mail.body], START)
        event.remove(db.engine, "before_cursor_execute", note)
        counts.append(len([text for text in asked if "meetings" in text or "messages_1" in text]))
    assert counts[0] == counts[1] == 3

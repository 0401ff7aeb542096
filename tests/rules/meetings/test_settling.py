"""A large meeting is moved or cancelled in short transactions: who acts meanwhile is left alone,
and everybody else follows once, however often the worker is lost.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.jobs import building
from annualwheel.mail import claiming, mailing_states
from annualwheel.mailings import sending
from annualwheel.meetings import announcements, changes, listeners, settling
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Mailing, Meeting, Message, Needs, Registration
from annualwheel.participation import offers, replies
from annualwheel.registrations import seats
from tests.at_once import at_once
from tests.conftest import START, Fixed
from tests.makers.guests import mails, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

WEEK = dt.timedelta(days=7)
NAMES = ("Maria", "Erik", "Anna", "Johan", "Eva")


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every meeting of more than two counts as a large one."""
    monkeypatch.setattr(settling, "BATCH", 2)
    monkeypatch.setattr(announcements, "AT_ONCE", 0)
    monkeypatch.setattr(sending, "BATCH", 2)


@pytest.fixture
def meeting(session: Any) -> Meeting:
    return make_meeting()


def participant(registration: Registration) -> audit.Actor:
    return audit.participant(registration.person_id)


def yes(registration: Registration) -> None:
    replies.register(registration, reply_of(registration), START, participant(registration))


def guests(meeting: Meeting, *given: str) -> list[Registration]:
    """People whose invitation has arrived."""
    made = [make_guest(meeting, name, "Ek") for name in given]
    arrived()
    return made


def coming(meeting: Meeting, *given: str) -> list[Registration]:
    """People who have said yes, and whose mails have arrived."""
    made = guests(meeting, *given)
    for registration in made:
        yes(registration)
    arrived()
    return made


def arrived() -> None:
    db.session.flush()
    db.session.query(Message).update({"state": "sent"})
    db.session.commit()


def move(meeting: Meeting, by: dt.timedelta = WEEK) -> Mailing:
    to = Appointment(meeting.starts_at + by, meeting.ends_at + by, meeting.place, meeting.address)
    mailing = changes.move(meeting, to, "Salen är upptagen", START, audit.SYSTEM)
    db.session.commit()
    assert mailing is not None and mailing.state == "settling"
    return mailing


def prepare(mailing: Mailing) -> None:
    building.prepare(mailing.id)
    db.session.expire_all()


def followed(mailing: Mailing, worker: str, batches: int) -> None:
    """A worker that is lost after so many batches of registrations."""
    assert sending.take(mailing.id, worker, START)
    db.session.commit()
    work = settling.Settling(mailing, worker)
    while work.clear():
        db.session.commit()
    work.read()
    for _batch in range(batches):
        assert work.follow()
        db.session.commit()


def states() -> list[str]:
    db.session.expire_all()
    return [row.state for row in db.session.query(Registration).order_by(Registration.id)]


def told(kind: str = "moved") -> Counter[str]:
    return Counter(mail.name.split()[0] for mail in mails(kind))


def test_the_act_changes_the_meeting_and_the_registrations_follow(meeting: Meeting) -> None:
    coming(meeting, *NAMES)
    before = meeting.starts_at
    mailing = move(meeting)
    assert (meeting.starts_at, states()) == (before + WEEK, ["registered"] * 5)
    assert (changes.told(mailing), settling.progress(mailing)) == (None, (0, 5))
    prepare(mailing)
    assert (states(), mailing.state) == (["to_reconfirm"] * 5, "sending")
    assert (changes.told(mailing), mailing.expected) == (5, 10)
    assert told() == dict.fromkeys(NAMES, 1) == told("calendar_update")
    prepare(mailing)
    assert len(mails("moved")) == 5


def test_what_is_half_done_says_so_and_goes_on(
    meeting: Meeting, visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming(meeting, *NAMES)
    mailing = move(meeting)
    followed(mailing, "", 1)
    office = sign_in(visitor, make_staff())
    office.open("/mote/2027/arbetsmote").see("2 av 5 anmälningar har följt med")
    office.open(f"/utskick/{mailing.public_id}").see("2 av 5 anmälningar har följt med")
    office.press("Pausa utskicket").see("Ändringen är pausad", "2 av 5 anmälningar")
    office.press("Fortsätt utskicket")
    office.open(f"/utskick/{mailing.public_id}").see("De anmälda följer med")
    with pytest.raises(Refused, match="not_settled"):
        changes.cancel(meeting, "", START, audit.SYSTEM)
    db.session.rollback()
    office.expects_failure = True
    office.open("/mote/2027/arbetsmote/stall-in").fill("Orsak", "Storm").press(
        "Ställ in och mejla 5 personer"
    )
    assert office.value("Orsak") == "Storm"
    office.see("Försök igen om en stund")
    assert db.session.get_one(Meeting, meeting.id, populate_existing=True).state == "planned"


def test_a_worker_that_is_lost_is_replaced_and_everybody_is_told_once(
    meeting: Meeting, clock: Fixed
) -> None:
    coming(meeting, *NAMES)
    mailing = move(meeting)
    followed(mailing, "lost", 1)
    assert states() == ["to_reconfirm"] * 2 + ["registered"] * 3
    prepare(mailing)
    assert (mailing.state, sending.left_behind(clock.now())) == ("settling", [])
    clock.advance(dt.timedelta(minutes=2))
    assert sending.is_left(mailing, clock.now())
    assert sending.left_behind(clock.now()) == [mailing.id]
    prepare(mailing)
    assert states() == ["to_reconfirm"] * 5
    assert told() == dict.fromkeys(NAMES, 1)


def test_a_worker_that_was_thought_lost_writes_nothing_more(meeting: Meeting, clock: Fixed) -> None:
    coming(meeting, *NAMES)
    mailing = move(meeting)
    followed(mailing, "slow", 1)
    clock.advance(dt.timedelta(minutes=2))
    assert sending.take(mailing.id, "next", clock.now())
    db.session.commit()
    with pytest.raises(settling.Lost):
        settling.Settling(mailing, "slow").follow()
    db.session.rollback()
    assert states() == ["to_reconfirm"] * 2 + ["registered"] * 3


def test_who_acts_between_knows_the_new_day(meeting: Meeting) -> None:
    """Each does something after the move and before the job has come to them."""
    back, anew, stays, new = coming(meeting, "Maria", "Erik", "Anna", "Johan")[:3] + guests(
        meeting, "Eva"
    )
    mailing = move(meeting)
    replies.withdraw(back, START, participant(back))
    replies.withdraw(anew, START, participant(anew))
    yes(anew)
    yes(new)
    arrived()
    prepare(mailing)
    found = [registration.state for registration in (back, anew, stays, new)]
    assert found == ["withdrawn", "registered", "to_reconfirm", "registered"]
    assert told() == {"Anna": 1, "Johan": 1} == told("calendar_update")


def test_who_gets_a_seat_between_keeps_it(session: Any) -> None:
    meeting = make_meeting(capacity=3)
    first, *_rest = coming(meeting, "Maria", "Erik", "Anna")
    waits = coming(meeting, "Johan")[0]
    assert waits.state == "waitlisted"
    mailing = move(meeting)
    replies.withdraw(first, START, participant(first))
    db.session.commit()
    assert waits.state == "registered"
    prepare(mailing)
    assert states() == ["withdrawn", "to_reconfirm", "to_reconfirm", "registered"]
    assert told() == {"Erik": 1, "Anna": 1}


def test_moved_back_before_anybody_has_heard_it_is_as_if_nothing_was(meeting: Meeting) -> None:
    coming(meeting, *NAMES)
    first = move(meeting)
    prepare(first)
    arrived_at = db.session.query(Message).filter_by(kind="moved").order_by(Message.id).first()
    assert arrived_at is not None
    heard = arrived_at.registration_id
    arrived_at.state = "sent"
    db.session.commit()
    back = move(meeting, -WEEK)
    # Nothing more of the first leaves while it is settled who has heard of it.
    assert first.state == "paused" and not claiming.claim("w", START)
    prepare(back)
    by_id = {row.id: row.state for row in db.session.query(Registration)}
    assert by_id.pop(heard) == "to_reconfirm"
    assert set(by_id.values()) == {"registered"}
    assert [mail.registration_id for mail in mails("moved") if mail.mailing_id == back.id] == [
        heard
    ]
    assert first.state == "sending"


def test_a_cancellation_reaches_everybody_and_erases_what_was_stated(meeting: Meeting) -> None:
    for registration in coming(meeting, *NAMES):
        db.session.add(
            Needs(
                registration=registration,
                diet="Vegan",
                consent_text="ja",
                consented_at=START,
                erase_on=START.date(),
            )
        )
    late = guests(meeting, "Kim")
    reminder = Mailing(meeting=meeting, kind="reminder", audience={}, confirm_key="r",
                       created_at=START, state="sending")  # fmt: skip
    db.session.add(reminder)
    db.session.flush()
    for mail in mails("invitation")[:5]:
        mail.state, mail.mailing_id = "queued", reminder.id
    db.session.commit()
    mailing = changes.cancel(meeting, "Storm", START, audit.SYSTEM)
    db.session.commit()
    assert mailing is not None and (meeting.state, mailing.state) == ("cancelled", "settling")
    prepare(mailing)
    assert told("cancelled") == dict.fromkeys((*NAMES, "Kim"), 1)
    assert told("calendar_cancel") == dict.fromkeys(NAMES, 1)
    assert db.session.query(Needs).count() == 0
    assert {mail.state for mail in mails("invitation")[:5]} == {"dropped"}
    assert late[0].state == "invited" and mailing.state == "sending"


def test_stated_needs_follow_the_new_day(meeting: Meeting) -> None:
    for registration in coming(meeting, *NAMES):
        row = Needs(registration=registration, diet="Vegan", consent_text="ja",
                    consented_at=START, erase_on=START.date())  # fmt: skip
        db.session.add(row)
    db.session.commit()
    prepare(move(meeting))
    days = {row.erase_on for row in db.session.query(Needs)}
    assert days == {(meeting.ends_at + dt.timedelta(days=14)).date()}


def test_an_offer_is_shortened_with_the_act_itself(session: Any) -> None:
    meeting = make_meeting(capacity=1)
    seats.option_of(meeting, "on_site").waiting_rule = "offer"  # type: ignore[union-attr]
    coming(meeting, "Maria")
    offered = coming(meeting, "Erik", "Anna", "Johan")[0]
    offered.state, offered.offered_until = "offered", meeting.starts_at
    db.session.commit()
    move(meeting, -WEEK)
    db.session.expire_all()
    assert offered.offered_until is not None
    assert offered.offered_until < meeting.starts_at
    assert offers.count_open() == 1


def test_who_was_only_asked_to_save_the_date_hears_once_and_not_of_what_they_know(
    meeting: Meeting,
) -> None:
    people = [row.person for row in guests(meeting, *NAMES)]
    db.session.query(Message).update({"registration_id": None, "state": "sent"})
    db.session.query(Registration).delete()

    sent = mails("invitation")

    def asked(number: int, sequence: int) -> None:
        """Lets the mail to a person be one that asked them to save the date of that move."""
        mail, person = sent[number], people[number]
        begins = f"{listeners.saved_date(meeting.id)}{sequence}:"
        mail.key, mail.kind, mail.person_id = begins + person.public_id, "save_the_date", person.id

    for number in range(4):
        asked(number, 0)
    db.session.commit()
    mailing = move(meeting)
    asked(4, 1)
    db.session.commit()
    prepare(mailing)
    assert told() == dict.fromkeys(NAMES[:4], 1)


@pytest.mark.race
def test_those_who_press_while_it_is_settled_get_what_they_pressed(
    app: Flask, session: Any
) -> None:
    """One job lets the registrations follow while others say yes and give their seats back."""
    meeting = make_meeting()
    there = coming(meeting, *(f"Gast{number}" for number in range(12)))
    new = guests(meeting, *(f"Ny{number}" for number in range(4)))
    mailing = move(meeting)
    leaving = [registration.id for registration in there[4:8]]
    joining = [registration.id for registration in new]

    def act(what: tuple[str, int]) -> None:
        kind, number = what
        if kind == "job":
            building.prepare(number)
            return
        registration = db.session.get_one(Registration, number)
        if kind == "leaves":
            replies.withdraw(registration, START, participant(registration))
        else:
            yes(registration)
        db.session.commit()

    at_once(
        app,
        act,
        [
            ("job", mailing.id),
            *(("leaves", number) for number in leaving),
            *(("joins", number) for number in joining),
        ],
    )
    db.session.expire_all()
    found = {row.id: row.state for row in db.session.query(Registration)}
    assert {found[number] for number in leaving} == {"withdrawn"}
    assert {found[number] for number in joining} == {"registered"}
    stay = {row.id for row in there} - set(leaving)
    assert {found[number] for number in stay} == {"to_reconfirm"}
    asked = Counter(mail.registration_id for mail in mails("moved"))
    assert all(asked[number] == 1 for number in stay)
    assert max(asked.values()) == 1
    assert mailing_states.doing(mailing) == "sending"

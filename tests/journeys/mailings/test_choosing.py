"""Whom a reminder goes to: one group of those who owe an answer, without those who have just been
asked, and when each was last asked.
"""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.db import db
from annualwheel.mailings import sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.models import Meeting, Message, Registration, Staff
from annualwheel.participation import replies
from tests.conftest import START, Fixed
from tests.makers.guests import make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

DAY = dt.timedelta(days=1)
REMIND = "/mote/2027/arbetsmote/utskick/paminnelse"
NOW = START + 10 * DAY


@pytest.fixture
def meeting(session: scoped_session[Session]) -> Meeting:
    """A meeting to which Maria was invited ten days ago, Erik yesterday, and where Anna has to say
    yes to a new day.
    """
    meeting = make_meeting()
    maria, erik, anna = (make_guest(meeting, given) for given in ("Maria", "Erik", "Anna"))
    replies.register(anna, reply_of(anna), START, audit.participant(anna.person_id))
    anna.state = "to_reconfirm"
    db.session.query(Message).update({"state": "sent"})
    mailed(erik, NOW - DAY)
    assert maria.state == erik.state == "invited"
    db.session.commit()
    return meeting


def mailed(registration: Registration, at: dt.datetime) -> None:
    """Dates the mails to somebody."""
    db.session.query(Message).filter_by(registration_id=registration.id).update(
        {"queued_at": at, "waiting_since": at}
    )


@pytest.fixture
def karin(session: scoped_session[Session]) -> Staff:
    return make_staff("coordinator")


@pytest.fixture
def office(meeting: Meeting, karin: Staff, visitor: Browser, clock: Fixed) -> Browser:
    """A coordinator, signed in ten days after the tests' start."""
    clock.set(NOW)
    return sign_in(visitor, karin, NOW)


def ticked(office: Browser) -> dict[str, bool]:
    """Whose row is ticked, by name."""
    rows = [row for row in office.page.all("tr") if row.all("input")]
    return {
        " ".join(row.all("label")[0].text.split()): "checked" in box.attrs
        for row in rows
        for box in row.all("input")
        if box.get("type") == "checkbox"
    }


def test_who_has_just_been_asked_is_not_ticked(office: Browser) -> None:
    office.open(REMIND).see(
        "3 personer.", "1 av dem har fått ett mejl om det de senaste tre dagarna"
    )
    assert ticked(office) == {
        "Maria Lindqvist": True,
        "Erik Lindqvist": False,
        "Anna Lindqvist": True,
    }
    office.see("23 november", "2 december")


def test_each_thing_to_do_reminds_its_own(office: Browser) -> None:
    office.open("/mote/2027/arbetsmote")
    links = {row.get("href") for row in office.page.all("a") if row.text == "Skicka påminnelse"}
    assert links == {f"{REMIND}?grupp={group}" for group in ("unanswered", "to_reconfirm")}
    office.open(f"{REMIND}?grupp=to_reconfirm").see("1 person.", "Anna Lindqvist").miss("Maria")
    office.follow("Har inte svarat").see("2 personer.").miss("Anna Lindqvist")
    office.follow("Alla som inte har svarat eller bekräftat").see("3 personer.")


def test_the_group_and_the_ticks_hold_to_the_end(office: Browser, meeting: Meeting) -> None:
    office.open(f"{REMIND}?grupp=unanswered").choose("Erik Lindqvist").clear("Maria Lindqvist")
    office.press("Skicka test till mig")
    assert ticked(office) == {"Maria Lindqvist": False, "Erik Lindqvist": True}
    db.session.query(Message).filter(Message.key.startswith("test:")).update(
        {"state": "sent", "sent_at": NOW}
    )
    db.session.commit()
    office.press("Gå vidare").press("Skicka till 1 person")
    reminded = db.session.query(Message).filter(
        Message.kind == "reminder", ~Message.key.startswith("test:")
    )
    assert [one.name for one in reminded] == ["Erik Lindqvist"]


def test_a_large_mailing_keeps_its_group_until_it_is_written(meeting: Meeting) -> None:
    draft = MailingDraft(meeting, "reminder", group="to_reconfirm")
    mailing = sending.confirm(draft, "nyckel", 1, audit.SYSTEM, NOW)
    mailing.expected = 100
    db.session.commit()
    assert not sending.remaining(mailing, NOW)
    assert mailing.audience["only"] == "to_reconfirm"


def test_a_group_that_there_is_not_is_no_group(office: Browser) -> None:
    office.open(f"{REMIND}?grupp=coming").see("3 personer.")

"""Save the date: to those who will be invited, while they are not; once for each date; nothing is
asked and nobody is registered by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.mail import outbox, states
from annualwheel.mailings import drafts, relevance, sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import announcements, changes, listeners
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Mailing, Meeting, Message, Person, Registration, Year
from annualwheel.privacy import retention
from annualwheel.registrations import invitations
from annualwheel.registrations.audiences import Choice
from tests.conftest import START
from tests.makers.guests import in_hand
from tests.makers.region import (
    make_organisation,
    make_person,
    make_staff,
    make_year,
    meeting_of,
    read_test,
    sign_in,
)
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

DAY = dt.timedelta(days=1)
PAGE = "/mote/2027/konferens"
SAVE = f"{PAGE}/utskick/spara-datumet"
ALL = Choice("category", "kommun")


@pytest.fixture
def year(session: scoped_session[Session]) -> Year:
    return make_year()


@pytest.fixture
def meeting(year: Year) -> Meeting:
    return meeting_of(year, "conference")


def add(year: Year, given: str, organisation: str = "Arvika kommun") -> Person:
    return make_person(make_organisation(year, organisation), given, "Ek")


def draft(meeting: Meeting) -> MailingDraft:
    return MailingDraft(meeting, "save_the_date", ALL)


def send(meeting: Meeting, key: str = "nyckel", now: dt.datetime = START) -> list[Message]:
    """The mails of one sending to everybody."""
    mailing = sending.confirm(draft(meeting), key, 100, audit.SYSTEM, now)
    return of(mailing)


def of(mailing: Mailing) -> list[Message]:
    return (
        db.session.query(Message).filter_by(mailing_id=mailing.id).order_by(Message.address).all()
    )


def names(meeting: Meeting, now: dt.datetime = START) -> list[str]:
    return [one.given for one in drafts.recipients(draft(meeting), now)]


def move(meeting: Meeting, days: int = 7) -> None:
    by = days * DAY
    to = Appointment(meeting.starts_at + by, meeting.ends_at + by, meeting.place, meeting.address)
    changes.move(meeting, to, "", START, audit.SYSTEM)


def invite(meeting: Meeting, person: Person) -> Registration:
    organisation = person.affiliations[0].organisation
    return invitations.invite(meeting, person, organisation, START)


def test_it_is_composed_tested_and_sent_as_every_mailing(
    year: Year, visitor: Browser, work: Callable[[], int], smtp: Smtp
) -> None:
    for given in ("Anna", "Ola"):
        add(year, given)
    office = sign_in(visitor, make_staff()).open(PAGE).follow("Skicka ”spara datumet”")
    office.see("1. Vilka ska få mejlet?").choose("Kommun", within="Urval").press("Visa")
    office.see("2 personer.", "Spara datumet: konferensen 24 september", "du behöver inte svara")
    office.miss("Länken i exemplet")
    read_test(office).press("Gå vidare").see("Skicka mejlet om att spara datumet till 2 personer?")
    office.press("Skicka till 2 personer").see("0 av 2 mejl är skickade.")
    work()
    office.open(office.url).see("Utskicket är klart", "2 av 2 mejl är skickade.", "av Karin Ek")
    sent = [mail for mail in smtp.mails if "[Test]" not in mail.subject]
    texts = {mail.to[0]: mail.text.replace("\u00a0", " ") for mail in sent}
    assert set(texts) == {"anna.ek@kommun.example", "ola.ek@kommun.example"}
    assert all("/i/" not in text and "fredag 24 september 2027" in text for text in texts.values())
    assert db.session.query(Registration).count() == 0
    office.open(SAVE + "?urval=category:kommun").see("Alla i urvalet har redan fått mejlet")
    office.open("/utskick").see("Spara datumet")
    office.open(PAGE).see("Ingen är inbjuden än")


def test_who_is_invited_or_knows_the_date_is_not_asked(year: Year, meeting: Meeting) -> None:
    anna, ola, eva = (add(year, given) for given in ("Anna", "Ola", "Eva"))
    registration = invite(meeting, anna)
    assert names(meeting) == ["Eva", "Ola"]
    registration.state = "unconfirmed"
    db.session.flush()
    assert names(meeting) == ["Anna", "Eva", "Ola"]
    registration.state = "declined"
    db.session.flush()
    assert [mail.person_id for mail in send(meeting)] == [eva.id, ola.id]
    assert names(meeting) == []
    add(year, "Nils")
    assert names(meeting) == ["Nils"]
    assert drafts.recipients(MailingDraft(meeting, "save_the_date"), START) == []


def test_it_ends_with_the_first_day_of_registration_and_with_the_invitation(
    year: Year, meeting: Meeting
) -> None:
    add(year, "Anna")
    opens = years.phase(meeting, "registration").opens_at
    drafts.require_possible(meeting, "save_the_date", opens - dt.timedelta(seconds=1))
    with pytest.raises(Closed, match="too_late_to_save_the_date"):
        drafts.require_possible(meeting, "save_the_date", opens)
    sending.confirm(MailingDraft(meeting, "invitation", ALL), "a", 1, audit.SYSTEM, START)
    with pytest.raises(Refused, match="invitation_sent"):
        drafts.require_possible(meeting, "save_the_date", START)
    drafts.require_possible(meeting_of(year, "direction"), "save_the_date", START)


def test_the_pages_say_why_it_cannot_be_sent_and_do_not_lead_there(
    year: Year, meeting: Meeting, visitor: Browser
) -> None:
    add(year, "Anna")
    office = sign_in(visitor, make_staff())
    office.open("/mote/2027/arbetsmote").miss("Skicka ”spara datumet”")
    office.open("/mote/2027/arbetsmote/utskick/spara-datumet").see("Anmälan öppnade måndag 16 nov")
    sending.confirm(MailingDraft(meeting, "invitation", ALL), "a", 1, audit.SYSTEM, START)
    db.session.commit()
    office.open(PAGE).miss("Skicka ”spara datumet”")
    office.open(SAVE).see("Inbjudan till mötet är redan skickad.")


def sent(meeting: Meeting, key: str = "nyckel") -> list[Message]:
    """The mails of one sending to everybody, as they have left."""
    mails = send(meeting, key)
    for mail in mails:
        outbox.mark_sent(in_hand(mail), START)
    return mails


def text_of(mail: Message) -> str:
    """What the mail says, on one line and with plain spaces."""
    return " ".join(mail.body.text.split())


def news(meeting: Meeting, kind: str) -> list[Message]:
    """The mails of that kind about the meeting, those of earlier acts first."""
    mailings = db.session.query(Mailing).filter_by(meeting_id=meeting.id, kind=kind)
    return [mail for one in mailings.order_by(Mailing.id) for mail in of(one)]


def test_who_saved_the_date_is_told_of_the_new_one(year: Year, meeting: Meeting) -> None:
    anna, bo = add(year, "Anna"), add(year, "Bo")
    bo.language = "en"
    sent(meeting)
    move(meeting)
    swedish, english = news(meeting, "moved")
    assert (swedish.person_id, swedish.registration_id, swedish.body.links) == (anna.id, None, {})
    assert (english.person_id, english.body.calendar) == (bo.id, None)
    subject = swedish.body.subject.replace("\u00a0", " ")
    assert subject == "Ny dag: konferensen flyttas till 1 oktober"
    said = text_of(swedish)
    assert "Tidigare datum: fredag 24 september 2027" in said
    assert "Nytt datum: fredag 1 oktober 2027" in said
    assert "Vi har bett dig spara datumet." in said and "Du behöver inte svara." in said
    assert not any(word in said for word in ("anmäl", "kalenderbokning", "sidan"))
    assert "We have asked you to save the date." in text_of(english)
    assert not any(word in text_of(english) for word in ("regist", "booking", "page"))
    assert relevance.wanted([swedish, english], START) == [swedish, english]


def test_who_was_told_of_the_move_is_not_asked_to_save_the_date_again(
    year: Year, meeting: Meeting
) -> None:
    add(year, "Anna")
    sent(meeting)
    move(meeting)
    add(year, "Ola")
    assert names(meeting) == ["Ola"]
    [moved] = news(meeting, "moved")
    moved.state = "dropped"
    db.session.flush()
    assert names(meeting) == ["Anna", "Ola"]
    again, new = send(meeting, "igen")
    assert "Något har ändrats sedan vi skrev förra gången" in again.body.text
    assert "Något har ändrats" not in new.body.text
    for mail in (again, new):
        assert "fredag 1 oktober 2027" in text_of(mail)


def test_who_saved_the_date_is_told_that_it_is_free(year: Year, meeting: Meeting) -> None:
    anna, bo = add(year, "Anna"), add(year, "Bo")
    bo.language = "en"
    sent(meeting)
    mailing = changes.cancel(meeting, "Lokalen brann", START, audit.SYSTEM)
    assert mailing is not None
    assert (mailing.expected, changes.told(mailing)) == (2, 2)
    swedish, english = news(meeting, "cancelled")
    assert (swedish.person_id, english.person_id) == (anna.id, bo.id)
    said = text_of(swedish)
    assert "Värmland 2040-konferensen fredag 24 september 2027 blir inte av." in said
    assert "Lokalen brann" in said and "Har du skrivit in mötet i din kalender" in said
    assert "kalenderbokning" not in said
    assert "If you put the meeting in your calendar" in text_of(english)
    assert "booking" not in text_of(english)
    assert relevance.wanted([swedish, english], START) == [swedish, english]


@pytest.mark.parametrize("state", ["failed", "dropped", "not_sent", "queued", "retry"])
def test_whom_the_date_did_not_reach_is_told_nothing(
    year: Year, meeting: Meeting, state: str
) -> None:
    add(year, "Anna")
    [mail] = send(meeting)
    mail.state = state
    db.session.flush()
    assert listeners.listeners(meeting, "cancelled").total == 0
    assert changes.cancel(meeting, "", START, audit.SYSTEM) is None


def test_who_left_or_hears_of_it_otherwise_is_not_told_twice(year: Year, meeting: Meeting) -> None:
    left, invited, declined, waits = (add(year, one) for one in ("Anna", "Bo", "Cilla", "Dan"))
    stranger = add(year, "Eva")
    sent(meeting)
    left.active = False
    for person, state in ((declined, "declined"), (stranger, "unconfirmed")):
        invite(meeting, person).state = state
    for person in (invited, waits):
        invite(meeting, person)
    reached, unsent = (
        db.session.query(Message).filter_by(kind="invitation", person_id=person.id).one()
        for person in (invited, waits)
    )
    reached.state, unsent.state = "sent", "dropped"
    db.session.flush()
    assert [one.given for one in db.session.scalars(listeners.saved(meeting, "moved"))] == ["Eva"]
    changes.cancel(meeting, "", START, audit.SYSTEM)
    told = {mail.name: mail.registration_id is None for mail in news(meeting, "cancelled")}
    assert told == {"Bo Ek": False, "Dan Ek": True, "Eva Ek": True}


def test_a_second_move_tells_who_saved_the_date_from_the_day_they_know(
    year: Year, meeting: Meeting
) -> None:
    for given in ("Anna", "Bo"):
        add(year, given)
    sent(meeting)
    move(meeting)
    outbox.mark_sent(in_hand(news(meeting, "moved")[0]), START)
    move(meeting)
    anna, bo = news(meeting, "moved")[2:]
    assert "Tidigare datum: fredag 1 oktober 2027" in text_of(anna)
    assert "Tidigare datum: fredag 24 september 2027" in text_of(bo)
    assert all("Nytt datum: fredag 8 oktober 2027" in text_of(mail) for mail in (anna, bo))
    assert news(meeting, "moved")[1].state == "dropped"


def test_a_job_tells_who_saved_the_date_and_is_not_invited_meanwhile(
    year: Year, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [add(year, given) for given in ("Anna", "Bo", "Cilla")]
    sent(meeting)
    invite(meeting, add(year, "Dan"))
    monkeypatch.setattr(announcements, "AT_ONCE", 0)
    move(meeting)
    mailing = db.session.query(Mailing).filter_by(kind="moved").one()
    everyone = sending.remaining(mailing, START)
    assert len(everyone) == 4
    assert sending.write_batch(mailing, everyone[:2], START)
    invite(meeting, people[1])
    assert sending.write_batch(mailing, everyone, START)
    assert sending.remaining(mailing, START) == []
    assert [mail.name for mail in of(mailing)] == ["Anna Ek", "Cilla Ek"]


def test_the_pages_of_the_acts_count_who_saved_the_date_and_show_their_mail(
    year: Year, meeting: Meeting, visitor: Browser
) -> None:
    add(year, "Anna").language = "en"
    sent(meeting)
    invite(meeting, add(year, "Bo"))
    db.session.query(Message).update({"state": "sent"})
    office = sign_in(visitor, make_staff())
    office.open(f"{PAGE}/stall-in").see(
        "2 personer får ett mejl om att mötet är inställt.",
        "Har fått mejl om att spara datumet (1)",
        "Anna Ek",
        "Visa mejlet till den som bara har fått datumet",
        "Så här ser mejlet ut för Anna Ek.",
        "If you put the meeting in your calendar, you can remove it.",
        "Så här ser mejlet ut för Bo Ek, Arvika kommun.",
    )
    office.open(f"{PAGE}/flytta").fill("Plats", "Residenset").press("Granska ändringen").see(
        "2 personer får ett mejl om ändringen.",
        "Har fått mejl om att spara datumet (1)",
        "We have asked you to save the date.",
    ).press("Ändra och mejla 2 personer").see("Mötet är ändrat. 2 personer får ett mejl.")
    [anna] = [mail for mail in news(meeting, "moved") if mail.registration_id is None]
    assert "New place: Residenset" in text_of(anna)


def test_what_waits_with_the_old_date_does_not_leave(year: Year, meeting: Meeting) -> None:
    add(year, "Anna")
    [waiting] = send(meeting)
    assert relevance.wanted([waiting], START) == [waiting]
    move(meeting)
    assert relevance.wanted([waiting], START) == []
    outbox.mark_dropped(in_hand(waiting))
    [again] = send(meeting, "igen")
    assert relevance.wanted([again], START) == [again]
    assert "Något har ändrats" not in again.body.text


def test_who_was_left_out_by_somebody_was_told_of_no_other_date(
    year: Year, meeting: Meeting
) -> None:
    add(year, "Anna")
    [left_out] = send(meeting)
    states.step(left_out, "leave_out")
    move(meeting)
    [mail] = send(meeting, "igen")
    assert "Något har ändrats" not in mail.body.text


def test_who_is_invited_meanwhile_gets_the_invitation_alone(year: Year, meeting: Meeting) -> None:
    anna = add(year, "Anna")
    [waiting] = send(meeting)
    registration = invite(meeting, anna)
    assert relevance.wanted([waiting], START) == []
    registration.state = "unconfirmed"
    db.session.flush()
    assert relevance.wanted([waiting], START) == [waiting]
    changes.cancel(meeting, "", START, audit.SYSTEM)
    assert relevance.wanted([waiting], START) == []


def test_the_day_of_the_invitation_is_said_while_it_is_ahead(year: Year, meeting: Meeting) -> None:
    add(year, "Anna")
    last = years.phase(meeting, "invitation").closes_at
    one = drafts.recipients(draft(meeting), START)[0]
    texts = [
        drafts.letter(draft(meeting), one, now).text.replace("\u00a0", " ")
        for now in (last, last + dt.timedelta(seconds=1))
    ]
    assert ["senast söndag 6 juni 2027" in text for text in texts] == [True, False]
    assert all("Inbjudan kommer i ett eget mejl" in text for text in texts)


def test_two_sendings_at_once_write_to_each_once(year: Year, meeting: Meeting) -> None:
    for given in ("Anna", "Ola"):
        add(year, given)
    chosen = drafts.recipients(draft(meeting), START)
    send(meeting)
    second = Mailing(
        meeting=meeting,
        kind="save_the_date",
        expected=2,
        audience={"choice": ALL.kept(), "left_out": []},
        confirm_key="två",
        created_at=START,
    )
    db.session.add(second)
    db.session.flush()
    add(year, "Eva")
    late = drafts.recipients(draft(meeting), START)
    assert sending.write_batch(second, [*chosen, *late], START)
    assert [mail.name for mail in of(second)] == ["Eva Ek"]


def test_its_text_is_erased_as_long_after_the_meeting_as_that_of_other_mails(
    year: Year, meeting: Meeting
) -> None:
    add(year, "Anna")
    [mail] = send(meeting)
    outbox.mark_sent(in_hand(mail), START)
    rule = retention.RULES["mails"]
    assert retention.count(rule, meeting.ends_at + retention.MAILS) == 0
    assert retention.count(rule, meeting.ends_at + retention.MAILS + DAY) == 1


def test_a_sending_asks_as_much_for_twenty_as_for_three(year: Year, meeting: Meeting) -> None:
    counts = []
    for number, several in enumerate((3, 20)):
        for person in range(several):
            add(year, f"Gast{number}x{person}")
        seen: list[str] = []
        event.listen(
            db.engine, "before_cursor_execute", listener := lambda *a, into=seen: into.append(a[2])
        )
        assert len(send(meeting, f"k{number}")) == several
        event.remove(db.engine, "before_cursor_execute", listener)
        counts.append(len([one for one in seen if one.startswith("SELECT")]))
    assert counts[0] == counts[1], counts

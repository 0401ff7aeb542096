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
from annualwheel.mail import outbox
from annualwheel.mailings import drafts, relevance, sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import changes
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
    office.press("Skicka test till mig").press("Gå vidare").see(
        "Skicka mejlet om att spara datumet till 2 personer?"
    )
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


def test_who_saved_another_date_is_told_of_the_new_one(year: Year, meeting: Meeting) -> None:
    add(year, "Anna")
    [first] = send(meeting)
    outbox.mark_sent(in_hand(first), START)
    move(meeting)
    add(year, "Ola")
    assert names(meeting) == ["Anna", "Ola"]
    again, new = send(meeting, "igen")
    assert "Något har ändrats sedan vi skrev förra gången" in again.body.text
    assert "Något har ändrats" not in first.body.text + new.body.text
    for mail in (again, new):
        assert "fredag 1 oktober 2027" in mail.body.text.replace("\u00a0", " ")


def test_what_waits_with_the_old_date_does_not_leave(year: Year, meeting: Meeting) -> None:
    add(year, "Anna")
    [waiting] = send(meeting)
    assert relevance.wanted([waiting]) == [waiting]
    move(meeting)
    assert relevance.wanted([waiting]) == []
    outbox.mark_dropped(in_hand(waiting))
    [again] = send(meeting, "igen")
    assert relevance.wanted([again]) == [again]
    assert "Något har ändrats" not in again.body.text


def test_who_is_invited_meanwhile_gets_the_invitation_alone(year: Year, meeting: Meeting) -> None:
    anna = add(year, "Anna")
    [waiting] = send(meeting)
    registration = invite(meeting, anna)
    assert relevance.wanted([waiting]) == []
    registration.state = "unconfirmed"
    db.session.flush()
    assert relevance.wanted([waiting]) == [waiting]
    changes.cancel(meeting, "", START, audit.SYSTEM)
    assert relevance.wanted([waiting]) == []


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


def test_a_sending_asks_as_much_for_thirty_as_for_three(year: Year, meeting: Meeting) -> None:
    counts = []
    for number, several in enumerate((3, 30)):
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

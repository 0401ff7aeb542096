"""How one joins: for those who have a seat in that way, in the mail, the calendar and on the page;
who was confirmed before it was written is told by a mailing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit, unit_of_work
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.jobs import sweep
from annualwheel.mailings import drafts, sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.mailings.recipients import to_join
from annualwheel.models import Audit, Meeting, Message, Registration
from annualwheel.participation import replies
from annualwheel.registrations import joining
from annualwheel.registrations.joining import Joining
from tests.conftest import START
from tests.makers.guests import link_of, mails, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

PAGE = "/mote/2027/arbetsmote/sa-deltar-man"
TEAMS = "https://moten.example/l/meetup-join/19%3ameeting_Zm9v?context=%7b%22Tid%22%7d"
ONLINE = Joining(
    TEAMS, "Anslut från kl. 8.45.\nRing 010-000 00 00 om det krånglar.", "Join at 8:45."
)
ON_SITE = Joining("", "Ingång från Östra Torggatan. Kaffe från 8.30.")
DAY = dt.timedelta(days=1)


@pytest.fixture
def meeting(session: scoped_session[Session]) -> Meeting:
    """A working meeting that can be attended online, and where nobody has written how."""
    return make_meeting(online=True)


def write(meeting: Meeting, **ways: Joining) -> None:
    joining.change(meeting, ways, START, audit.SYSTEM)
    unit_of_work.commit()


def coming(
    meeting: Meeting, given: str, mode: str = "online", language: str = "sv"
) -> Registration:
    guest = make_guest(meeting, given, language=language)
    replies.register(guest, reply_of(guest, mode=mode), START, audit.participant(guest.person_id))
    unit_of_work.commit()
    return guest


def told(meeting: Meeting) -> list[str]:
    return [one.given for one in to_join(meeting)]


def tell(meeting: Meeting, key: str) -> None:
    sending.confirm(MailingDraft(meeting, "joining"), key, 100, audit.SYSTEM, START)
    unit_of_work.commit()


def test_who_gets_a_seat_is_told_at_once_and_nobody_else(meeting: Meeting) -> None:
    write(meeting, online=ONLINE, on_site=ON_SITE)
    coming(meeting, "Maria")
    coming(meeting, "Zoe", language="en")
    coming(meeting, "Erik", "on_site")
    maria, zoe, erik = (one.body.text for one in mails("confirmation"))
    assert TEAMS in maria and "Anslut från kl. 8.45." in maria and "Östra" not in maria
    assert TEAMS in zoe and "Join at 8:45." in zoe and "Anslut" not in zoe
    assert "Östra Torggatan" in erik and TEAMS not in erik
    assert told(meeting) == []


def test_the_calendar_and_the_page_say_it(
    meeting: Meeting, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    write(meeting, online=ONLINE)
    maria = coming(meeting, "Maria")
    work()
    calendar = Calendar.from_ical(smtp.last("maria@kommun.example").calendar)
    (entry,) = calendar.events
    assert str(entry["CONFERENCE"]) == TEAMS and entry["CONFERENCE"].params["VALUE"] == "URI"
    assert entry["DESCRIPTION"].startswith(f"Anslut här: {TEAMS}\nAnslut från kl. 8.45.\nRing")
    visitor.open(link_of(maria)).miss(TEAMS).press("Se eller ändra din anmälan")
    visitor.see("Så deltar du", TEAMS, "Ring 010-000 00 00 om det krånglar.")
    assert TEAMS in [one.get("href") for one in visitor.page.all("a")]


def test_words_that_have_no_english_say_so_on_an_english_page(
    meeting: Meeting, visitor: Browser
) -> None:
    write(meeting, on_site=ON_SITE)
    maria = coming(meeting, "Maria", "on_site")
    visitor.open(link_of(maria)).press("Se eller ändra din anmälan").miss("(på svenska)")
    visitor.open("/anmalan", lang="en").see("(in Swedish) Ingång från Östra Torggatan.")
    (words,) = [one for one in visitor.page.all("p") if one.get("class") == "written"]
    assert words.get("lang") == "sv"


def test_who_has_no_certain_seat_is_not_told(meeting: Meeting, visitor: Browser) -> None:
    write(meeting, online=ONLINE)
    maria, invited = coming(meeting, "Maria"), make_guest(meeting, "Erik")
    replies.withdraw(maria, START, audit.participant(maria.person_id))
    unit_of_work.commit()
    for guest in (maria, invited):
        visitor.open(link_of(guest)).miss(TEAMS, "Anslut från")
    (gone,) = mails("calendar_cancel")
    assert TEAMS not in str(gone.body.calendar)


def test_who_was_confirmed_before_is_told_by_a_mailing_with_the_calendar(meeting: Meeting) -> None:
    maria, erik = coming(meeting, "Maria"), coming(meeting, "Erik", "on_site")
    assert told(meeting) == []
    write(meeting, online=ONLINE)
    assert told(meeting) == ["Maria"]
    tell(meeting, "a")
    (mail,) = mails("joining")
    assert (mail.person_id, mail.calendar_sequence) == (maria.person_id, None)
    assert TEAMS in mail.body.text and "ändrats" not in mail.body.text
    (update,) = mails("calendar_update")
    assert update.body.calendar["entry"]["conference"] == TEAMS
    assert (maria.sequence, erik.sequence) == (1, 0)
    assert told(meeting) == []
    with pytest.raises(Refused):
        tell(meeting, "b")


def test_what_changes_is_told_again_and_what_changes_back_too(meeting: Meeting) -> None:
    coming(meeting, "Maria")
    for number, how in enumerate((ONLINE, Joining("https://nytt.example"), ONLINE)):
        write(meeting, online=how)
        assert told(meeting) == ["Maria"]
        tell(meeting, str(number))
    first, *later = (one.body.text for one in mails("joining"))
    assert "ändrats" not in first and all("ändrats" in one for one in later)


def test_a_mail_that_never_left_has_told_nobody(meeting: Meeting) -> None:
    coming(meeting, "Maria")
    write(meeting, online=ONLINE)
    tell(meeting, "a")
    (mail,) = mails("joining")
    mail.state = "dropped"
    unit_of_work.commit()
    assert told(meeting) == ["Maria"]


def test_a_mail_about_a_link_that_has_changed_does_not_leave(
    meeting: Meeting, smtp: Smtp, work: Callable[[], int]
) -> None:
    coming(meeting, "Maria")
    write(meeting, online=ONLINE)
    tell(meeting, "a")
    write(meeting, online=Joining("https://nytt.example"))
    sweep.sweep_minute()
    work()
    assert [one.state for one in mails("joining")] == ["dropped"]
    assert told(meeting) == ["Maria"]


def test_the_coordinator_writes_it_and_sees_who_has_not_been_told(
    meeting: Meeting, visitor: Browser
) -> None:
    coming(meeting, "Maria")
    office = sign_in(visitor, make_staff("coordinator"))
    office.open("/mote/2027/arbetsmote").follow("Så deltar man").miss("har inte fått")
    office.fill("Länk att ansluta med", "  moten.example/rum 7 ").press("Spara")
    office.see("Skriv en webbadress, till exempel").fill("Länk att ansluta med", "moten.example/7")
    office.press("Spara").see("Det är sparat", "1 person med plats har inte fått")
    option = next(one for one in meeting.options if one.mode == "online")
    assert joining.of(option) == Joining("https://moten.example/7")
    office.open("/mote/2027/arbetsmote").see("1 person med plats har inte fått veta hur man deltar")
    office.open(PAGE).follow("Mejla dem hur man deltar").see("Maria Lindqvist", "moten.example/7")
    noted = db.session.query(Audit).filter_by(verb="joining_changed").one()
    assert noted.details == {"ways": ["online"]}


def test_a_text_that_is_too_long_stays_and_is_refused(meeting: Meeting, visitor: Browser) -> None:
    office = sign_in(visitor, make_staff("coordinator")).open(PAGE)
    office.fill("Bra att veta på plats", "å" * 1001).press("Spara").see("Skriv högst 1 000 tecken")
    assert office.value("Bra att veta på plats") == "å" * 1001
    assert not joining.has_any(meeting)


def test_nothing_is_sent_before_it_is_written(meeting: Meeting, visitor: Browser) -> None:
    coming(meeting, "Maria")
    with pytest.raises(Refused) as refused:
        drafts.require_possible(meeting, "joining", START)
    assert refused.value.key == "no_joining"
    office = sign_in(visitor, make_staff("coordinator"))
    office.open("/mote/2027/arbetsmote/utskick/sa-deltar-man").see("Skriv först hur man deltar")


def test_a_move_asks_for_no_new_mail_about_joining(meeting: Meeting) -> None:
    write(meeting, online=ONLINE)
    maria = coming(meeting, "Maria")
    maria.state = "to_reconfirm"
    unit_of_work.commit()
    assert told(meeting) == [] and not joining.of_seat(maria)
    maria.state = "registered"
    unit_of_work.commit()
    assert told(meeting) == []
    assert db.session.query(Message).filter(Message.joining != "").count() == 1

"""Every kind of mailing: the page, the test, the sending at once and by a job say the same, and the
role of who looks decides who sees the page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.contacts import people
from annualwheel.db import db
from annualwheel.jobs import building, queue
from annualwheel.mail.letters import Letter
from annualwheel.mailings import drafts, relevance, sending
from annualwheel.mailings.kinds import registry
from annualwheel.mailings.kinds.kind import Kind, MailingDraft
from annualwheel.meetings import announcements, changes, results
from annualwheel.meetings.acts import MeetingNews
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Mailing, Meeting, Message, Registration
from annualwheel.participation import replies
from annualwheel.registrations import joining
from annualwheel.registrations.audiences import Choice
from annualwheel.registrations.joining import Joining
from tests.conftest import START, Fixed
from tests.makers.guests import address_of, make_guest, make_meeting, publish, reply_of
from tests.makers.region import make_organisation, make_staff, make_year, meeting_of, sign_in
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

DAY = dt.timedelta(days=1)
ALL = Choice("category", "kommun")
OPEN = dt.datetime(2026, 12, 14, 9, tzinfo=dt.UTC)
# As people write them.
PEOPLE = (
    ("Maria", "von und zu Långholmsberg-Öhrström", "Sunne kommun", "sv"),
    ("Zoe", "O’Brien [x](http://y)", "Kils kommun & <b>Co</b>", "en"),
    ("Ake", "Ek-Ång ", "Övre Ängs kommun {{ 7 }}", "sv"),
)
Ready = tuple[MailingDraft, dt.datetime]


def chosen_for(kind: str, meeting_kind: str) -> MailingDraft:
    year = make_year()
    for given, family, organisation, language in PEOPLE:
        place = make_organisation(year, organisation)
        people.add_person(given, family, address_of(given), place, language=language)
    return MailingDraft(meeting_of(year, meeting_kind), kind, ALL)


def guests() -> tuple[Meeting, list[Registration]]:
    """A meeting with questions, and three people whose invitation has arrived."""
    meeting = make_meeting()
    publish(meeting)
    seats = [
        make_guest(meeting, given, family, organisation, language=language)
        for given, family, organisation, language in PEOPLE
    ]
    db.session.query(Message).update({"state": "sent"})
    return meeting, seats


def coming(*, how_many: int = 2) -> Meeting:
    meeting, seats = guests()
    for registration in seats[:how_many]:
        replies.register(
            registration, reply_of(registration), START, audit.participant(registration.person_id)
        )
    db.session.query(Message).update({"state": "sent"})
    return meeting


def to_remind_of_the_preparation() -> Ready:
    draft = MailingDraft(coming(), "preparation")
    sending.confirm(draft, "before", 100, audit.SYSTEM, OPEN)
    return MailingDraft(draft.meeting, "preparation_reminder"), OPEN


def to_tell_how_to_join() -> Ready:
    meeting = coming()
    how = Joining("", "Ingång från Östra Torggatan <b> & {{ 7 }}", "Enter from the east")
    joining.change(meeting, {"on_site": how}, START, audit.SYSTEM)
    return MailingDraft(meeting, "joining"), START


def to_tell_of_results() -> Ready:
    meeting = coming()
    now = meeting.ends_at + DAY
    words = {("", "sv"): results.ResultChange("Fem luckor.", results.mark(""))}
    results.save(meeting, words, now, audit.SYSTEM)
    results.publish(meeting, now, audit.SYSTEM)
    return MailingDraft(meeting, "results"), now


def to_move() -> Ready:
    meeting = coming()
    to = moved(meeting)
    kept = announcements.as_kept(to.starts_at, to.ends_at, to.place, to.address)
    return MailingDraft(meeting, "moved", news=MeetingNews(kept, "Salen är upptagen <b>")), START


def moved(meeting: Meeting) -> Appointment:
    week = dt.timedelta(days=7)
    return Appointment(meeting.starts_at + week, meeting.ends_at + week, "Residenset", "Karlstad")


def to_cancel() -> Ready:
    meeting = coming()
    news = MeetingNews(announcements.appointment(meeting), "snö & is")
    return MailingDraft(meeting, "cancelled", news=news), START


READY: Mapping[str, Callable[[], Ready]] = {
    "save_the_date": lambda: (chosen_for("save_the_date", "conference"), START),
    "invitation": lambda: (chosen_for("invitation", "work"), START),
    "reminder": lambda: (MailingDraft(coming(how_many=1), "reminder"), START),
    "joining": to_tell_how_to_join,
    "preparation": lambda: (MailingDraft(coming(), "preparation"), OPEN),
    "preparation_reminder": to_remind_of_the_preparation,
    "results": to_tell_of_results,
    "moved": to_move,
    "cancelled": to_cancel,
}


def send(draft: MailingDraft, now: dt.datetime) -> Mailing:
    """By the page's act, or by what is announced."""
    reason = draft.news.reason if draft.news else ""
    if draft.kind == "moved":
        mailing = changes.move(draft.meeting, moved(draft.meeting), reason, now, audit.SYSTEM)
    elif draft.kind == "cancelled":
        mailing = changes.cancel(draft.meeting, reason, now, audit.SYSTEM)
    else:
        mailing = sending.confirm(draft, "nyckel", 100, audit.SYSTEM, now)
    assert mailing is not None
    db.session.commit()
    return mailing


def said(message: Message) -> Letter:
    body = message.body
    return Letter(body.subject, body.preheader, body.text, body.html, message.text_version)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("kind", registry.BY_KEY)
def test_what_the_page_shows_is_what_is_sent(
    app: Flask,
    session: scoped_session[Session],
    clock: Fixed,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    large: bool,
) -> None:
    draft, now = READY[kind]()
    clock.set(now)
    if large:
        monkeypatch.setattr(sending, "SMALL", 0)
        monkeypatch.setattr(sending, "BATCH", 1)
        monkeypatch.setattr(announcements, "AT_ONCE", 0)
    shown = {one.email: drafts.letter(draft, one, now) for one in drafts.recipients(draft, now)}
    mailing = send(draft, now)
    assert mailing.state == ("preparing" if large else "sending")
    if large:
        building.prepare(mailing.id)
    sent = db.session.query(Message).filter_by(mailing_id=mailing.id, kind=kind).all()
    assert {message.address: said(message) for message in sent} == shown
    assert len(shown) >= 2 and {message.language for message in sent} == {"sv", "en"}
    assert relevance.wanted(sent, START) == sent
    assert len({letter.text_version for letter in shown.values()}) == 2
    assert all(len(letter.text_version) == 16 for letter in shown.values())


@pytest.mark.parametrize("kind", registry.BY_ADDRESS.values(), ids=lambda kind: kind.key)
def test_the_test_is_the_mail_that_would_be_sent_and_arrives(
    session: scoped_session[Session],
    clock: Fixed,
    work: Callable[[], int],
    smtp: Smtp,
    kind: Kind[Any],
) -> None:
    draft, now = READY[kind.key]()
    clock.set(now)
    one = drafts.recipients(draft, now)[0]
    shown = drafts.letter(draft, one, now)
    message = drafts.send_test(draft, one, make_staff(), now)
    assert said(message) == Letter(
        f"[Test] {shown.subject}", shown.preheader, shown.text, shown.html, shown.text_version
    )
    db.session.commit()
    queue.start_drains()
    work()
    tests = [mail for mail in smtp.mails if mail.to == ("karin@region.example",)]
    assert [mail.subject for mail in tests] == [message.body.subject]


@pytest.mark.parametrize("kind", registry.BY_ADDRESS.values(), ids=lambda kind: kind.key)
@pytest.mark.parametrize(
    ("role", "status"),
    [("coordinator", 200), ("administrator", 200), ("facilitator", 403), ("", 303)],
)
def test_the_page_of_every_kind_is_for_coordinators(
    session: scoped_session[Session],
    clock: Fixed,
    visitor: Browser,
    kind: Kind[Any],
    role: str,
    status: int,
) -> None:
    draft, now = READY[kind.key]()
    clock.set(now)
    if role:
        sign_in(visitor, make_staff(role), now)
    db.session.commit()
    path = f"/mote/2027/{PATHS[draft.meeting.kind]}/utskick/{kind.address}"
    for address in (path, f"{path}?urval=category:kommun", f"{path}/mejl"):
        assert visitor.fetch("GET", address).status_code == status, address


def test_a_page_with_nobody_to_send_to_says_why_and_leads_on(
    session: scoped_session[Session], clock: Fixed, visitor: Browser
) -> None:
    """Nobody is there yet, or all are done: each kind knows which."""
    meeting = make_meeting()
    publish(meeting)
    office = sign_in(visitor, make_staff())

    def nobody(what: str, why: str, link: str, leads_to: str) -> None:
        db.session.commit()
        page = office.open(f"/mote/2027/arbetsmote/utskick/{what}")
        page.see("Ingen att skicka till", why).follow(link).see(leads_to)

    nobody("paminnelse", "Ingen är inbjuden", "Bjud in till mötet", "Skicka inbjudan")
    nobody("inbjudan?urval=lead", "Ingen aktiv person", "Personer och org", "Personer")
    nobody(
        "forberedelse", "Det finns ingen att fråga än.", "Personer på mötet", "Ingen är inbjuden"
    )
    nobody("paminnelse-forberedelse", "Ingen har fått", "Skicka mejlet", "ingen att fråga")
    joining.change(meeting, {"on_site": Joining("", "Östra", "East")}, START, audit.SYSTEM)
    nobody("sa-deltar-man", "Ingen har en plats", "Personer på mötet", "Ingen är inbjuden")
    seats = [make_guest(meeting, given, "Ek", "Sunne kommun") for given in ("Maria", "Erik")]
    for kind in ("reminder", "preparation"):
        if kind == "preparation":
            for one in seats:
                replies.register(one, reply_of(one), START, audit.participant(one.person_id))
            nobody("paminnelse", "Alla inbjudna har svarat.", "Personer på mötet", "Anmäld")
        sending.confirm(MailingDraft(meeting, kind), kind, 100, audit.SYSTEM, START)
        if kind == "reminder":
            nobody("paminnelse", "I morgon går det", "Personer på mötet", "inte svarat")
    nobody("inbjudan?urval=people&sok=maria", "Alla i urvalet är redan", "Personer på", "Anmäld")
    nobody("sa-deltar-man", "Alla som har en plats har", "Så deltar man", "Östra")
    nobody("forberedelse", "har fått mejlet om dem.", "Se hur varje svar står", "Inte påbörjat")
    reminder = MailingDraft(meeting, "preparation_reminder")
    sending.confirm(reminder, "again", 100, audit.SYSTEM, START)
    nobody("paminnelse-forberedelse", "I morgon går det", "Se vilka svar", "Inte påbörjat")


def test_a_page_that_is_closed_leads_to_what_is_possible_instead(
    session: scoped_session[Session], clock: Fixed, visitor: Browser
) -> None:
    meeting = make_meeting()
    office = sign_in(visitor, make_staff())
    db.session.commit()

    def closed(what: str, why: str, link: str, leads_to: str) -> None:
        page = office.open(f"/mote/2027/arbetsmote/utskick/{what}")
        page.see("Det går inte att skicka nu", why).follow(link).see(leads_to)

    closed("forberedelse", "inte publicerade", "Frågorna på mötets sida", "Publicera frågorna")
    closed("sa-deltar-man", "Skriv först", "Skriv hur man deltar", "Så deltar man")
    closed("spara-datumet", "Anmälan öppnade", "Bjud in till mötet", "Vilka ska få inbjudan?")
    closed("resultat", "inte publicerat än", "Skriv resultatet", "Spara")
    meeting.state = "cancelled"
    db.session.commit()
    closed("paminnelse", "Mötet är inställt", "Personer på mötet", "Ingen är inbjuden")


PATHS = {"work": "arbetsmote", "conference": "konferens"}


def test_every_kind_that_stands_is_tried_here() -> None:
    assert set(READY) == set(registry.BY_KEY)

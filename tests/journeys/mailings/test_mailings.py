"""Sending to many: read, tested, confirmed with the number, sent once; paused, followed, mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit, unit_of_work
from annualwheel.contacts import activation, organisations
from annualwheel.contacts.people import person_called
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.jobs import queue, sweep
from annualwheel.mail import outbox
from annualwheel.mailings import drafts, failures, recipients, sending
from annualwheel.mailings.kinds import registry
from annualwheel.mailings.kinds.asked import questionnaire_of
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import changes
from annualwheel.models import (
    Audit,
    Mailing,
    Meeting,
    Member,
    Message,
    Registration,
    Staff,
    Submission,
    Year,
)
from annualwheel.participation import replies
from annualwheel.participation.replies import Reply
from annualwheel.preparation import membership
from annualwheel.registrations import invitations
from annualwheel.registrations.audiences import Choice
from tests.at_once import at_once
from tests.conftest import START, Fixed
from tests.makers.guests import in_hand, publish, typed
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

INVITE = "/mote/2027/arbetsmote/utskick/inbjudan?urval=category:kommun"
REMIND = "/mote/2027/arbetsmote/utskick/paminnelse"
ALL = Choice("category", "kommun")
DAY = dt.timedelta(days=1)


@pytest.fixture
def year(session: scoped_session[Session]) -> Year:
    return make_year()


@pytest.fixture
def meeting(year: Year) -> Meeting:
    return meeting_of(year)


@pytest.fixture
def karin(year: Year) -> Staff:
    return make_staff()


@pytest.fixture
def office(visitor: Browser, karin: Staff) -> Browser:
    """A coordinator, signed in."""
    return sign_in(visitor, karin)


def people(year: Year, *given: str, organisation: str = "Arvika kommun") -> None:
    for name in given:
        make_person(make_organisation(year, organisation), name, "Ek")


def of_kind(kind: str) -> list[Message]:
    db.session.expire_all()
    return (
        db.session.query(Message)
        .filter(Message.kind == kind, ~Message.key.startswith("test:"))
        .order_by(Message.id)
        .all()
    )


def draft_for(meeting: Meeting, left_out: frozenset[str] = frozenset()) -> MailingDraft:
    return MailingDraft(meeting, "invitation", ALL, left_out)


def with_test(draft: MailingDraft, by: Staff, now: dt.datetime = START) -> MailingDraft:
    drafts.send_test(draft, drafts.ANYONE, by, now)
    return draft


def confirm(
    draft: MailingDraft,
    by: Staff,
    now: dt.datetime = START,
    key: str = "nyckel",
    expected: int = 100_000,
) -> Mailing:
    return sending.confirm(draft, key, expected, audit.staff(by.id), now)


def invite(year: Year, karin: Staff, *given: str) -> Mailing:
    people(year, *given)
    return confirm(with_test(draft_for(meeting_of(year)), karin), karin)


def test_an_invitation_from_choice_to_mailbox(
    year: Year, office: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    people(year, "Anna", "Ola", "Eva")
    office.open("/mote/2027/arbetsmote").follow("Bjud in").choose("Kommun", within="Urval").press(
        "Visa"
    )
    office.see(
        "Inbjudan till arbetsmötet 22 januari",
        "3 personer.",
        "Länken i exemplet leder ingenstans.",
        "Skicka ett test till dig själv innan du skickar på riktigt",
    )
    office.press("Skicka test till mig").see(
        "Testet är på väg till karin@region.example.", "har inte gått iväg än"
    )
    office.press("Gå vidare").see("Ditt test har inte gått iväg än.")
    work()
    assert [mail.subject for mail in smtp.mails] == ["[Test] Inbjudan till arbetsmötet 22 januari"]
    office.clear("Ola Ek").press("Gå vidare").see(
        "Skicka inbjudan till 2 personer?", "Du har avmarkerat 1 person"
    )
    office.press("Skicka till 2 personer").see("0 av 2 mejl är skickade.", "Du kan stänga sidan")
    work()
    office.open(office.url).see("Utskicket är klart", "2 av 2 mejl är skickade.")
    office.see("göras står det under Att göra nu").follow("Till arbetsmötet")
    assert office.url == "/mote/2027/arbetsmote"
    assert sorted(mail.to[0] for mail in smtp.mails[1:]) == [
        "anna.ek@kommun.example",
        "eva.ek@kommun.example",
    ]
    assert db.session.query(Registration).count() == 2
    office.open("/mote/2027/arbetsmote").see("Mejlet är skickat").follow("2 har inte svarat").see(
        "2 personer", "Anna Ek", "Eva Ek"
    ).miss("Ola Ek")


def test_the_mail_on_the_page_is_the_mail_that_is_sent(
    year: Year, office: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    people(year, "Anna")
    read_test(office.open(INVITE)).press("Gå vidare").press("Skicka till 1 person")
    sample = office.fetch("GET", INVITE.replace("?", "/mejl?"))
    work()
    assert office.fetch("GET", "/mote/2027/arbetsmote/utskick/inbjudan/mejl").status_code == 200
    assert "style-src 'unsafe-inline'" in sample.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in sample.headers["Content-Security-Policy"]
    assert smtp.mails[0].subject == "Inbjudan till arbetsmötet 22 januari"
    assert "Hej Anna!" in smtp.mails[0].text


def test_nothing_is_sent_without_a_test_of_the_text_as_it_is(
    meeting: Meeting, year: Year, karin: Staff, office: Browser
) -> None:
    people(year, "Anna")
    send = {"steg": "skicka", "antal": "1", "nyckel": "nyckel"}
    office.open(INVITE)
    untested = [*typed(office).items(), *send.items()]
    with pytest.raises(Refused, match="test_needed"):
        drafts.require_tested(draft_for(meeting), karin, START)
    office.send("POST", INVITE, untested, multipart=False).see("Inget är skickat")
    assert office.status == 409
    read_test(office).press("Gå vidare")
    meeting.place = "Karlstad CCC"
    db.session.commit()
    with pytest.raises(Refused, match="test_needed"):
        drafts.require_tested(draft_for(meeting), karin, START)
    office.press("Skicka till 1 person").see("Inget är skickat")
    assert office.status == 409
    nils = make_staff(name="Nils Ask")
    with_test(draft_for(meeting), nils)
    db.session.query(Message).filter(Message.key.startswith("test:")).update(
        {"state": "sent", "sent_at": START}
    )
    drafts.require_tested(draft_for(meeting), nils, START)
    with pytest.raises(Refused, match="test_needed"):
        drafts.require_tested(draft_for(meeting), karin, START)
    office.open(INVITE).see("Skicka ett test till dig själv först.").press("Gå vidare").see(
        "Inget är skickat"
    )
    assert office.status == 409
    assert not of_kind("invitation")


def test_a_schedule_sends_without_a_test_and_the_page_names_nobody(
    meeting: Meeting, year: Year, office: Browser, work: Callable[[], int], smtp: Smtp
) -> None:
    people(year, "Anna")
    mailing = sending.confirm(draft_for(meeting), "schema", 1, audit.SYSTEM, START)
    assert (mailing.actor_kind, mailing.staff_id) == ("system", None)
    unit_of_work.commit()
    queue.start_drains()
    work()
    assert [mail.subject for mail in smtp.mails] == ["Inbjudan till arbetsmötet 22 januari"]
    office.open(f"/utskick/{mailing.public_id}").see("1 av 1 mejl är skickade.", "Bekräftat")
    office.miss(" av Karin Ek")
    note = db.session.query(Audit).filter_by(verb="mailing_confirmed").one()
    assert (note.actor_kind, note.actor_id) == ("system", None)


def test_the_page_names_who_confirmed_as_the_account_is_called_now(
    year: Year, karin: Staff, office: Browser
) -> None:
    mailing = invite(year, karin, "Anna")
    assert (mailing.actor_kind, mailing.staff_id, mailing.by_name) == ("staff", karin.id, "")
    db.session.commit()
    office.open(f"/utskick/{mailing.public_id}").see("av Karin Ek.")
    karin.name = "Karin Ek Lund"
    db.session.commit()
    office.open(f"/utskick/{mailing.public_id}").see("av Karin Ek Lund.")
    mailing.staff_id, mailing.by_name = None, "Den förra Karin"
    db.session.commit()
    office.open(f"/utskick/{mailing.public_id}").see("av Den förra Karin.")


def test_who_was_unticked_is_so_after_the_test_and_on_the_way_back(
    year: Year, office: Browser, work: Callable[[], int]
) -> None:
    people(year, "Anna", "Ola")
    office.open(INVITE).clear("Ola Ek").press("Gå vidare").see(
        "Inget är skickat", "Ola Ek", "2 personer."
    )
    read_test(office).see("Testet är på väg", "Ola Ek").press("Gå vidare").see(
        "Skicka inbjudan till 1 person?"
    )
    office.press("Tillbaka till texten").see("Ola Ek").press("Gå vidare").press(
        "Skicka till 1 person"
    ).see("0 av 1 mejl är skickade.")
    work()
    assert [mail.address for mail in of_kind("invitation")] == ["anna.ek@kommun.example"]


def test_who_was_chosen_before_a_colleague_sent_is_chosen_again(year: Year, karin: Staff) -> None:
    people(year, "Anna", "Ola")
    draft = draft_for(meeting_of(year))
    chosen = sending.choose(draft, START)
    sending.confirm(draft, "en kollega", 100, audit.SYSTEM, START)
    with pytest.raises(Refused, match="sent_meanwhile"):
        sending.confirm(draft, "jag", 100, audit.staff(karin.id), START, chosen)
    with pytest.raises(Refused, match="nobody_left"):
        sending.confirm(
            draft, "jag", 100, audit.staff(karin.id), START, sending.choose(draft, START)
        )


def test_a_second_press_sends_nothing_more(meeting: Meeting, year: Year, karin: Staff) -> None:
    people(year, "Anna", "Ola")
    first = confirm(with_test(draft_for(meeting), karin), karin)
    assert confirm(draft_for(meeting), karin) is first
    with pytest.raises(Refused, match="nobody_left"):
        confirm(draft_for(meeting), karin, key="en annan flik")
    assert len(of_kind("invitation")) == 2
    assert db.session.query(Audit).filter_by(verb="mailing_confirmed").count() == 1


@pytest.mark.race
def test_presses_in_the_same_moment_are_led_to_the_same_mailing(
    app: Flask, meeting: Meeting, year: Year
) -> None:
    people(year, "Anna", "Ola")
    db.session.commit()

    def press(meeting_id: int) -> int:
        draft = draft_for(db.session.get_one(Meeting, meeting_id))
        mailing = sending.confirm(draft, "nyckel", 100, audit.SYSTEM, START)
        unit_of_work.commit()
        return mailing.id

    assert len(set(at_once(app, press, [meeting.id] * 4))) == 1
    assert len(of_kind("invitation")) == 2


def test_more_people_than_were_confirmed_are_asked_about_again(year: Year, office: Browser) -> None:
    people(year, "Anna")
    read_test(office.open(INVITE)).press("Gå vidare")
    people(year, "Ola")
    office.press("Skicka till 1 person").see(
        "Inget är skickat", "Nu är det 2 personer", "Skicka inbjudan till 2 personer?"
    )
    assert not of_kind("invitation")
    office.press("Skicka till 2 personer")
    assert len(of_kind("invitation")) == 2


def test_somebody_invited_meanwhile_is_left_out_and_counted(
    meeting: Meeting, year: Year, karin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(year, "Anna", "Ola")
    draft = with_test(draft_for(meeting), karin)
    chosen = drafts.recipients(draft, START)
    anna = person_called("Anna", "Ek", "anna.ek@kommun.example")
    assert anna is not None
    invitations.invite(meeting, anna, organisations.organisation_named("Arvika kommun"), START)  # type: ignore[arg-type]
    mailing = Mailing(
        meeting=meeting,
        kind="invitation",
        expected=2,
        audience={"choice": ALL.kept(), "left_out": []},
        confirm_key="k",
        created_at=START,
    )
    db.session.add(mailing)
    db.session.flush()
    assert sending.write_batch(mailing, chosen, START)
    sending.finish_preparing(mailing)
    db.session.flush()
    assert [m.name for m in of_kind("invitation")] == ["Anna Ek", "Ola Ek"]
    counts = sending.progress_of(mailing)
    assert (counts.total, counts.skipped, counts.waiting) == (1, 1, 1)


def test_a_large_mailing_is_written_by_a_job_and_can_be_taken_up_again(
    app: Flask,
    year: Year,
    office: Browser,
    work: Callable[[], int],
    smtp: Smtp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "SMALL", 2)
    monkeypatch.setattr(sending, "BATCH", 2)
    people(year, *(f"Person{number}" for number in range(5)))
    read_test(office.open(INVITE)).press("Gå vidare").press("Skicka till 5 personer").see(
        "0 av 5 mejl är skickade"
    )
    mailing = db.session.query(Mailing).one()
    assert mailing.state == "preparing" and not of_kind("invitation")
    sending.write_batch(mailing, sending.remaining(mailing, START)[:2], START)
    assert sending.progress_of(mailing).total == 5
    db.session.commit()
    work()
    assert len(of_kind("invitation")) == 5 == db.session.query(Registration).count()
    assert {mail.to[0] for mail in smtp.mails} == {f"person{n}.ek@kommun.example" for n in range(5)}
    assert len(smtp.mails) == 5
    office.open(office.url).see("Utskicket är klart", "5 av 5 mejl är skickade")


def test_a_job_writes_to_no_more_than_were_confirmed_and_not_to_the_unticked(
    meeting: Meeting, year: Year, karin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SMALL", 0)
    people(year, "Bo", "Eva", "Ola")
    all_three = drafts.recipients(draft_for(meeting), START)
    draft = draft_for(meeting, frozenset({all_three[0].key}))
    mailing = confirm(draft, karin, expected=2)
    people(year, "Anna")
    left = sending.remaining(mailing, START)
    assert [one.given for one in left] == ["Anna", "Eva"]
    sending.write_batch(mailing, left[:1], START)
    assert [one.given for one in sending.remaining(mailing, START)] == ["Eva"]


def test_a_second_press_leads_to_the_mailing_even_when_the_text_has_changed(
    meeting: Meeting, year: Year, office: Browser
) -> None:
    people(year, "Anna")
    read_test(office.open(INVITE)).press("Gå vidare")
    pairs, path = [*typed(office).items(), ("steg", "skicka")], office.url
    office.press("Skicka till 1 person")
    first = office.url
    meeting.place = "Karlstad CCC"
    db.session.commit()
    office.send("POST", path, pairs, multipart=False).see("0 av 1 mejl är skickade.")
    assert office.url == first and len(of_kind("invitation")) == 1


def test_only_staff_have_an_account_among_those_who_act() -> None:
    actors = (audit.staff(7), audit.participant(7), audit.SYSTEM)
    assert [actor.staff_id for actor in actors] == [7, None, None]


def test_a_lost_job_is_found_by_the_sweeper(
    app: Flask,
    year: Year,
    karin: Staff,
    clock: Fixed,
    work: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "SMALL", 0)
    mailing = invite(year, karin, "Anna", "Ola")
    db.session.commit()
    assert mailing.state == "preparing"
    sweep.sweep_minute()
    assert not of_kind("invitation")
    clock.advance(sending.LEFT + dt.timedelta(minutes=1))
    sweep.sweep_minute()
    work()
    assert len(of_kind("invitation")) == 2
    clock.advance(dt.timedelta(minutes=1))
    sweep.sweep_minute()
    db.session.refresh(mailing)
    assert mailing.state == "done"


def test_a_paused_mailing_waits_and_goes_on(
    year: Year, karin: Staff, office: Browser, work: Callable[[], int], smtp: Smtp
) -> None:
    mailing = invite(year, karin, "Anna", "Ola")
    office.open(f"/utskick/{mailing.public_id}").press("Pausa utskicket").see(
        "Utskicket är pausat", "2 väntar och skickas inte förrän du väljer"
    )
    queue.start_drains()
    work()
    assert [mail for mail in smtp.mails if mail.subject.startswith("Inbjudan")] == []
    office.open("/mote/2027/arbetsmote").see("Ett utskick är pausat").follow(
        "Visa utskicket"
    ).press("Fortsätt utskicket")
    work()
    office.open(f"/utskick/{mailing.public_id}").see("2 av 2 mejl är skickade")
    assert len([mail for mail in smtp.mails if mail.subject.startswith("Inbjudan")]) == 2


def test_a_mail_that_stopped_is_mended_and_sent_to_the_right_address(
    year: Year, karin: Staff, office: Browser, work: Callable[[], int], smtp: Smtp
) -> None:
    invite(year, karin, "Anna")
    message = of_kind("invitation")[0]
    outbox.mark_failed(in_hand(message), "550 5.1.1 unknown user")
    registration = db.session.query(Registration).one()
    version = registration.link_version
    office.open("/mote/2027/arbetsmote").see("1 mejl kom inte fram").follow(
        "Rätta adresser"
    ).follow("Anna Ek").see("550 5.1.1", "Kom inte fram")
    office.fill("Rätt e-postadress", "inte en adress").press("Rätta och skicka")
    assert office.status == 422 and "Skriv e-postadressen med @" in office.error_at(
        "Rätt e-postadress"
    )
    office.fill("Rätt e-postadress", "anna.ek@arvika.example").press("Rätta och skicka").see(
        "Adressen är rättad"
    )
    work()
    sent = [mail for mail in smtp.mails if mail.subject.startswith("Inbjudan")]
    assert [mail.to for mail in sent] == [("anna.ek@arvika.example",)]
    db.session.refresh(registration)
    assert (
        registration.person.email == "anna.ek@arvika.example"
        and registration.link_version == version + 1
    )
    link = next(url for url in sent[0].links if "/i/" in url)
    assert Browser(office.client.application).open(link).see("Anna").status == 200
    assert (
        db.session.query(Audit)
        .filter_by(verb="address_corrected", meeting_id=registration.meeting_id)
        .count()
        == 1
    )


def test_only_what_stopped_is_sent_again(year: Year, karin: Staff) -> None:
    invite(year, karin, "Anna")
    message = of_kind("invitation")[0]
    with pytest.raises(Refused, match="not_stopped"):
        failures.send_again(message, START, audit.staff(karin.id))
    outbox.mark_failed(in_hand(message), "550")
    failures.send_again(message, START, audit.staff(karin.id))
    assert message.state == "queued" and message.attempts == 0


def test_a_calendar_entry_follows_the_corrected_address(
    year: Year, karin: Staff, meeting: Meeting
) -> None:
    invite(year, karin, "Anna")
    registration = db.session.query(Registration).one()
    replies.register(
        registration,
        Reply("Anna", "Ek", registration.person.email, lunch=True),
        START,
        audit.participant(registration.person_id),
    )
    db.session.flush()
    entry = of_kind("calendar_request")[0]
    outbox.mark_failed(in_hand(entry), "550")
    failures.correct_address(entry, "anna@arvika.example", START, audit.staff(karin.id))
    db.session.flush()
    assert entry.body.calendar is not None
    assert (
        entry.body.calendar["entry"]["attendee_address"] == entry.address == "anna@arvika.example"
    )


def test_a_reminder_goes_to_those_who_have_not_answered_when_it_is_sent(
    year: Year, karin: Staff, office: Browser, clock: Fixed, work: Callable[[], int], smtp: Smtp
) -> None:
    invite(year, karin, "Anna", "Ola", "Eva", "Nils")
    seats = {
        registration.person.given: registration for registration in db.session.query(Registration)
    }
    replies.decline(seats["Nils"], "", START, audit.participant(seats["Nils"].person_id))
    db.session.commit()
    clock.advance(4 * DAY)
    sign_in(office, karin, clock.now())
    read_test(office.open(REMIND).see("3 personer.").miss("Nils Ek"))
    office.clear("Ola Ek").press("Gå vidare")
    office.press("Skicka till 2 personer")
    assert [m.name for m in of_kind("reminder")] == ["Anna Ek", "Eva Ek"]
    eva = db.session.get_one(Registration, seats["Eva"].id)
    replies.decline(eva, "", START, audit.participant(eva.person_id))
    db.session.commit()
    work()
    assert [mail.to[0] for mail in smtp.mails if mail.subject.startswith("Kan du komma")] == [
        "anna.ek@kommun.example"
    ]
    office.open(office.url).see("1 påminnelse behövdes inte längre")
    office.open(REMIND).see("1 person.", "Ola Ek").miss("Anna Ek")
    clock.advance(DAY)
    sign_in(office, karin, clock.now()).open(REMIND).see("2 personer.", "Anna Ek", "Ola Ek")


def test_the_database_lets_nobody_be_reminded_twice_in_a_day(
    year: Year, meeting: Meeting, karin: Staff
) -> None:
    invite(year, karin, "Anna")
    draft = with_test(MailingDraft(meeting, "reminder"), karin)
    chosen = drafts.recipients(draft, START)
    confirm(draft, karin, key="ett")
    second = Mailing(
        meeting=meeting,
        kind="reminder",
        expected=1,
        audience={"choice": None, "left_out": []},
        confirm_key="två",
        created_at=START,
    )
    db.session.add(second)
    db.session.flush()
    sending.write_batch(second, chosen, START)
    assert len(of_kind("reminder")) == 1
    with pytest.raises(Refused, match="nobody_left"):
        confirm(draft, karin, key="tre")


def test_reminders_end_with_the_registration_and_with_a_cancelled_meeting(
    year: Year, meeting: Meeting, karin: Staff
) -> None:
    invite(year, karin, "Anna")
    draft = with_test(MailingDraft(meeting, "reminder"), karin)
    with pytest.raises(Closed, match="registration_closed"):
        confirm(draft, karin, START + 30 * DAY, key="sent")
    meeting.state = "cancelled"
    for kind in registry.BY_KEY:
        with pytest.raises(Closed, match="meeting_cancelled"):
            drafts.recipients(MailingDraft(meeting, kind, ALL), START)


def test_who_must_say_yes_to_a_new_day_is_reminded_in_words_of_their_own(
    year: Year,
    meeting: Meeting,
    karin: Staff,
    office: Browser,
    clock: Fixed,
    work: Callable[[], int],
    smtp: Smtp,
) -> None:
    invite(year, karin, "Ola")
    _anna, eva = (come(year, karin, meeting, given, "Arvika kommun") for given in ("Anna", "Eva"))
    to = changes.Appointment(
        meeting.starts_at + 7 * DAY, meeting.ends_at + 7 * DAY, meeting.place, meeting.address
    )
    changes.move(meeting, to, "", START, audit.staff(karin.id))
    db.session.commit()
    work()
    smtp.clear()
    clock.advance(4 * DAY)
    sign_in(office, karin, clock.now()).open(REMIND)
    office.see("3 personer.", "Kan du komma den nya dagen, fredag 29 januari 2027?")
    read_test(office).press("Gå vidare")
    office.press("Skicka till 3 personer")
    replies.decline(
        db.session.get_one(Registration, eva.id), "", START, audit.participant(eva.person_id)
    )
    db.session.commit()
    work()
    texts = {
        mail.to[0]: mail.text for mail in smtp.mails if mail.subject.startswith("Kan du komma")
    }
    assert set(texts) == {"anna.ek@kommun.example", "ola.ek@kommun.example"}
    assert [
        "Kan du komma den nya dagen" in texts[f"{given}.ek@kommun.example"]
        for given in ("anna", "ola")
    ] == [True, False]
    # Anna keeps her seat until the new day begins; the last day for Ola has moved along.
    lines = {
        given: texts[f"{given}.ek@kommun.example"].replace("\xa0", " ").splitlines()
        for given in ("anna", "ola")
    }
    assert "Svara senast: fredag 29 januari 2027, innan mötet börjar" in lines["anna"]
    assert "Svara senast: fredag 18 december 2026" in lines["ola"]
    clock.set(meeting.phases[0].closes_at.replace(year=2027, month=1, day=28))
    sign_in(office, karin, clock.now()).open(REMIND).see("1 person.", "Anna Ek").miss("Ola Ek")


def test_a_reminder_that_waits_follows_when_the_meeting_moves_again(
    year: Year, meeting: Meeting, karin: Staff
) -> None:
    come(year, karin, meeting, "Anna", "Arvika kommun")
    for days in (7, 14):
        to = changes.Appointment(
            meeting.starts_at + 7 * DAY, meeting.ends_at + 7 * DAY, meeting.place, meeting.address
        )
        changes.move(meeting, to, "", START, audit.staff(karin.id))
        if days == 7:
            confirm(with_test(MailingDraft(meeting, "reminder"), karin), karin)
    [reminder] = of_kind("reminder")
    assert "Kan du komma den nya dagen, fredag 5" in reminder.body.text.replace("\u00a0", " ")
    assert len(of_kind("moved")) == 2


def come(year: Year, karin: Staff, meeting: Meeting, given: str, organisation: str) -> Registration:
    person = make_person(make_organisation(year, organisation), given, "Ek")
    registration = invitations.invite(
        meeting, person, organisations.organisation_named(organisation), START
    )  # type: ignore[arg-type]
    return replies.register(
        registration,
        Reply(given, "Ek", person.email, lunch=True),
        START,
        audit.participant(person.id),
    )


def test_the_preparation_reaches_those_who_come_and_every_lead_once(
    year: Year,
    meeting: Meeting,
    karin: Staff,
    office: Browser,
    clock: Fixed,
    work: Callable[[], int],
    smtp: Smtp,
) -> None:
    come(year, karin, meeting, "Anna", "Arvika kommun")
    come(year, karin, meeting, "Ola", "Grums kommun")
    lead = make_person(make_organisation(year, "Grums kommun"), "Lisa", "Ek")
    organisations.set_lead(organisations.organisation_named("Grums kommun"), year, lead)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="not_published"):
        drafts.recipients(MailingDraft(meeting, "preparation"), START)
    publish(meeting)
    clock.set(dt.datetime(2026, 12, 14, 9, tzinfo=dt.UTC))
    sign_in(office, karin, clock.now()).open("/mote/2027/arbetsmote").follow(
        "Skicka mejlet", within="Att göra nu"
    )
    office.see("3 personer.", "Förbered er inför arbetsmötet 22 januari")
    read_test(office).press("Gå vidare").press("Skicka till 3 personer")
    work()
    subjects = [mail.subject for mail in smtp.mails]
    assert subjects.count("Förbered er inför arbetsmötet 22 januari") == 3
    assert {(m.person.given, m.role) for m in db.session.query(Member)} == {
        ("Anna", "writer"),
        ("Ola", "writer"),
        ("Lisa", "lead"),
    }
    assert db.session.query(Submission).count() == 2
    office.open("/mote/2027/arbetsmote/personer").follow("Anna Ek").see(
        "Förberedelsen öppnar", "Bekräftelse"
    )
    office.open("/mote/2027/arbetsmote/utskick/forberedelse").see("Ingen att skicka till")
    come(year, karin, meeting, "Sen", "Grums kommun")
    office.open("/mote/2027/arbetsmote/utskick/forberedelse").see("1 person.", "Sen Ek")


def test_a_preparation_reminder_goes_to_the_lead_and_not_to_those_who_have_submitted(
    year: Year, meeting: Meeting, karin: Staff, clock: Fixed, work: Callable[[], int], smtp: Smtp
) -> None:
    for given, organisation in (
        ("Anna", "Arvika kommun"),
        ("Ola", "Grums kommun"),
        ("Eva", "Kils kommun"),
    ):
        come(year, karin, meeting, given, organisation)
    lead = make_person(make_organisation(year, "Grums kommun"), "Lisa", "Ek")
    organisations.set_lead(organisations.organisation_named("Grums kommun"), year, lead)  # type: ignore[arg-type]
    publish(meeting)
    later = dt.datetime(2026, 12, 14, 9, tzinfo=dt.UTC)
    clock.set(later)
    confirm(
        with_test(MailingDraft(meeting, "preparation"), karin, later), karin, later, key="först"
    )
    draft = with_test(MailingDraft(meeting, "preparation_reminder"), karin, later)
    answers = {s.organisation.name: s for s in db.session.query(Submission)}
    answers["Kils kommun"].state, answers["Kils kommun"].submitted_at = "submitted", later
    db.session.flush()
    assert [one.name for one in drafts.recipients(draft, later)] == ["Anna Ek", "Lisa Ek"]
    mailing = confirm(draft, karin, later, key="sedan")
    assert recipients.not_submitted(meeting.questionnaires[0], later) == []
    answers["Arvika kommun"].state, answers["Arvika kommun"].submitted_at = "submitted", later
    db.session.commit()
    queue.start_drains()
    work()
    assert sending.progress_of(mailing).dropped == 1
    reminder = next(
        mail
        for mail in smtp.mails
        if mail.to == ("lisa.ek@kommun.example",) and "avsnitt kvar" in mail.text
    )
    assert "Grums kommun" in reminder.text


def test_staff_see_every_mail_and_those_that_stopped_first(
    year: Year, karin: Staff, office: Browser
) -> None:
    invite(year, karin, "Anna", "Ola")
    outbox.mark_failed(in_hand(of_kind("invitation")[1]), "550 no such user")
    office.open("/utskick").see("1 mejl kom inte fram", "Senaste utskicken", "Inbjudan").follow(
        "Visa vilka"
    ).see("1 mejl", "Ola Ek").miss("Anna Ek")
    office.open("/utskick").fill("Namn eller e-post", "anna ek").press("Visa").see(
        "1 mejl", "Anna Ek"
    ).miss("Ola Ek")
    office.follow("Anna Ek").see("Hej Anna!", "[personlig länk]").miss("Rätta och skicka igen")


@pytest.mark.parametrize("role", ["facilitator"])
def test_facilitators_send_nothing(
    year: Year, meeting: Meeting, visitor: Browser, role: str
) -> None:
    person = make_staff(role, "Petter Ask")
    sign_in(visitor, person)
    for path in (
        "/arshjul",
        "/utskick",
        INVITE,
        "/mote/2027/arbetsmote",
        "/mote/2027/arbetsmote/flytta",
    ):
        assert visitor.fetch("GET", path).status_code == 403, path


def test_a_cancelled_meeting_sends_nothing_more_of_its_mailings(
    year: Year, meeting: Meeting, karin: Staff, work: Callable[[], int], smtp: Smtp
) -> None:
    invite(year, karin, "Anna", "Ola")
    changes.cancel(meeting, "Snöstorm", START, audit.staff(karin.id))
    unit_of_work.commit()
    queue.start_drains()
    work()
    assert [message.state for message in of_kind("invitation")] == ["dropped", "dropped"]
    assert {
        mail.subject
        for mail in smtp.mails
        if "Inbjudan" in mail.subject and "[Test]" not in mail.subject
    } == set()


@pytest.mark.parametrize("when", ["cancelled", "over"])
def test_nobody_is_invited_by_hand_to_a_meeting_that_will_not_come(
    meeting: Meeting, year: Year, karin: Staff, office: Browser, clock: Fixed, when: str
) -> None:
    people(year, "Anna")
    office.open("/mote/2027/arbetsmote/bjud-in-en", sok="anna").follow("Bjud in Anna")
    if when == "cancelled":
        changes.cancel(meeting, "", START, audit.staff(karin.id))
        db.session.commit()
        office.press("Bjud in")
    else:
        clock.set(meeting.starts_at)
        sign_in(office, karin, clock.now()).open("/mote/2027/arbetsmote/bjud-in-en", sok="anna")
        office.follow("Bjud in Anna")
    assert (office.status, db.session.query(Registration).count(), of_kind("invitation")) == (
        410,
        0,
        [],
    )


def test_an_organisation_that_is_out_gets_no_more_sendings(
    meeting: Meeting, year: Year, karin: Staff, clock: Fixed
) -> None:
    invite(year, karin, "Anna", "Ola")
    publish(meeting)
    seats = db.session.query(Registration).order_by(Registration.id).all()
    seats[0].state = "registered"
    questionnaire = questionnaire_of(MailingDraft(meeting, "preparation"))
    membership.join(questionnaire, seats[1].person, seats[1].organisation, START)
    kinds = (
        recipients.unanswered(meeting, START + DAY),
        recipients.to_prepare(meeting, questionnaire),
        recipients.not_submitted(questionnaire, START),
    )
    assert [len(found) for found in kinds] == [1, 1, 1]
    activation.set_active(seats[0].organisation, False, audit.staff(karin.id), START)
    db.session.flush()
    assert not recipients.unanswered(meeting, START + DAY)
    assert not recipients.to_prepare(meeting, questionnaire)
    assert not recipients.not_submitted(questionnaire, START)

"""What staff see of mail that stands still, and the presses that send on or again."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.mail import outbox, standstill, states
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings import drafts, failures, log, recipients, sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.models import Audit, Mailing, Meeting, Message, Registration
from annualwheel.preparation import membership, notices
from annualwheel.registrations.audiences import Addressee
from tests.conftest import START
from tests.makers.guests import in_hand, mails, make_guest, make_meeting, publish
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

MINUTE = dt.timedelta(minutes=1)
WORDS = "550 5.7.60 anna@region.example has no right to send"
PAGE = "/mote/2027/arbetsmote"


@pytest.fixture
def meeting(session: scoped_session[Session]) -> Meeting:
    return make_meeting()


@pytest.fixture
def office(meeting: Meeting, visitor: Browser) -> Browser:
    return sign_in(visitor, make_staff())


def remind(meeting: Meeting, key: str = "a", now: dt.datetime = START) -> Mailing:
    mailing = sending.confirm(MailingDraft(meeting, "reminder"), key, 100, audit.SYSTEM, now)
    db.session.commit()
    return mailing


def guests(meeting: Meeting, *given: str) -> list[Registration]:
    found = [make_guest(meeting, name, "Ek") for name in given]
    db.session.query(Message).update({"state": "sent", "sent_at": START})
    db.session.commit()
    return found


def those(meeting: Meeting, now: dt.datetime = START) -> list[Addressee]:
    return drafts.recipients(MailingDraft(meeting, "reminder"), now)


def test_a_mailing_that_has_stopped_says_so_and_one_press_sends_on(
    meeting: Meeting, office: Browser
) -> None:
    guests(meeting, "Anna", "Ola")
    mailing = remind(meeting)
    standstill.note("mail", WORDS, True, START)
    sending.stop(mailing.id, WORDS, START, audit.SYSTEM)
    db.session.commit()
    office.open("/arshjul").see("Ett utskick har stannat")
    office.open(PAGE).see("Adresserna är det inget fel på").follow("Visa utskicket")
    office.see(
        "Utskicket har stannat",
        "0 av 2 mejl är skickade",
        "2 väntar. Det är inget fel på adresserna.",
        "550 5.7.60 <adress> has no right to send",
    ).miss("anna@region.example", "kom inte fram")
    assert office.fetch("GET", "/readyz").get_json()["stopped_mailings"] == 1
    office.press("Skicka vidare").see("0 av 2 mejl är skickade.")
    db.session.refresh(mailing)
    stands = standstill.current()
    assert mailing.state == "sending" and stands is not None and stands.retry_at <= START
    verbs = {row.verb for row in db.session.query(Audit)}
    assert {"mailing_stopped", "mailing_resumed"} <= verbs


def test_mail_that_stands_still_says_since_when_and_why_and_one_press_tries(
    meeting: Meeting, office: Browser
) -> None:
    guests(meeting, "Anna", "Ola")
    mailing = remind(meeting)
    standstill.note("auth", "454 4.7.0 Later, anna@region.example", False, START)
    db.session.commit()
    for page in ("/utskick", f"/utskick/{mailing.public_id}"):
        office.open(page).see(
            "Mejlen står still sedan i dag kl. 9.00",
            "Mejlservern godtar inte vår inloggning (AUTH).",
            "2 mejl väntar och är inte skickade.",
            "454 4.7.0 Later, <adress>",
        ).miss("anna@region.example")
    office.open("/arshjul").see("Mejlen står still", "2 mejl väntar sedan i dag kl. 9.00")
    office.open(PAGE).see("Mejlen står still")
    office.open(f"/utskick/mejl/{mails('reminder')[0].public_id}").see("Mejlet är inte skickat.")
    office.open(f"/utskick/{mailing.public_id}").press("Försök nu").see("Mejlservern provas nu.")
    stands = standstill.current()
    assert stands is not None and stands.retry_at == START
    standstill.end()
    db.session.commit()
    office.open("/utskick").miss("Mejlen står still")
    office.open(PAGE).miss("Mejlen står still")


def test_the_figures_of_what_waits_add_up_to_those_that_are_listed(
    meeting: Meeting, office: Browser
) -> None:
    """What waits in a mailing that somebody holds does not wait for the server."""
    guests(meeting, "Anna", "Ola")
    held = remind(meeting)
    sending.pause(held, START, audit.SYSTEM)
    outbox.put("one", "test_mail", Recipient("a@kommun.example", "A"), {"sent_at": "nu"}, {}, START)
    standstill.note("auth", "454 4.7.0 Later", False, START)
    db.session.commit()
    office.open("/utskick").see(
        "1 mejl väntar och är inte skickat.",
        "Dessutom väntar 2 mejl på att utskick som är pausade eller har stannat ska fortsätta.",
    )
    office.open("/utskick?lage=waiting").see("3 mejl")
    sending.resume(held, START, audit.SYSTEM)
    db.session.commit()
    office.open("/utskick").see("3 mejl väntar och är inte skickade.").miss("Dessutom väntar")


def test_nothing_stands_still_where_nothing_waits(meeting: Meeting, office: Browser) -> None:
    standstill.note("auth", "454 4.7.0 Later", False, START)
    db.session.commit()
    office.open("/utskick").miss("Mejlen står still")


def stop(kind: str, *found: str) -> None:
    for message, state in zip(mails(kind), found, strict=True):
        message.state = state
    db.session.commit()


@pytest.mark.parametrize(
    ("state", "buttons", "ended"),
    [
        ("failed", ["Rätta och skicka", "Skicka igen till samma adress"], "Senaste försöket"),
        ("expired", ["Skicka igen till samma adress", "Rätta och skicka"], "Senaste försöket"),
        ("unknown", ["Rätta och skicka", "Skicka igen till samma adress"], "Senaste försöket"),
    ],
)
def test_the_first_button_of_a_mail_that_stopped_is_the_one_that_helps(
    meeting: Meeting, office: Browser, state: str, buttons: list[str], ended: str
) -> None:
    """The server's refusal is about the address; that nothing left in four days is not."""
    guests(meeting, "Anna")
    remind(meeting)
    stop("reminder", state)
    (mail,) = mails("reminder")
    mail.sent_at = START
    office.open(f"/utskick/mejl/{mail.public_id}").see(ended)
    (panel,) = (one for one in office.page.walk() if one.get("id") == "ratta")
    around = panel if panel.all("button") else panel.up("section")
    assert around is not None
    shown = [(one.text, one.get("class")) for one in around.all("button")]
    assert [text for text, _look in shown] == buttons
    assert "sec" not in shown[0][1] and "text" not in shown[0][1]


@pytest.mark.parametrize(
    ("state", "is_there"), [("failed", True), ("unknown", True), ("expired", False)]
)
def test_the_row_of_a_mail_that_did_not_arrive_leads_to_where_its_address_is_corrected(
    meeting: Meeting, office: Browser, state: str, is_there: bool
) -> None:
    guests(meeting, "Anna")
    remind(meeting)
    stop("reminder", state)
    office.open("/utskick?lage=stopped").see("Anna Ek")
    if not is_there:
        office.miss("Rätta adressen")
        return
    office.follow("Rätta adressen till Anna Ek").fill("Rätt e-postadress", "anna@ratt.example")
    office.press("Rätta och skicka").see("Adressen är rättad")
    office.open("/utskick?lage=stopped").miss("Anna Ek")


def test_what_stopped_is_sent_again_by_one_press_filtered(
    meeting: Meeting, office: Browser
) -> None:
    guests(meeting, "Anna", "Ola", "Eva", "Siv")
    mailing = remind(meeting)
    stop("reminder", "expired", "expired", "failed", "unknown")
    for message in mails("reminder"):
        message.attempts, message.error = 9, "451"
    db.session.delete(mails("reminder")[1].body)
    db.session.commit()
    office.open("/arshjul").see("2 mejl gick inte iväg", "2 mejl kom inte fram")
    office.open("/utskick").see("2 mejl gick inte iväg", "2 mejl kom inte fram")
    office.open(f"/utskick/{mailing.public_id}").follow("Visa alla och skicka dem igen")
    office.see("Bara de som hör till utskicket", "4 mejl", "Skicka alla 3 mejl igen")
    office.open("/utskick?lage=expired&mejl=reminder").see("2 mejl")
    office.press("Skicka 1 mejl igen").see("1 mejl skickas igen.")
    db.session.expire_all()
    found = [(one.state, one.attempts, one.error) for one in mails("reminder")]
    assert found == [
        ("queued", 0, ""),
        ("expired", 9, "451"),
        ("failed", 9, "451"),
        ("unknown", 9, "451"),
    ]
    office.open("/utskick?lage=stopped&sok=eva").press("Skicka 1 mejl igen")
    db.session.expire_all()
    assert [one.state for one in mails("reminder")] == ["queued", "expired", "queued", "unknown"]
    office.open("/utskick?lage=sent").miss("mejl igen")
    assert db.session.query(Audit).filter_by(verb="all_sent_again").count() == 2


def test_nothing_but_what_stopped_is_sent_again(meeting: Meeting) -> None:
    guests(meeting, "Anna")
    remind(meeting)
    for state in set(states.TRANSITIONS.states) - set(states.STOPPED):
        stop("reminder", state)
        assert failures.send_all_again(log.LogFilter(), START, audit.SYSTEM) == 0, state


@pytest.mark.parametrize("state", states.TOLD_NOBODY)
def test_a_reminder_that_never_left_does_not_bar_a_new_one(meeting: Meeting, state: str) -> None:
    guests(meeting, "Anna")
    remind(meeting)
    assert those(meeting) == []
    stop("reminder", state)
    assert len(those(meeting)) == 1
    remind(meeting, "b", START + MINUTE)
    first, second = mails("reminder")
    assert (second.state, len(those(meeting))) == ("queued", 0)
    assert first.state == ("dropped" if state in states.IN_VAIN else state)


@pytest.mark.parametrize("state", ["queued", "sending", "retry", "sent", "unknown", "withheld"])
def test_a_reminder_that_may_have_left_does(meeting: Meeting, state: str) -> None:
    guests(meeting, "Anna")
    remind(meeting)
    stop("reminder", state)
    assert those(meeting) == []


def test_nor_does_another_mail_that_told_nobody(meeting: Meeting) -> None:
    publish(meeting)
    (guest,) = guests(meeting, "Anna")
    guest.state = "registered"
    db.session.commit()
    opens = years.phase(meeting, "preparation").opens_at
    for kind in ("preparation", "preparation_reminder"):
        for number, state in enumerate(("queued", "failed", "expired")):
            draft = MailingDraft(meeting, kind, questionnaire=meeting.questionnaires[0].key)
            found = drafts.everyone(draft, opens)
            assert len(found) == 1, (kind, state)
            sending.confirm(draft, f"{kind}{number}", 1, audit.SYSTEM, opens)
            assert drafts.everyone(draft, opens) == []
            mails(kind)[-1].state = ("failed", "expired", "sent")[number]
            db.session.flush()
        assert [one.state for one in mails(kind)] == ["dropped", "dropped", "sent"]


def test_stopped_mails_about_an_answer_are_to_be_done_at_their_meeting(
    meeting: Meeting, office: Browser
) -> None:
    publish(meeting)
    (guest,) = guests(meeting, "Anna")
    asked = meeting.questionnaires[0]
    member = membership.join(asked, guest.person, guest.organisation, START)
    notices.tell_change("change_refused", "x", member.submission, [member], START, reason="Nej")
    outbox.mark_failed(in_hand(mails("change_refused")[0]), "550 5.1.1 unknown")
    db.session.commit()
    assert mails("change_refused")[0].meeting_id == meeting.id
    office.open(PAGE).see("1 mejl kom inte fram").follow("Rätta adresser").see("1 mejl")


def test_a_test_counts_as_tested_when_it_has_left(meeting: Meeting) -> None:
    karin = make_staff()
    guests(meeting, "Anna")
    draft = MailingDraft(meeting, "reminder")
    drafts.send_test(draft, drafts.ANYONE, karin, START)
    (test,) = [one for one in mails("reminder") if drafts.is_test(one)]
    for state, key in (
        ("queued", "test_waits"),
        ("sending", "test_waits"),
        ("retry", "test_waits"),
        ("failed", "test_needed"),
        ("expired", "test_needed"),
        ("unknown", "test_needed"),
    ):
        test.state = state
        db.session.flush()
        assert drafts.tested_at(draft, karin, START) is None
        with pytest.raises(Exception, match=key):
            drafts.require_tested(draft, karin, START)
    outbox.mark_sent(in_hand(test), START + MINUTE)
    assert drafts.tested_at(draft, karin, START) == START + MINUTE
    drafts.require_tested(draft, karin, START)
    drafts.send_test(draft, drafts.ANYONE, karin, START + 2 * MINUTE)
    drafts.require_tested(draft, karin, START)


def test_two_mails_of_one_cause_are_still_refused(meeting: Meeting) -> None:
    (guest,) = guests(meeting, "Anna")
    key = recipients.day_key("reminder", guest.public_id, START)
    to = Recipient("a@kommun.example", "")
    outbox.put(key, "test_mail", to, {"sent_at": "nu"}, {}, START)
    db.session.flush()
    outbox.make_way([key])
    assert db.session.query(Message).filter_by(key=key).count() == 1

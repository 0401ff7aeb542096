"""What a mail says is true for the one who gets it: each has the facts of its own case."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel import audit, unit_of_work
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.mail import letters, outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings import drafts
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import changes
from annualwheel.meetings.changes import Appointment
from annualwheel.models import Meeting, Message, Registration
from annualwheel.participation import offers, replies, substitution
from annualwheel.participation.substitution import Substitute
from annualwheel.preparation import notices as preparing
from annualwheel.preparation import reopening, submission
from annualwheel.registrations import notices
from annualwheel.wording import names
from tests.conftest import START, Fixed
from tests.makers.guests import link_of, mails, make_guest, make_meeting, publish, reply_of
from tests.makers.region import make_staff
from tests.makers.writers import CLOSES, OPEN, add_initiative, item_of, make_members, write
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

WEEK, HOUR = dt.timedelta(days=7), dt.timedelta(hours=1)
EVA = Substitute("Eva", "Nord", "eva.nord@kommun.example")
ANSWERED_BY_ORGANISATION = "Hagfors kommun"


def text(message: Message) -> str:
    """Subject, preheader and body, with plain spaces."""
    return " ".join(
        f"{message.body.subject} / {message.body.preheader} / {message.body.text}".split()
    )


def last(kind: str) -> str:
    return text(mails(kind)[-1])


def say_yes(guest: Registration, now: dt.datetime = START) -> Registration:
    return replies.register(guest, reply_of(guest), now, audit.participant(guest.person_id))


def hand_over(guest: Registration) -> Registration:
    return substitution.substitute(guest, EVA, START, audit.participant(guest.person_id))


def test_who_gets_a_seat_is_told_that_it_is_theirs(session: scoped_session[Session]) -> None:
    hand_over(say_yes(make_guest(make_meeting())))
    mail = last("substitute_invitation")
    assert (
        "Du kommer i stället för Maria Lindqvist: arbetsmötet" in mail
        and "Du är anmäld till arbetsmötet" in mail
    )
    assert "Avboka på sidan" in mail and "Kalenderbokningen kommer i ett eget mejl" in mail
    assert "Svara senast" not in mail and "Inget händer förrän" not in mail
    assert "Din plats på arbetsmötet är överlämnad" in last("substituted")


def test_who_gets_an_invitation_is_asked(session: scoped_session[Session]) -> None:
    hand_over(make_guest(make_meeting()))
    mail = last("substitute_invitation")
    assert (
        "Inbjudan från Maria Lindqvist: arbetsmötet" in mail
        and "Du är inbjuden till arbetsmötet" in mail
    )
    assert (
        "Svara på inbjudan" in mail
        and "Svara senast: tisdag 19 januari 2027" in mail
        and "Kalenderbokningen" not in mail
    )
    told = last("substituted")
    assert (
        "Din inbjudan till arbetsmötet är överlämnad" in told
        and "din plats" not in told
        and "kalenderbokning" not in told
    )


@pytest.mark.parametrize("seated", [True, False])
def test_who_takes_over_with_a_forwarded_link_gave_the_details_themselves(
    session: scoped_session[Session], visitor: Browser, seated: bool
) -> None:
    guest = make_guest(make_meeting())
    if seated:
        say_yes(guest)
    visitor.open(link_of(guest)).press("Jag kommer i stället för Maria").fill(
        "Förnamn", "Eva"
    ).fill("Efternamn", "Nord")
    visitor.fill("E-postadress", EVA.email).press(
        "Ta över platsen" if seated else "Ta över inbjudan"
    )
    mail = last("substitute_invitation")
    assert f"Du har tagit över {'platsen' if seated else 'inbjudan'} från Maria Lindqvist." in mail
    assert "Du lämnade uppgifterna själv, med en länk som du fick vidare." in mail
    assert "har valt dig" not in mail and "gav oss" not in mail
    assert (
        db.session.query(Registration)
        .filter(Registration.replaces_id.is_not(None))
        .one()
        .person.source
        == "forwarded:"
    )


def test_a_no_can_be_undone_while_there_is_time(session: scoped_session[Session]) -> None:
    guest = make_guest(make_meeting())
    replies.decline(guest, "", START, audit.participant(guest.person_id))
    mail = last("declined")
    assert (
        mail.count("Du kan ångra dig till och med fredag 11 december 2026.") == 2
        and "Ändra ditt svar" in mail
    )
    assert "skicka en ersättare" in mail and "Vill du komma ändå?" not in mail


def test_a_no_to_a_new_day_names_no_day_that_has_been(
    session: scoped_session[Session], clock: Fixed
) -> None:
    meeting = make_meeting()
    guest = say_yes(make_guest(meeting))
    late = years.phase(meeting, "change").closes_at + HOUR
    changes.move(
        meeting,
        Appointment(
            meeting.starts_at + dt.timedelta(days=1),
            meeting.ends_at + dt.timedelta(days=1),
            meeting.place,
        ),
        "",
        late,
        audit.SYSTEM,
    )
    assert guest.state == "to_reconfirm"
    replies.decline(
        guest,
        "",
        years.phase(meeting, "change").closes_at + HOUR,
        audit.participant(guest.person_id),
    )
    mail = last("declined")
    assert mail.count("Vill du komma ändå? Hör av dig till oss.") == 2 and "Se ditt svar" in mail
    assert "ångra" not in mail and "ersättare" not in mail


def test_after_the_last_day_a_substitute_can_still_be_sent(
    session: scoped_session[Session],
) -> None:
    meeting = make_meeting()
    guest = say_yes(make_guest(meeting))
    guest.state = "to_reconfirm"
    replies.decline(
        guest,
        "",
        years.phase(meeting, "registration").closes_at + WEEK,
        audit.participant(guest.person_id),
    )
    mail = last("declined")
    assert "ångra" not in mail and "På sidan kan du skicka en ersättare." in mail


@pytest.fixture
def five(session: scoped_session[Session]) -> dict[str, Registration]:
    """One in each group that hears of a move; one place is held for who is offered it."""
    meeting = make_meeting()
    guests = {
        state: make_guest(meeting, state.capitalize(), "Ek")
        for state in ("invited", "registered", "to_reconfirm", "waitlisted", "offered")
    }
    for state, guest in guests.items():
        if state != "invited":
            say_yes(guest)
        guest.state = state
    guests["offered"].offered_until = meeting.starts_at - WEEK
    db.session.query(Message).update({"state": "sent"})
    db.session.commit()
    return guests


def moved(guests: dict[str, Registration], by: dt.timedelta) -> dict[str, str]:
    meeting: Meeting = guests["invited"].meeting
    to = Appointment(meeting.starts_at + by, meeting.ends_at + by, meeting.place, meeting.address)
    changes.move(meeting, to, "", START, audit.SYSTEM)
    db.session.flush()
    return {
        state: next(text(mail) for mail in mails("moved") if mail.registration_id == guest.id)
        for state, guest in guests.items()
    }


def test_a_new_day_is_asked_of_those_who_owe_an_answer(five: dict[str, Registration]) -> None:
    said = moved(five, WEEK)
    assert {
        state for state, mail in said.items() if "Svara om du kan komma den nya dagen" in mail
    } == {
        "invited",
        "registered",
        "to_reconfirm",
    }
    assert {state for state, mail in said.items() if "Se vad som gäller" in mail} == {
        "waitlisted",
        "offered",
    }
    assert not any("Din anmälan gäller" in mail for mail in said.values())


def test_a_new_time_leaves_every_yes_as_it_was(five: dict[str, Registration]) -> None:
    said = moved(five, HOUR)
    assert {
        state
        for state, mail in said.items()
        if "Din anmälan gäller. Kan du inte längre? Avboka på sidan." in mail
    } == {"registered"}
    assert {state for state, mail in said.items() if "Svara om du kan komma" in mail} == {
        "to_reconfirm"
    }
    assert {state for state, mail in said.items() if "Se vad som gäller" in mail} == {
        "invited",
        "registered",
        "waitlisted",
        "offered",
    }
    assert not any("den nya dagen" in mail for mail in said.values())


def test_an_invited_person_who_can_no_longer_answer_is_not_asked_to(
    five: dict[str, Registration],
) -> None:
    meeting = five["invited"].meeting
    late = years.phase(meeting, "registration").closes_at + WEEK
    changes.move(
        meeting,
        Appointment(meeting.starts_at + WEEK, meeting.ends_at + WEEK, meeting.place),
        "",
        late,
        audit.SYSTEM,
    )
    said = {mail.registration_id: text(mail) for mail in mails("moved")}
    assert (
        "Svara om du kan" not in said[five["invited"].id]
        and "Svara om du kan komma den nya dagen" in said[five["registered"].id]
    )


@pytest.mark.parametrize("submitted", [True, False])
def test_an_answer_that_was_never_submitted_is_not_said_to_be(
    session: scoped_session[Session], submitted: bool
) -> None:
    members = make_members("Maria")
    write(members[0], item_of(members[0]), forberett="Strateger")
    add_initiative(members[0])
    if submitted:
        submission.submit(members[0], OPEN)
    late, karin = CLOSES + dt.timedelta(hours=9), make_staff()
    reopening.ask(members[0], "Nytt beslut", late)
    reopening.refuse(members[0].submission, "Det är tryckt.", late, karin)
    reopening.ask(members[0], "Nytt beslut igen", late)
    reopening.open_until(members[0].submission, CLOSES.date() + dt.timedelta(days=4), late, karin)
    refused, granted = last("change_refused"), last("change_granted")
    assert (
        "används på mötet" in refused,
        "Svaret skickades inte in och är inte med på mötet. Ni kan fortfarande" in refused,
    ) == (submitted, not submitted)
    assert (
        "Det som redan är inskickat gäller" in granted,
        "Svaret är inte inskickat än." in granted,
    ) == (submitted, not submitted)


@pytest.mark.parametrize("language", letters.LANGUAGES)
@pytest.mark.parametrize("kind", names.MEETINGS)
def test_an_invitation_says_what_its_own_meeting_is_about(
    session: scoped_session[Session], kind: str, language: str
) -> None:
    meeting = make_meeting(kind=kind)
    guest = make_guest(meeting, language=language)
    mail, joint = (
        last("invitation"),
        {
            "sv": "ni frågor som ni svarar på tillsammans, som förberedelse",
            "en": "your organisation will get questions to answer together as preparation",
        }[language],
    )
    own = {
        "sv": "får du frågor som du svarar på som förberedelse.",
        "en": "you will get questions to answer as preparation.",
    }[language]
    assert [about for about in names.ABOUT.values() if about[language] in mail] == [
        names.ABOUT[kind]
    ]
    assert (joint in mail, own in mail) == (kind != "conference", kind == "conference")
    say_yes(guest)
    following = {
        "sv": f"öppnar förberedelsen för {ANSWERED_BY_ORGANISATION}",
        "en": f"preparation for {ANSWERED_BY_ORGANISATION} opens",
    }[language]
    assert (following in last("confirmation")) == (kind != "conference")


def test_what_is_published_decides_who_prepares_with_whom(session: scoped_session[Session]) -> None:
    meeting = make_meeting(kind="conference")
    assert notices.is_personal(meeting)
    publish(meeting, "arbetsmote")
    make_guest(meeting)
    assert "ni frågor som ni svarar på tillsammans, som förberedelse" in last("invitation")


def test_who_is_promoted_hears_of_the_preparation_as_it_is(
    session: scoped_session[Session],
) -> None:
    for kind in ("work", "conference"):
        meeting = make_meeting(1, kind=kind)
        first, second = (say_yes(make_guest(meeting, given, kind)) for given in ("Maria", "Erik"))
        replies.withdraw(first, START, audit.participant(first.person_id))
        assert second.state == "registered" or offers.give(second, "", START, audit.SYSTEM) is None
        assert ("förberedelsen för Hagfors kommun" in last("promoted")) == (kind == "work")


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "sv",
            [
                "Skicka in senast: torsdag 14 januari 2027",
                "Tid: cirka 90 minuter tillsammans",
                "Samordnare: Maria Lindqvist",
            ],
        ),
        (
            "en",
            [
                "Submit by: Thursday 14 January 2027",
                "Time: about 90 minutes together",
                "Lead: Maria Lindqvist",
            ],
        ),
    ],
)
def test_the_mail_that_opens_the_preparation_says_by_when_how_long_and_who_leads(
    session: scoped_session[Session],
    smtp: Smtp,
    work: Callable[[], int],
    language: str,
    lines: list[str],
) -> None:
    _lead, erik = make_members("Maria", "Erik")
    erik.person.language = language
    outbox.put(
        "test",
        "preparation",
        Recipient.of(erik.person),
        preparing.preparation_facts(erik, language),
        preparing.links(erik),
        START,
    )
    unit_of_work.commit()
    work()
    (mail,) = smtp.to(erik.person.email)
    assert all(line in mail.text.replace("\xa0", " ").splitlines() for line in lines)
    html = mail.html.replace("\xa0", " ")
    facts = [re.sub("<.*?>", "", line) for line in html.splitlines()]
    assert all(line in facts for line in lines)


@pytest.mark.parametrize("begun", [True, False])
def test_a_reminder_names_what_must_be_done_before_anything_can_be_submitted(
    session: scoped_session[Session], begun: bool
) -> None:
    member = make_members("Maria")[0]
    if begun:
        add_initiative(member)
    facts = preparing.reminder_facts(member, "sv")
    letter = letters.write("preparation_reminder", "sv", facts)
    assert letter.subject.endswith("senast 14 januari")
    assert (
        ("men avsnittet ”Era initiativ” måste vara klart först" in letter.text)
        == ("Era initiativ” måste vara klart innan" in letter.preheader)
        == (not begun)
    )
    seen = drafts.letter(
        MailingDraft(member.submission.questionnaire.meeting, "preparation_reminder"),
        drafts.ANYONE,
        OPEN,
    )
    assert "Era initiativ” måste vara klart" in seen.preheader

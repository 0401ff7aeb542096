"""A person is erased: what is theirs goes, what is a record stays without their name, and others
are told nothing; or they are answered why not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel.contacts import organisations, people
from annualwheel.db import Base, db
from annualwheel.jobs import sweep
from annualwheel.mail import claiming, outbox
from annualwheel.models import (
    Audit,
    ChangeRequest,
    DeletionRequest,
    Import,
    Meeting,
    Member,
    Message,
    Needs,
    Organisation,
    OrganisationRequest,
    Person,
    Questionnaire,
    Registration,
    Staff,
    Submission,
    SubmissionVersion,
    YearOrganisation,
)
from annualwheel.models.drafts import Answer, Item
from annualwheel.participation import link_recovery, organisation_requests, replies
from annualwheel.participation.open_registration import Applicant
from annualwheel.privacy import erasure, own_data
from annualwheel.registrations import needs
from tests.conftest import START, Fixed
from tests.makers.asked import answer_all
from tests.makers.guests import (
    entries,
    in_hand,
    let_in,
    link_of,
    mails,
    make_guest,
    make_meeting,
    publish,
    reply_of,
)
from tests.makers.region import make_staff, sign_in
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

ADDRESS, NUMBER = "ingegerd@kommun.example", "070-174 06 05"
# A mailbox is written to twice an hour for strangers.
LATER = START + dt.timedelta(hours=2)


@pytest.fixture
def karin(session: Any) -> Staff:
    """Who answers."""
    return make_staff()


@pytest.fixture
def asked(session: Any, karin: Staff) -> DeletionRequest:
    """Ingegerd, who comes to a full meeting, has stated needs, leads and writes in an answer, has a
    secretary, came by an imported list, was mailed, and wants to be erased.
    """
    meeting = make_meeting(1)
    publish(meeting)
    guest = make_guest(meeting, "Ingegerd", "Raderasson")
    person = guest.person
    organisations.set_lead(guest.organisation, meeting.year, person)
    replies.register(
        guest,
        reply_of(guest, mobile=NUMBER, title="Hemlig titel", copy_to="sekreterare@kommun.example"),
        START,
        audit.participant(person.id),
    )
    needs.state(guest, "Hemlig kost", "Hemliga behov", "Jag samtycker", START)
    member = let_in(guest, START)
    assert member is not None
    db.session.add_all(
        [
            *_written(person, member.submission),
            _imported(meeting, person),
            *_asked_before(person, member.submission),
        ]
    )
    own_data.ask(ADDRESS, "192.0.2.1", START)
    answer_all()
    link_recovery.ask(ADDRESS, "192.0.2.1", START)
    answer_all()
    meeting.open_registration = True
    organisation_requests.ask(
        meeting,
        "Byalaget",
        Applicant("Ingegerd", "Raderasson", ADDRESS.upper()),
        "192.0.2.1",
        LATER,
    )
    for message in mails():
        outbox.mark_sent(in_hand(message), START)
    request = own_data.ask_for_deletion(person, "Hemligt skäl", START)
    db.session.commit()
    return request


def _written(person: Person, submission: Submission) -> list[Base]:
    item = db.session.query(Item).filter_by(submission_id=submission.id, group_key="").one()
    return [
        Answer(
            item=item,
            question_key="forberett",
            value="Vår gemensamma text",
            author=person,
            at=START,
        ),
        SubmissionVersion(
            submission=submission,
            number=1,
            digest=db.session.query(Questionnaire).one().digest,
            content={"sections": []},
            by=person,
            at=START,
        ),
    ]


def _imported(meeting: Meeting, person: Person) -> Import:
    return Import(
        year_id=meeting.year_id,
        file_name="lista.csv",
        created_at=START,
        state="written",
        rows=[
            [2, {"email": ADDRESS.upper(), "name": "Ingegerd Raderasson"}, {}],
            [3, {"email": "annan@kommun.example"}, {}],
        ],
        others=[{"sheet": "Fler", "rows": [[7, {"email": ADDRESS}, {}], [8, {"email": "x"}, {}]]}],
        trace={"changed": [["persons", person.id, "mobile", "", NUMBER]]},
    )


def _asked_before(person: Person, submission: Submission) -> list[Base]:
    return [
        ChangeRequest(
            submission=submission, person=person, asked_at=START, reason="Hemlig ändring"
        ),
        DeletionRequest(
            person=person,
            asked_at=START,
            reason="Hemlig fråga",
            answer="Hemligt svar",
            state="refused",
            answered_at=START,
        ),
    ]


def everything() -> str:
    """Every value of every table, as one text."""
    db.session.commit()
    db.session.expire_all()
    return "\n".join(
        str(tuple(row))
        for table in Base.metadata.sorted_tables
        for row in db.session.execute(sa.select(table))
    ).casefold()


def erase(visitor: Browser, request: DeletionRequest, karin: Staff) -> Browser:
    return (
        sign_in(visitor, karin)
        .open(f"/personer/radering/{request.public_id}")
        .press("Radera personens uppgifter")
    )


def test_the_coordinator_is_asked_and_sees_what_would_go(
    asked: DeletionRequest, visitor: Browser, karin: Staff
) -> None:
    sign_in(visitor, karin).open("/arshjul").see("1 person ber om radering").follow(
        "Läs begäran"
    ).follow("Svara")
    visitor.see(
        "Ingegerd Raderasson",
        "Hemligt skäl",
        "arbetsmötet 22 januari",
        "Specialkost och tillgänglighet",
        "1 inskickat svar",
    )
    visitor.miss("Hemlig kost", "Hemliga behov")


def test_nothing_that_says_who_it_was_is_left(
    asked: DeletionRequest, visitor: Browser, karin: Staff, work: Callable[[], int], clock: Fixed
) -> None:
    for secret in (words := ("ingegerd", "raderasson", NUMBER, "hemlig", "sekreterare@")):
        assert secret in everything()
    erase(visitor, asked, karin).see("Personens uppgifter är raderade")
    work()
    clock.set(START.replace(hour=9))
    sweep.sweep_minute()
    kept = everything()
    assert [secret for secret in words if secret in kept] == []


def test_a_request_that_began_with_a_mailed_link_leaves_nothing_either(
    session: Any,
    karin: Staff,
    visitor: Browser,
    smtp: Smtp,
    new_visitor: Callable[[], Browser],
    work: Callable[[], int],
) -> None:
    make_guest(make_meeting(), "Ingegerd", "Raderasson")
    db.session.commit()
    visitor.open("/mina-uppgifter").fill("E-postadress", ADDRESS).press("Mejla mig en länk")
    work()
    visitor.open(smtp.last(ADDRESS).link("/u/")).press("Visa mina uppgifter").follow(
        "Be oss radera"
    ).press("Skicka begäran")
    work()
    erase(new_visitor(), db.session.query(DeletionRequest).one(), karin)
    work()
    erasure.finish()
    assert [secret for secret in ("ingegerd", "raderasson") if secret in everything()] == []


def test_mails_to_a_mailbox_of_many_go_when_they_name_the_person(session: Any) -> None:
    guest = make_guest(make_meeting(), "Ingegerd", "Raderasson")
    place, meeting = guest.organisation, guest.meeting
    people.add_person("Erik", "Sand", ADDRESS, place)
    own_data.ask(ADDRESS, "192.0.2.1", START)
    answer_all()
    meeting.open_registration = True
    organisation_requests.ask(
        meeting, "Byalaget", Applicant("Erik", "Sand", ADDRESS), "192.0.2.1", START
    )
    for given, family in (("Erik", "Sand"), ("Ingegerd", "Raderasson")):
        asked = OrganisationRequest(
            meeting=meeting,
            organisation="Byalaget",
            given=given,
            family=family,
            email=ADDRESS,
            asked_at=START,
        )
        db.session.add(asked)
        db.session.flush()
        organisation_requests.refuse(asked, "Nej", START, audit.SYSTEM)
    for message in mails():
        outbox.mark_sent(in_hand(message), START)
    erasure.erase(own_data.ask_for_deletion(guest.person, "", START), START, audit.SYSTEM)
    kept = [
        (mail.kind, mail.name)
        for mail in db.session.query(Message)
        .populate_existing()
        .filter_by(address=ADDRESS, state="sent")
    ]
    assert sorted(kept) == [("organisation_refused", "Erik Sand"), ("organisation_request", "")]


def test_what_a_worker_has_in_hand_is_emptied_when_it_has_gone(session: Any) -> None:
    guest = make_guest(make_meeting(), "Ingegerd", "Raderasson")
    guest.meeting.open_registration = True
    organisation_requests.ask(
        guest.meeting, "Byalaget", Applicant("Ingegerd", "Raderasson", ADDRESS), "192.0.2.1", START
    )
    message = mails("organisation_request")[0]
    message.state, message.lease_until = "sending", START + claiming.LEASE
    request = own_data.ask_for_deletion(guest.person, "", START)
    expected = erasure.consequences(guest.person, START).mails
    erasure.erase(request, START, audit.SYSTEM)
    assert (message.address, expected) == (ADDRESS, 3)
    outbox.mark_sent(message, START)
    db.session.flush()
    erasure.finish()
    db.session.refresh(message)
    assert message.address == ""


def test_who_is_erased_is_called_so_in_the_language_of_the_page(
    asked: DeletionRequest, visitor: Browser, karin: Staff
) -> None:
    erase(visitor, asked, karin)
    db.session.expire_all()
    registration = db.session.query(Registration).one()
    for page in ("/personer/radering", f"/anmalningar/{registration.public_id}"):
        visitor.open(page).see("Borttagen person")
        visitor.open(f"{page}?lang=en").see("Removed person").miss("Borttagen")
        visitor.open(f"{page}?lang=sv")


def test_what_is_a_record_stays_without_the_name(
    asked: DeletionRequest, visitor: Browser, karin: Staff
) -> None:
    erase(visitor, asked, karin)
    db.session.expire_all()
    assert db.session.query(SubmissionVersion).one().by.name == "Borttagen person"
    assert (db.session.query(Answer).one().value, db.session.query(Answer).one().author.name) == (
        "Vår gemensamma text",
        "Borttagen person",
    )
    assert db.session.query(Registration).one().organisation.name == "Hagfors kommun"
    assert db.session.query(Organisation).count() == 1
    kept = db.session.query(Import).one()
    assert kept.rows == [[3, {"email": "annan@kommun.example"}, {}]]
    assert kept.others == [{"sheet": "Fler", "rows": [[8, {"email": "x"}, {}]]}]
    assert db.session.query(Audit).filter_by(verb="erased").one().actor_id == karin.id


def test_seats_are_given_back_with_their_calendar_entries_and_to_the_next_in_line(
    asked: DeletionRequest, visitor: Browser, karin: Staff
) -> None:
    registration = db.session.query(Registration).one()
    waiting = make_guest(registration.meeting, "Erik", "Sand")
    replies.register(waiting, reply_of(waiting), START, audit.participant(waiting.person_id))
    assert waiting.state == "waitlisted"
    erase(visitor, asked, karin)
    db.session.expire_all()
    assert (registration.state, waiting.state) == ("revoked", "registered")
    assert ("CANCEL", 1, ADDRESS, registration.uid) in entries()


def test_links_and_access_are_dead_and_nobody_leads(
    asked: DeletionRequest, visitor: Browser, karin: Staff, new_visitor: Callable[[], Browser]
) -> None:
    registration = db.session.query(Registration).one()
    old = link_of(registration)
    erase(visitor, asked, karin)
    assert new_visitor().open(old).status == 404
    assert (
        db.session.query(Member).count(),
        db.session.query(Needs).count(),
        db.session.query(YearOrganisation).one().lead,
    ) == (0, 0, None)
    assert not db.session.get_one(Person, asked.person_id).active


def test_the_last_mail_arrives_and_is_emptied_when_it_has_gone(
    asked: DeletionRequest, visitor: Browser, karin: Staff, smtp: Smtp, work: Callable[[], int]
) -> None:
    erase(visitor, asked, karin)
    work()
    sent = [mail.subject for mail in smtp.to(ADDRESS)]
    assert "Dina uppgifter är raderade" in sent and not any(
        "Vi har fått din begäran" in subject for subject in sent
    )
    assert db.session.query(Message).filter_by(address=ADDRESS).count() == 2
    assert erasure.finish() == 2
    assert db.session.query(Message).filter_by(address=ADDRESS).count() == 0


def test_an_own_answer_that_was_never_submitted_goes(session: Any) -> None:
    meeting = make_meeting(kind="conference")
    publish(meeting, "konferens")
    guest = make_guest(meeting)
    member = let_in(guest, START)
    assert member is not None
    db.session.add(
        Answer(
            item=db.session.query(Item).filter_by(group_key="").one(),
            question_key="x",
            value="Mitt utkast",
            author=guest.person,
            at=START,
        )
    )
    request = own_data.ask_for_deletion(guest.person, "", START)
    assert erasure.erase(request, START, audit.SYSTEM)
    assert (db.session.query(Answer).count(), db.session.query(Submission).count()) == (0, 1)


def test_who_gave_an_address_is_not_named_any_more(session: Any) -> None:
    guest = make_guest(make_meeting())
    others = [make_guest(guest.meeting, given, "Ek").person for given in ("Anna", "Bo", "Ceda")]
    for other, source in zip(
        others,
        ("substitute:Maria Lindqvist", "colleague:Maria Lindqvist", "substitute:Maria Lind"),
        strict=True,
    ):
        other.source = source
    erasure.erase(own_data.ask_for_deletion(guest.person, "", START), START, audit.SYSTEM)
    assert [other.source for other in others] == [
        "substitute:",
        "colleague:",
        "substitute:Maria Lind",
    ]


def test_two_can_be_erased(session: Any) -> None:
    meeting = make_meeting()
    for given in ("Maria", "Erik"):
        assert erasure.erase(
            own_data.ask_for_deletion(make_guest(meeting, given).person, "", START),
            START,
            audit.SYSTEM,
        )
    assert [person.name for person in db.session.query(Person)] == ["Borttagen person"] * 2


def test_a_meeting_that_is_over_keeps_its_numbers(session: Any) -> None:
    guest = make_guest(make_meeting())
    replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
    guest.state = "attended"
    after = guest.meeting.ends_at + dt.timedelta(days=1)
    erasure.erase(own_data.ask_for_deletion(guest.person, "", after), after, audit.SYSTEM)
    assert guest.state == "attended" and not [
        kind for kind, *_rest in entries() if kind == "CANCEL"
    ]


def test_an_answer_without_erasing_is_mailed_and_shown(
    asked: DeletionRequest, visitor: Browser, karin: Staff
) -> None:
    sign_in(visitor, karin).open(f"/personer/radering/{asked.public_id}").press(
        "Svara utan att radera"
    )
    assert "Skriv varför uppgifterna inte raderas" in visitor.error_at("Vårt svar")
    visitor.fill("Vårt svar", "De ska bevaras enligt beslut 12.").press(
        "Svara utan att radera"
    ).see("Svaret är på väg", "De ska bevaras")
    letter = mails("deletion_refused")[0]
    assert (letter.address, "De ska bevaras enligt beslut 12." in letter.body.text) == (
        ADDRESS,
        True,
    )
    assert asked.person.given == "Ingegerd"
    visitor.open("/arshjul").miss("ber om radering")


@pytest.mark.parametrize("first", ["erase", "refuse"])
def test_a_request_is_answered_once(asked: DeletionRequest, first: str) -> None:
    acts = {
        "erase": lambda: erasure.erase(asked, START, audit.SYSTEM),
        "refuse": lambda: erasure.refuse(asked, "Nej", START, audit.SYSTEM),
    }
    assert acts[first]() is True
    before = len(mails())
    assert [act() for act in acts.values()] == [False, False]
    assert len(mails()) == before


def test_after_an_answer_one_can_ask_again(asked: DeletionRequest) -> None:
    erasure.refuse(asked, "Nej", START, audit.SYSTEM)
    assert own_data.ask_for_deletion(asked.person, "", START) is not asked

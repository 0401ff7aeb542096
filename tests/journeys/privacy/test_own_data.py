"""*Mina uppgifter*: reached by a link that lives half an hour, showing everything to its owner,
corrected, taken home, asked to be erased.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from annualwheel import audit
from annualwheel.contacts import affiliations, organisations
from annualwheel.db import db
from annualwheel.models import Audit, DeletionRequest, Person, Registration, Submission
from annualwheel.models.drafts import Answer, AnswerHistory, Item
from annualwheel.participation import organisation_requests, replies
from annualwheel.participation.open_registration import Applicant
from annualwheel.preparation import submission
from annualwheel.privacy import erasure, own_data
from annualwheel.registrations import needs
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.asked import answer_all
from tests.makers.guests import let_in, link_of, mails, make_guest, make_meeting, publish, reply_of
from tests.makers.writers import OPEN, item_of, make_members
from tests.makers.writers import write as write_fields
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

ADDRESS = "maria@kommun.example"


@pytest.fixture
def maria(session: Any) -> Registration:
    """Maria comes to the working meeting, has stated needs, and has written in her organisation's
    answer.
    """
    meeting = make_meeting()
    publish(meeting)
    guest = make_guest(meeting)
    guest.person.source = "kontakter-2026.xlsx"
    replies.register(
        guest, reply_of(guest, mobile="070-000 00 00"), START, audit.participant(guest.person_id)
    )
    needs.state(guest, "Vegansk kost", "Teckentolk", "Jag samtycker", START)
    member = let_in(guest, START)
    assert member is not None
    item = db.session.query(Item).filter_by(submission_id=member.submission_id, group_key="").one()
    db.session.add(
        Answer(
            item=item,
            question_key="forberett",
            value="Tre kvällar vid köksbordet",
            author=guest.person,
            at=START,
        )
    )
    db.session.commit()
    return guest


def path_of(person: Person, at: dt.datetime = START) -> str:
    return f"/u/{services().link_signer.token(own_data.target(person), at)}"


def enter(visitor: Browser, person: Person) -> Browser:
    return visitor.open(path_of(person)).press("Visa mina uppgifter")


def ask(visitor: Browser, address: str) -> Browser:
    visitor.open("/mina-uppgifter").fill("E-postadress", address).press("Mejla mig en länk")
    answer_all()
    return visitor


# The way in


def test_the_link_is_mailed_and_a_pressed_button_opens_the_page(
    maria: Registration, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    ask(visitor, " MARIA@kommun.example ").see("Om adressen finns hos oss")
    work()
    visitor.open(smtp.last(ADDRESS).link("/u/")).see("Mina uppgifter").miss(
        "Vegansk", "070-000"
    ).press("Visa mina uppgifter")
    assert visitor.url == "/mina-uppgifter/oversikt"


def test_the_answer_is_the_same_for_an_unknown_address(
    maria: Registration, new_visitor: Callable[[], Browser]
) -> None:
    known, unknown = ask(new_visitor(), ADDRESS), ask(new_visitor(), "okand@kommun.example")
    assert (known.text, known.url, known.status) == (unknown.text, unknown.url, unknown.status)
    assert [message.address for message in mails("own_data")] == [ADDRESS]


@pytest.mark.parametrize("address", [ADDRESS, "okand@kommun.example"])
def test_the_third_try_within_an_hour_is_too_many(
    maria: Registration, visitor: Browser, clock: Fixed, address: str
) -> None:
    assert [ask(visitor, address).status for _ in range(3)] == [200, 200, 422]
    assert visitor.see("många försök på kort tid").value("E-postadress") == address
    clock.advance(dt.timedelta(minutes=61))
    assert ask(visitor, address).status == 200


def test_who_is_signed_in_with_a_registration_has_the_address_filled_in(
    maria: Registration, visitor: Browser
) -> None:
    visitor.open(link_of(maria)).press("Se eller ändra").follow("Mina uppgifter")
    assert visitor.value("E-postadress") == ADDRESS


def test_a_function_mailbox_gets_one_mail_with_everybodys_link(
    maria: Registration, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    other = make_guest(maria.meeting, "Erik", "Sand").person
    for person in (maria.person, other):
        person.email = person.email_folded = "kansli@kommun.example"
    ask(visitor, "kansli@kommun.example")
    work()
    mail = smtp.last("kansli@kommun.example")
    links = sorted({link.split("?")[0] for link in mail.links if "/u/" in link})
    assert (len(mails("own_data")), len(links)) == (1, 2)
    assert {visitor.open(link).heading() for link in links} == {
        "Hej Maria! Mina uppgifter",
        "Hej Erik! Mina uppgifter",
    }


def test_the_link_lives_half_an_hour_from_when_it_is_sent(
    maria: Registration, visitor: Browser, clock: Fixed, smtp: Smtp, work: Callable[[], int]
) -> None:
    ask(visitor, ADDRESS)
    clock.advance(dt.timedelta(hours=3))
    work()
    link = smtp.last(ADDRESS).link("/u/")
    clock.advance(dt.timedelta(minutes=29))
    assert visitor.open(link).status == 200
    clock.advance(dt.timedelta(minutes=2))
    visitor.open(link).see("Länken fungerar inte")
    assert visitor.status == 404


def test_a_new_version_kills_link_and_session(maria: Registration, visitor: Browser) -> None:
    enter(visitor, maria.person)
    old = path_of(maria.person)
    maria.person.link_version += 1
    assert visitor.open("/mina-uppgifter/oversikt").status == 401
    assert visitor.open(old).status == 404


def test_the_page_closes_after_half_an_hour_and_keeps_what_was_typed(
    maria: Registration, visitor: Browser, clock: Fixed
) -> None:
    enter(visitor, maria.person).follow("Rätta uppgifterna").fill("Titel", "Direktör")
    clock.advance(dt.timedelta(minutes=31))
    visitor.press("Spara").see("Direktör")
    assert visitor.status == 401
    visitor.open("/mina-uppgifter/oversikt").see("Sidan med dina uppgifter är stängd").miss(
        "Vegansk", ADDRESS
    )


def test_a_registration_link_alone_opens_nothing_of_it(
    maria: Registration, visitor: Browser
) -> None:
    visitor.open(link_of(maria)).press("Se eller ändra")
    for path in ("oversikt", "andra", "fil", "radera", f"behov/{maria.public_id}"):
        assert visitor.fetch("GET", f"/mina-uppgifter/{path}").status_code == 401
    with visitor.client.session_transaction() as kept:
        kept["own_data"] = [
            maria.person.public_id,
            maria.person.link_version,
            int(START.timestamp()) + 3600,
        ]
    assert visitor.open("/mina-uppgifter/oversikt").status == 401


def test_the_button_closes_it_on_this_computer(maria: Registration, visitor: Browser) -> None:
    enter(visitor, maria.person).press("Stäng sidan nu").see("Sidan med dina uppgifter är stängd")
    assert visitor.open("/mina-uppgifter/oversikt").status == 401


# What is shown


def test_everything_is_there(maria: Registration, visitor: Browser) -> None:
    enter(visitor, maria.person).see(
        "Maria Lindqvist",
        ADDRESS,
        "070-000 00 00",
        "kontakter-2026.xlsx",
        "Hagfors kommun, Kommunstrateg",
        "Arbetsmötet fredag 22 januari 2027",
        "Anmäld",
        "Vegansk kost",
        "Teckentolk",
        "Du skriver i svaret från Hagfors kommun",
        "Tre kvällar vid köksbordet",
        "Bekräftelse",
        "Inbjudan",
    )


def test_who_came_unasked_is_invited_only_when_somebody_has_done_so(
    maria: Registration, visitor: Browser
) -> None:
    applied = audit.participant(maria.person_id)
    audit.note(applied, "applied", maria, maria.invited_at or START, maria.meeting_id)
    db.session.commit()
    enter(visitor, maria.person).see("Anmäld på den öppna sidan").miss("Inbjuden")
    maria.invited_at = START + dt.timedelta(minutes=1)
    db.session.commit()
    visitor.open(visitor.url).see("Inbjuden").miss("Anmäld på den öppna sidan")


def test_nothing_of_anybody_else_is(maria: Registration, visitor: Browser) -> None:
    other = make_guest(maria.meeting, "Erik", "Sand")
    replies.register(other, reply_of(other), START, audit.participant(other.person_id))
    needs.state(other, "Nötallergi", "", "Ja", START)
    enter(visitor, maria.person).miss("Erik", "Nötallergi")
    for path in (f"behov/{other.public_id}",):
        assert visitor.fetch("GET", f"/mina-uppgifter/{path}").status_code == 404
    assert "Erik" not in visitor.fetch("GET", "/mina-uppgifter/fil").get_data(as_text=True)


def test_the_file_has_what_the_person_submitted_in_their_own_name(
    session: Any, visitor: Browser
) -> None:
    maria, erik = make_members("Maria", "Erik", form="konferens")
    opened = OPEN + dt.timedelta(days=7)
    for member, text in ((maria, "Åkte vi dit?\n– ”Ja” & =2"), (erik, "Eriks egen fråga")):
        write_fields(member, item_of(member), opened, fraga=text, passval=["pass_a", "pass_c"])
        submission.submit(member, opened)
    db.session.commit()
    enter(visitor, maria.person)
    held = json.loads(visitor.fetch("GET", "/mina-uppgifter/fil").get_data(as_text=True))
    said = [(one["question"], one["text"]) for one in held["submitted"]]
    assert [text for _, text in said] == [
        "Pass A: exempel på seminarium på förmiddagen",
        "Pass C: exempel på verkstad på eftermiddagen",
        "Åkte vi dit?\n– ”Ja” & =2",
    ]
    assert said[0][0] == said[1][0] != said[2][0]
    assert all(question.endswith(("?", ".")) for question, _ in said)
    (first, *_) = held["submitted"]
    assert (first["meeting"], first["organisation"], first["at"]) == (
        "Värmland 2040-konferensen 2027",
        "Hagfors kommun",
        opened.isoformat(),
    )


def test_the_file_says_the_same_with_names_that_stay(maria: Registration, visitor: Browser) -> None:
    own_data.ask_for_deletion(maria.person, "Slutar", START)
    reply = enter(visitor, maria.person).fetch("GET", "/mina-uppgifter/fil")
    held = json.loads(reply.get_data(as_text=True))
    assert reply.headers["Content-Disposition"] == 'attachment; filename="mina-uppgifter.json"'
    assert list(held) == [
        "person",
        "organisations",
        "registrations",
        "memberships",
        "written",
        "replaced_texts",
        "replaced",
        "submitted_versions",
        "submitted",
        "mails",
        "requests",
    ]
    assert held["person"] == {
        "given": "Maria",
        "family": "Lindqvist",
        "email": ADDRESS,
        "mobile": "070-000 00 00",
        "language": "sv",
        "source": "kontakter-2026.xlsx",
    }
    registration = held["registrations"][0]
    assert (registration["meeting"], registration["state"], registration["needs"]["diet"]) == (
        "Arbetsmötet 2027",
        "registered",
        "Vegansk kost",
    )
    assert [event["event"] for event in registration["history"]] == ["registered"]
    assert held["written"][0]["text"] == "Tre kvällar vid köksbordet"
    assert {mail["kind"] for mail in held["mails"]} >= {
        "invitation",
        "confirmation",
        "calendar_request",
        "deletion_asked",
    }
    assert held["requests"] == [
        {
            "kind": "deletion",
            "asked_at": "2026-11-23T08:00:00+00:00",
            "state": "asked",
            "text": "Slutar",
            "answer": "",
        }
    ]
    assert services().link_signer.token(own_data.target(maria.person), START) not in reply.get_data(
        as_text=True
    )


def held_in_file(visitor: Browser) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(
        visitor.fetch("GET", "/mina-uppgifter/fil").get_data(as_text=True)
    )
    return held


def write(item: Item, key: str, text: str, author: Person) -> None:
    db.session.add(Answer(item=item, question_key=key, value=text, author=author, at=START))


def test_texts_on_a_card_that_was_taken_away_are_there_until_they_are_erased(
    maria: Registration, visitor: Browser
) -> None:
    erik = make_guest(maria.meeting, "Erik", "Sand").person
    card = Item(submission=db.session.query(Submission).one(), group_key="initiativ")
    write(card, "titel", "Simskola för alla", maria.person)
    write(card, "mal", "Eriks ord", erik)
    card.removed_at = START
    db.session.commit()
    enter(visitor, maria.person).see(
        "Simskola för alla", "Borttaget. Raderas onsdag 23 december 2026"
    ).miss("Eriks ord")
    assert [
        (row["text"], row["removed_at"], row["erased_at"])
        for row in held_in_file(visitor)["written"]
    ] == [
        ("Tre kvällar vid köksbordet", None, None),
        ("Simskola för alla", "2026-11-23T08:00:00+00:00", "2026-12-23T08:00:00+00:00"),
    ]


def test_texts_that_another_text_has_replaced_are_there_in_words(
    maria: Registration, visitor: Browser
) -> None:
    erik = make_guest(maria.meeting, "Erik", "Sand").person
    item = db.session.query(Item).filter_by(group_key="").one()
    for author, text in (
        (maria.person, "Fyra kvällar i soffan"),
        (erik, "Eriks ord"),
        (maria.person, ""),
    ):
        db.session.add(
            AnswerHistory(
                item_id=item.id,
                question_key="forberett",
                value=text,
                version=1,
                author_id=author.id,
                at=START,
                replaced_at=START + dt.timedelta(days=1),
            )
        )
    db.session.commit()
    enter(visitor, maria.person).see(
        "Fyra kvällar i soffan", "Ersatt. Raderas torsdag 24 december 2026"
    ).miss("Eriks ord")
    held = held_in_file(visitor)
    assert held["replaced_texts"] == 1
    assert [(row["text"], row["replaced_at"], row["erased_at"]) for row in held["replaced"]] == [
        ("Fyra kvällar i soffan", "2026-11-24T08:00:00+00:00", "2026-12-24T08:00:00+00:00")
    ]
    item.removed_at = START - dt.timedelta(days=10)
    db.session.commit()
    assert held_in_file(visitor)["replaced"][0]["erased_at"] == "2026-12-13T08:00:00+00:00"


def test_the_mails_are_there_with_subject_and_text_while_we_have_them(
    maria: Registration, visitor: Browser
) -> None:
    kept = mails("confirmation")[0]
    enter(visitor, maria.person).see(kept.body.subject)
    said = {mail["kind"]: mail for mail in held_in_file(visitor)["mails"]}
    assert said["confirmation"]["subject"] == kept.body.subject
    assert (
        said["confirmation"]["text"].startswith("Hej Maria!")
        and "Se eller ändra din anmälan:\n[…]" in said["confirmation"]["text"]
    )
    subject = kept.body.subject
    db.session.delete(kept.body)
    db.session.commit()
    enter(visitor, maria.person).miss(subject)
    said = {mail["kind"]: mail for mail in held_in_file(visitor)["mails"]}
    assert (said["confirmation"]["subject"], said["confirmation"]["text"]) == (None, None)


def test_a_copy_of_somebody_elses_mail_stands_without_its_words(
    maria: Registration, visitor: Browser
) -> None:
    other = make_guest(maria.meeting, "Erik", "Sand")
    replies.register(
        other, reply_of(other, copy_to=ADDRESS), START, audit.participant(other.person_id)
    )
    db.session.commit()
    assert ADDRESS in [
        message.address for message in mails("confirmation") if message.registration_id == other.id
    ]
    enter(visitor, maria.person).miss("Erik")
    assert [
        mail["text"] for mail in held_in_file(visitor)["mails"] if mail["kind"] == "confirmation"
    ].count(None) == 1
    assert "Erik" not in json.dumps(held_in_file(visitor))


def test_what_was_typed_in_other_letters_is_theirs_too(
    maria: Registration, visitor: Browser
) -> None:
    """What erasure finds by the address, the file has."""
    typed = Applicant("Maria", "Nilsson", ADDRESS.capitalize())
    maria.meeting.open_to_all = True
    organisation_requests.ask(maria.meeting, "Byalaget", typed, "192.0.2.1", START)
    db.session.commit()
    enter(visitor, maria.person)
    held = held_in_file(visitor)
    assert [one["text"] for one in held["requests"]] == ["Byalaget"]
    assert ["organisation_request", typed.email] in [
        [one["kind"], one["address"]] for one in held["mails"]
    ]
    assert len(held["mails"]) == erasure.consequences(maria.person, START).mails


def test_why_somebody_does_not_come_is_said_in_words(maria: Registration, visitor: Browser) -> None:
    guest = make_guest(make_meeting(kind="direction"))
    replies.decline(guest, "krock", START, audit.participant(guest.person_id))
    db.session.commit()
    enter(visitor, maria.person).see("Orsak Krock i kalendern")
    said = {
        (registration["state"], registration["decline_reason"], registration["decline_reason_text"])
        for registration in held_in_file(visitor)["registrations"]
    }
    assert said == {("declined", "krock", "Krock i kalendern"), ("registered", "", "")}


def test_the_page_costs_the_same_however_much_there_is(
    maria: Registration, visitor: Browser
) -> None:
    def asked() -> int:
        sent = []
        enter(visitor, maria.person)
        with visitor.app.app_context():
            engine = db.engine
        note = lambda *given: sent.append(given[2])  # noqa: E731
        sa.event.listen(engine, "before_cursor_execute", note)
        visitor.open("/mina-uppgifter/oversikt")
        sa.event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    before = asked()
    for kind in ("direction", "conference"):
        guest = make_guest(make_meeting(kind=kind))
        replies.register(guest, reply_of(guest), START, audit.SYSTEM)
        affiliations.affiliate(guest.person, organisations.add_organisation(f"Bolaget {kind}"))
        needs.state(guest, "Glutenfritt", "", "Ja", START)
        db.session.add(
            AnswerHistory(
                item_id=db.session.query(Item.id).limit(1).scalar(),
                question_key="forberett",
                value=kind,
                version=1,
                author_id=maria.person_id,
                at=START,
                replaced_at=START,
            )
        )
    db.session.commit()
    assert asked() == before


# What is corrected


def test_corrections_are_written_everywhere_they_belong(
    maria: Registration, visitor: Browser
) -> None:
    enter(visitor, maria.person).follow("Rätta uppgifterna").fill("Efternamn", "Lind").fill(
        "Mobilnummer", ""
    ).fill("Titel", "Direktör")
    visitor.press("Spara").see(
        "Uppgifterna är rättade", "Maria Lind", "Hagfors kommun, Direktör", "Inget nummer"
    )
    assert (maria.title, maria.person.affiliations[0].title) == ("Direktör", "Direktör")
    row = db.session.query(Audit).filter_by(verb="own_data_corrected").one()
    assert (row.actor_kind, row.actor_id, row.details) == (
        "participant",
        maria.person_id,
        {"fields": ["family", "mobile", "title"]},
    )


def test_a_new_address_tells_the_old_one_and_the_page_stays_open(
    maria: Registration, visitor: Browser
) -> None:
    old = link_of(maria)
    enter(visitor, maria.person).follow("Rätta uppgifterna").fill(
        "E-postadress", "m@annan.example"
    ).press("Spara").see("Uppgifterna är rättade")
    assert [message.address for message in mails("address_changed")] == [ADDRESS]
    assert visitor.open("/mina-uppgifter/oversikt").see("m@annan.example").status == 200
    assert visitor.open(old).status == 404


def test_what_is_wrong_is_said_at_the_field(maria: Registration, visitor: Browser) -> None:
    make_guest(maria.meeting, "Erik", "Sand")
    enter(visitor, maria.person).follow("Rätta uppgifterna").fill("Förnamn", "").fill(
        "E-postadress", "maria"
    ).press("Spara")
    assert "Skriv förnamnet" in visitor.error_at("Förnamn") and "@" in visitor.error_at(
        "E-postadress"
    )
    visitor.fill("Förnamn", "Erik").fill("Efternamn", "Sand").fill(
        "E-postadress", "erik@kommun.example"
    ).press("Spara")
    visitor.see("Det finns redan en person med namnet Erik Sand och den adressen.")
    assert (visitor.status, visitor.value("Förnamn"), maria.person.given) == (422, "Erik", "Maria")


def test_needs_are_changed_and_erased_here_too(maria: Registration, visitor: Browser) -> None:
    enter(visitor, maria.person).follow("Ändra specialkost").fill(
        "Specialkost", "Laktosfritt"
    ).press("Spara")
    assert "Kryssa i att du samtycker" in visitor.text
    visitor.choose("Jag samtycker").press("Spara").see("Laktosfritt")
    visitor.follow("Ändra specialkost").press("Radera det jag har skrivit").see(
        "Uppgifterna är raderade"
    ).miss("Laktosfritt")
    assert needs.of(maria) == needs.GivenNeeds("", "")


# Asked to be erased


def test_a_request_is_noted_once_and_confirmed_by_mail(
    maria: Registration, visitor: Browser
) -> None:
    enter(visitor, maria.person).follow("Be oss radera").fill(
        "Vill du berätta varför?", "Slutar"
    ).press("Skicka begäran")
    visitor.see("Vi har fått din begäran").open("/mina-uppgifter/oversikt").see(
        "Du har bett oss radera dina uppgifter", "Väntar på svar"
    ).miss("Be oss radera")
    assert own_data.ask_for_deletion(maria.person, "igen", START).reason == "Slutar"
    assert (
        db.session.query(DeletionRequest).count(),
        [message.address for message in mails("deletion_asked")],
    ) == (1, [ADDRESS])
    assert maria.state == "registered"

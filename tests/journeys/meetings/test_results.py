"""What the meeting came to: written as a draft, published, read beside what one's organisation sent
in, corrected, mailed once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.mail import outbox
from annualwheel.mailings import drafts, recipients, relevance, sending
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import results
from annualwheel.meetings.results import ResultChange
from annualwheel.models import Audit, Meeting, Member, Message, Needs, Registration, Result, Staff
from annualwheel.participation import replies
from annualwheel.preparation import membership, notices, submission
from annualwheel.registrations.states import step
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import in_hand, link_of, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import OPEN, add_initiative, enter, item_of, make_members, write
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser

DAY = dt.timedelta(days=1)
AFTER = dt.datetime(2027, 1, 29, 9, tzinfo=dt.UTC)
WRITE, SHOWN = "/svar/2027/arbetsmote/resultat", "/anmalan/resultat"
NOBODY = audit.SYSTEM


class Held:
    """A working meeting that has been: Maria wrote for Hagfors, Erik of Arvika was registered,
    Petter writes down the results.
    """

    def __init__(self, app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> None:
        self.app, self.clock, self.new_visitor = app, clock, new_visitor
        with app.app_context():
            maria, _anna = make_members("Maria", "Anna")
            write(maria, item_of(maria), forberett="Strateger")
            add_initiative(maria)
            submission.submit(maria, OPEN)
            meeting = maria.submission.questionnaire.meeting
            registration = make_guest(meeting, "Erik", "Sand", "Arvika kommun")
            replies.register(
                registration,
                reply_of(registration),
                START,
                audit.participant(registration.person_id),
            )
            db.session.query(Message).update({"state": "sent"})
            db.session.commit()
            self.link = link_of(registration)
        clock.set(AFTER)
        with app.app_context():
            self.petter = sign_in(new_visitor(), make_staff("facilitator", "Petter Ek"), AFTER)

    def erik(self) -> Browser:
        """A browser on Erik's registration."""
        return self.new_visitor().open(self.link).press("Se din anmälan")

    def maria(self) -> Browser:
        """A browser on Maria's preparation."""
        with self.app.app_context():
            return enter(self.new_visitor(), db.session.query(Member).order_by(Member.id).first())  # type: ignore[arg-type]

    def publish(self) -> None:
        """Writes and publishes the shortest results."""
        with self.app.app_context():
            say(meeting(), {("", "sv"): "Fem luckor."})
            results.publish(meeting(), AFTER, NOBODY)
            db.session.commit()


@pytest.fixture
def held(app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]) -> Held:
    return Held(app, clock, new_visitor)


def meeting() -> Meeting:
    return db.session.query(Meeting).filter_by(kind="work").one()


def say(
    about: Meeting, texts: dict[tuple[str, str], str], now: dt.datetime = AFTER
) -> dict[tuple[str, str], str]:
    """Writes texts on top of what stands."""
    standing = {
        (piece.key, language): getattr(piece, language)
        for piece in results.pieces(about)
        for language in ("sv", "en")
    }
    return results.save(
        about,
        {key: ResultChange(text, results.mark(standing[key])) for key, text in texts.items()},
        now,
        NOBODY,
    )


def test_a_draft_is_written_theme_by_theme_previewed_and_published_after_one_more_press(
    held: Held,
) -> None:
    petter = held.petter.open("/svar/2027/arbetsmote").follow("Skriv resultatet")
    petter.see("Hela mötet", "Hur får fler arbete?", "Hur sparar vi energi?")
    petter.fill("På svenska, hela mötet", "Fem luckor.\r\n\r\nNio samarbeten.").fill(
        "På engelska, hela mötet", "Five gaps."
    )
    petter.fill("På svenska, Hur får fler arbete?", "En väg in.").press("Spara").see(
        "Utkastet är sparat."
    )
    erik = (
        held.erik()
        .open(SHOWN)
        .see(
            "Resultatet är inte klart än",
            "Enligt planen är det klart senast fredag 19 februari 2027",
        )
        .miss("Fem luckor")
    )
    petter.press("Spara och se som deltagare").see(
        "Så ser deltagarna resultatet", "Fem luckor.", "En väg in."
    ).miss("Hur sparar vi energi?")
    petter.open(petter.url, lang="en").see("(in Swedish) En väg in.").miss(
        "(in Swedish) Five gaps.", "(in English)"
    ).see("Five gaps.").open(petter.url, lang="sv")
    petter.follow("Tillbaka till texten").press("Spara och gå vidare till att publicera")
    petter.see(
        "Engelska saknas för ”Hur får fler arbete?”", "Inget är skrivet om ”Hur sparar vi energi?”"
    ).miss("Engelska saknas för ”Hela mötet”")
    erik.open(SHOWN).see("Resultatet är inte klart än")
    petter.press("Publicera").see("Resultatet är publicerat.")
    erik.open(SHOWN).see(
        "Resultatet av arbetsmötet", "Nio samarbeten.", "Publicerat fredag 29 januari 2027"
    ).miss("ändrat")


def test_those_who_wrote_read_it_beside_what_they_sent_in_last(held: Held) -> None:
    held.publish()
    maria = (
        held.maria()
        .follow("Läs resultatet av mötet")
        .see("Fem luckor.", "Det här skickade ni in", "Ung i Hagfors", "version 1")
    )
    held.erik().follow("Läs resultatet av mötet").see("Fem luckor.").miss(
        "Det här skickade ni in", "Ung i Hagfors"
    )
    with held.app.app_context():
        member = db.session.query(Member).order_by(Member.id).first()
        assert member is not None
        make_guest(meeting(), "Ola", "Hag", "Hagfors kommun")
        ola = db.session.query(Registration).order_by(Registration.id.desc()).first()
        assert ola is not None
        db.session.commit()
        link = link_of(ola)
    held.new_visitor().open(link).press("Läs resultatet").see(
        "Det här skickade ni in", "Ung i Hagfors"
    )
    maria.see("Till översikten")


def test_the_links_of_the_mails_lead_to_the_results_in_one_press(held: Held) -> None:
    held.publish()
    held.new_visitor().open(held.link).see("Resultatet av mötet är klart").press(
        "Läs resultatet"
    ).see("Fem luckor.")
    with held.app.app_context():
        member = db.session.query(Member).order_by(Member.id).first()
        assert member is not None
        path = f"/f/{services().link_signer.token(notices.links(member)['preparation'])}"
    held.new_visitor().open(path).see("Resultatet av mötet är klart.").press("Läs resultatet").see(
        "Fem luckor.", "Det här skickade ni in"
    )


def test_strangers_and_staff_are_not_let_in_by_the_address(held: Held) -> None:
    held.publish()
    for path in (SHOWN, "/forberedelse/resultat"):
        for browser in (held.new_visitor(), held.petter):
            assert browser.fetch("GET", path).status_code == 401


def test_somebody_whose_invitation_was_taken_back_does_not_read_it(held: Held) -> None:
    erik = held.erik()
    held.publish()
    with held.app.app_context():
        db.session.query(Registration).one().state = "revoked"
        db.session.commit()
    assert "Fem luckor" not in erik.fetch("GET", SHOWN).get_data(as_text=True)


def test_what_is_written_is_text_and_nothing_else(held: Held) -> None:
    with held.app.app_context():
        say(
            meeting(),
            {("", "sv"): "<script>alert(1)</script>\n\n[länk](http://ont.example) <b>fet</b>"},
        )
        results.publish(meeting(), AFTER, NOBODY)
        db.session.commit()
    erik = (
        held.erik()
        .open(SHOWN)
        .see("<script>alert(1)</script>", "[länk](http://ont.example) <b>fet</b>")
    )
    assert not list(erik.page.all("main")[0].all("b", "script"))


def test_how_many_took_part_is_counted_from_the_check_in_where_there_was_one(held: Held) -> None:
    with held.app.app_context():
        for given, place in (("Ola", "Sunne kommun"), ("Eva", "Sunne kommun")):
            registration = make_guest(meeting(), given, "Ek", place)
            step(registration, "register", "registered")
        assert results.attendance(meeting()) == results.Attendance(3, 2)
        for registration in db.session.query(Registration).order_by(Registration.id)[1:]:
            step(registration, "check_in")
        assert results.attendance(meeting()) == results.Attendance(2, 1)
        db.session.commit()
    held.publish()
    held.erik().open(SHOWN).see("2 personer från 1 organisation deltog.")


def test_a_correction_shows_at_once_with_its_day_and_what_is_taken_down_is_a_draft_again(
    held: Held,
) -> None:
    held.publish()
    held.clock.set(AFTER + 2 * DAY)
    with held.app.app_context():
        petter = sign_in(held.new_visitor(), db.session.query(Staff).one(), AFTER + 2 * DAY)
    petter.open(WRITE).see("syns direkt för deltagarna").fill(
        "På svenska, hela mötet", "Sex luckor."
    ).press("Spara rättelsen")
    petter.see("Rättelsen är sparad och syns för deltagarna.", "Ändrat i dag")
    erik = (
        held.erik()
        .open(SHOWN)
        .see("Sex luckor.", "Publicerat fredag 29 januari 2027, ändrat söndag 31 januari 2027")
    )
    petter.press("Ta ner resultatet").see("Texterna finns kvar som utkast.")
    erik.open(SHOWN).see("Resultatet är inte klart än").miss("Sex luckor")
    with held.app.app_context():
        verbs = [
            row.verb
            for row in db.session.query(Audit)
            .filter(Audit.verb.startswith("results_"))
            .order_by(Audit.id)
        ]
        assert verbs == [
            "results_written",
            "results_published",
            "results_corrected",
            "results_unpublished",
        ]
        results.publish(meeting(), AFTER + 3 * DAY, NOBODY)
        assert results.corrected_at(meeting()) is None


def test_two_who_write_different_themes_keep_each_others_texts(held: Held) -> None:
    held.petter.open(WRITE).fill("På svenska, Hur får fler arbete?", "En väg in.")
    with held.app.app_context():
        say(meeting(), {("energi", "sv"): "Delade tak."})
        db.session.commit()
    held.petter.press("Spara")
    with held.app.app_context():
        assert {row.theme_key: row.sv for row in db.session.query(Result)} == {
            "arbete": "En väg in.",
            "energi": "Delade tak.",
        }


def test_two_who_write_the_same_theme_see_both_texts_and_the_second_press_decides(
    held: Held,
) -> None:
    held.petter.open(WRITE).fill("På svenska, Hur får fler arbete?", "Petters text").fill(
        "På svenska, Hur sparar vi energi?", "Delade tak."
    )
    with held.app.app_context():
        say(meeting(), {("arbete", "sv"): "Annas text"})
        db.session.commit()
    held.petter.press("Spara")
    assert held.petter.status == 409
    held.petter.see("Någon annan har ändrat texten sedan du öppnade sidan", "Annas text")
    assert held.petter.value("På svenska, Hur får fler arbete?") == "Petters text"
    held.petter.press("Spara").see("Utkastet är sparat.")
    with held.app.app_context():
        assert {row.theme_key: row.sv for row in db.session.query(Result)} == {
            "arbete": "Petters text",
            "energi": "Delade tak.",
        }


def test_a_page_that_was_too_old_keeps_what_was_typed(held: Held) -> None:
    held.petter.open(WRITE).fill("På svenska, hela mötet", "Lång text")
    for node in held.petter.page.all("input"):
        if node.get("name") == "csrf_token":
            node.attrs["value"] = "gammal"
    held.petter.press("Spara")
    assert (held.petter.status, held.petter.value("På svenska, hela mötet")) == (422, "Lång text")


def test_nothing_is_published_empty_early_or_for_a_cancelled_meeting(
    app: Flask, clock: Fixed
) -> None:
    with app.app_context():
        found = make_meeting()
        with pytest.raises(Refused, match="results_too_early"):
            results.publish(found, START, NOBODY)
        with pytest.raises(Refused, match="results_empty"):
            results.publish(found, AFTER, NOBODY)
        say(found, {("", "sv"): "Fem luckor."})
        found.state = "cancelled"
        db.session.flush()
        with pytest.raises(Closed, match="meeting_cancelled"):
            results.publish(found, AFTER, NOBODY)
        assert found.results_at is None


def test_why_it_cannot_be_published_any_more_is_said_on_the_page(held: Held) -> None:
    with held.app.app_context():
        say(meeting(), {("", "sv"): "Fem luckor."})
        db.session.commit()
    held.petter.open(f"{WRITE}/publicera")
    with held.app.app_context():
        meeting().state = "cancelled"
        db.session.commit()
    held.petter.press("Publicera").see("Det går inte att publicera nu", "Publicera resultatet?")
    assert held.petter.status == 410


def to_tell() -> list[tuple[str, str]]:
    return [(one.given, one.key.partition(".")[0]) for one in recipients.took_part(meeting())]


def test_everyone_who_was_registered_or_wrote_is_told_once(held: Held) -> None:
    with held.app.app_context():
        maria = db.session.query(Member).order_by(Member.id).first()
        assert maria is not None
        assert to_tell() == [("Maria", "wrote"), ("Erik", "present")]
        registration = make_guest(meeting(), "Maria", "Lindqvist", "Sunne kommun")
        assert (registration.person_id == maria.person_id, to_tell()) == (
            True,
            [("Maria", "wrote"), ("Erik", "present")],
        )
        step(registration, "register", "registered")
        assert to_tell() == [("Maria", "present"), ("Erik", "present")]
        step(registration, "check_in")
        assert to_tell() == [("Maria", "present"), ("Erik", "registered")]
        registration.person.active = False
        assert to_tell() == [("Erik", "registered")]


def test_the_mail_is_sent_as_every_mailing_and_its_link_is_the_readers_own(
    held: Held, smtp: Smtp, work: Callable[[], int]
) -> None:
    with held.app.app_context():
        karin = sign_in(held.new_visitor(), make_staff(), AFTER)
    karin.open("/mote/2027/arbetsmote").see("Resultatet är inte publicerat").miss(
        "Mejlet om resultatet"
    )
    karin.open("/mote/2027/arbetsmote/utskick/resultat").see(
        "Resultatet är inte publicerat än. Publicera det först."
    )
    held.publish()
    karin.open("/mote/2027/arbetsmote").see("Mejlet om resultatet är inte skickat").follow(
        "Skicka mejlet"
    ).press("Skicka test till mig")
    work()
    karin.press("Gå vidare").press("Skicka till 2 personer")
    work()
    sent = {mail.to[0]: mail.text for mail in smtp.mails[1:]}
    assert sorted(sent) == ["erik@kommun.example", "maria@kommun.example"]
    assert "Tack för att du var med den 22" in sent["erik@kommun.example"]
    assert "Tack för att du var med och förberedde arbetsmötet" in sent["maria@kommun.example"]
    for text in sent.values():
        path = next(
            line for line in text.splitlines() if line.startswith("http://localhost/")
        ).removeprefix("http://localhost")
        held.new_visitor().open(path).press("Läs resultatet").see("Fem luckor.")
    karin.open("/mote/2027/arbetsmote/utskick/resultat").see(
        "Alla som var med har fått mejlet om resultatet."
    )
    karin.open("/mote/2027/arbetsmote").miss("Mejlet om resultatet är inte skickat")


def test_results_that_are_taken_down_are_not_mailed_and_reach_those_who_waited_later(
    held: Held,
) -> None:
    held.publish()
    with held.app.app_context():
        karin, draft = make_staff(), MailingDraft(meeting(), "results")
        drafts.send_test(draft, drafts.ANYONE, karin, AFTER)
        sending.confirm(draft, "nyckel", 2, audit.staff(karin.id), AFTER)
        first, second = (
            db.session.query(Message).filter(Message.mailing_id.is_not(None)).order_by(Message.id)
        )
        outbox.mark_sent(in_hand(first), AFTER)
        assert relevance.still_wanted(second)
        results.unpublish(meeting(), AFTER, NOBODY)
        assert not relevance.still_wanted(second)
        outbox.mark_dropped(in_hand(second))
        results.publish(meeting(), AFTER + DAY, NOBODY)
        assert [one.person_id for one in recipients.took_part(meeting())] == [second.person_id]
        drafts.send_test(MailingDraft(meeting(), "results"), drafts.ANYONE, karin, AFTER + DAY)
        again = sending.confirm(
            MailingDraft(meeting(), "results"), "nyckel2", 1, audit.staff(karin.id), AFTER + DAY
        )
        assert [
            one.person_id for one in db.session.query(Message).filter_by(mailing_id=again.id)
        ] == [second.person_id]


def test_the_mail_says_what_is_true(held: Held) -> None:
    with held.app.app_context():
        said = results.mail_facts(meeting(), "sv")
        assert (
            said["person_count"],
            said["organisation_count"],
            said["next_meeting"],
            said["needs_erased"],
        ) == (1, 1, "", "yes")
        make_meeting(kind="direction").starts_at = dt.datetime(2027, 3, 12, 8, tzinfo=dt.UTC)
        db.session.add(
            Needs(
                registration=db.session.query(Registration).one(),
                consent_text="Ja",
                consented_at=START,
                erase_on=AFTER.date(),
                diet="Vegetarisk",
            )
        )
        db.session.flush()
        said = results.mail_facts(meeting(), "sv")
        assert (said["next_meeting"], said["next_day"], said["needs_erased"]) == (
            "riktningsmötet",
            "fredag 12\u00a0mars",
            "",
        )


def test_where_each_answers_alone_the_page_shows_ones_own_answer(
    app: Flask, clock: Fixed, new_visitor: Callable[[], Browser]
) -> None:
    clock.set(dt.datetime(2027, 1, 5, tzinfo=dt.UTC))
    with app.app_context():
        maria, other = make_members("Maria", "Anna", form="konferens")
        found, asked = maria.submission.questionnaire.meeting, maria.submission.questionnaire
        submission.submit(other, clock.now())
        own = (found, maria.submission.organisation_id, maria.person_id)
        assert results.own_versions(*own) == []
        mine = submission.submit(maria, clock.now())
        assert results.own_versions(*own) == [mine]
        assert (
            membership.join(
                asked,
                maria.person,
                organisations.organisation_by_id(maria.submission.organisation.public_id),
                clock.now(),
            )
            is maria
        )

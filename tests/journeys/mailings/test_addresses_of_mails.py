"""A mail that stopped goes to another address only when the address is a person's: no link is
signed for whoever is typed in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annualwheel import audit
from annualwheel.accounts import staff
from annualwheel.contacts import people
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mail import outbox
from annualwheel.mail.kinds import KINDS
from annualwheel.mailings import failures
from annualwheel.models import Message, Registration, Staff
from annualwheel.participation import link_recovery, organisation_requests, replies, substitution
from annualwheel.participation.open_registration import Applicant
from annualwheel.participation.substitution import Substitute
from annualwheel.privacy import own_data
from annualwheel.web.coordinator.mailings.mail_log import PRIVATE
from tests.conftest import START
from tests.makers.asked import answer_all
from tests.makers.guests import mails, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.tiny_browser import Browser

CLIENT = "192.0.2.1"


@pytest.fixture
def maria(session: Any) -> Registration:
    """Maria comes, and a secretary gets copies of her mails."""
    guest = make_guest(make_meeting())
    replies.register(
        guest,
        reply_of(guest, copy_to="sekreterare@kommun.example"),
        START,
        audit.participant(guest.person_id),
    )
    return guest


@pytest.fixture
def karin(session: Any) -> Staff:
    return make_staff()


def ask_for_own_data(maria: Registration, _karin: Staff) -> None:
    own_data.ask(maria.person.email, CLIENT, START)
    answer_all()


def ask_for_everybodys(maria: Registration, karin: Staff) -> None:
    people.add_person("Erik", "Sand", maria.person.email, maria.organisation)
    ask_for_own_data(maria, karin)


def ask_for_links(maria: Registration, _karin: Staff) -> None:
    link_recovery.ask(maria.person.email, CLIENT, START)
    answer_all()


def ask_to_sign_in(_maria: Registration, karin: Staff) -> None:
    staff.ask_for_link(karin.email, CLIENT, START)
    answer_all()


def welcome(_maria: Registration, karin: Staff) -> None:
    staff.welcome(karin, "koordinator", karin, "https://arshjulet.example/logga-in", START)


def ask_about_a_place(maria: Registration, _karin: Staff) -> None:
    maria.meeting.open_registration = True
    organisation_requests.ask(
        maria.meeting, "Byalaget", Applicant("Eva", "Nord", "eva@kommun.example"), CLIENT, START
    )


def be_copied(_maria: Registration, _karin: Staff) -> None:
    """The copy of the confirmation is the last of its kind."""


def try_the_server(_maria: Registration, _karin: Staff) -> None:
    outbox.put(
        "prov",
        "test_mail",
        outbox.Recipient("prov@kommun.example", ""),
        {"sent_at": "nu"},
        {},
        START,
    )


@pytest.mark.parametrize(
    ("write", "kind", "instead"),
    [
        (ask_for_own_data, "own_data", "be personen begära en ny länk"),
        (ask_for_everybodys, "own_data", "be personen begära en ny länk"),
        (ask_for_links, "new_link", "be personen begära en ny länk"),
        (ask_to_sign_in, "staff_sign_in", "ett konto med rätt adress"),
        (welcome, "staff_welcome", "ett konto med rätt adress"),
        (ask_about_a_place, "organisation_request", "hör inte till någon i registret"),
        (try_the_server, "test_mail", "hör inte till någon i registret"),
        (be_copied, "confirmation", "Mejlet är en kopia"),
    ],
)
def test_a_mail_that_is_no_persons_goes_to_the_same_address_only(
    maria: Registration,
    karin: Staff,
    visitor: Browser,
    kind: str,
    instead: str,
    write: Callable[[Registration, Staff], None],
) -> None:
    write(maria, karin)
    message = mails(kind)[-1]
    message.state = "failed"
    db.session.commit()
    address, version = message.address, maria.link_version
    with pytest.raises(Refused, match="mail_of_nobody"):
        failures.correct_address(message, "karin@region.example", START, audit.staff(karin.id))
    page = (
        sign_in(visitor, karin)
        .open(f"/utskick/mejl/{message.public_id}")
        .see("Skicka igen", instead)
    )
    page.miss("Rätt e-postadress", "Rätta och skicka").press("Skicka igen till samma adress").see(
        f"Mejlet skickas igen till {address}"
    )
    db.session.expire_all()
    again = db.session.get_one(Message, message.id)
    assert (again.state, again.address, maria.link_version) == ("queued", address, version)


def test_a_press_on_a_page_that_offered_it_is_refused(
    maria: Registration, karin: Staff, visitor: Browser
) -> None:
    message = mails("confirmation")[0]
    message.state = "failed"
    db.session.commit()
    page = (
        sign_in(visitor, karin)
        .open(f"/utskick/mejl/{message.public_id}")
        .fill("Rätt e-postadress", "karin@region.example")
    )
    message.person_id = None
    db.session.commit()
    assert page.press("Rätta och skicka").see("Mejlet är en kopia", "Kom inte fram").status == 422


def test_staff_do_not_read_what_one_person_writes_to_another(
    maria: Registration, karin: Staff, visitor: Browser
) -> None:
    substitution.substitute(
        maria,
        Substitute("Eva", "Nord", "eva@kommun.example", message="Jag är sjuk"),
        START,
        audit.participant(maria.person_id),
    )
    db.session.commit()
    message = mails("substitute_invitation")[0]
    assert "Jag är sjuk" in message.body.text
    sign_in(visitor, karin).open(f"/utskick/mejl/{message.public_id}").see("Eva Nord").miss(
        "Jag är sjuk"
    )


def test_every_kind_that_carries_a_persons_message_is_private() -> None:
    by_staff = {"organisation_refused"}
    assert {
        kind for kind, what in KINDS.items() if "message" in (*what.facts, *what.optional)
    } - by_staff <= set(PRIVATE)

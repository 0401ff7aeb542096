"""Mailed links: opening one changes nothing and lets nobody in, however often and by whatever
machine; a lost one is mailed anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.accounts import staff
from annualwheel.db import Base, db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Message
from annualwheel.participation import replies, revocation
from annualwheel.services import enqueue, services
from tests.conftest import START, Fixed
from tests.makers.asked import answer_all
from tests.makers.guests import let_in, link_of, mails, make_guest, make_meeting, publish, reply_of
from tests.smtp_server import Smtp
from tests.tiny_browser import Browser


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every value of every table."""
    db.session.commit()
    db.session.expire_all()
    return {
        table.name: [
            tuple(row) for row in db.session.execute(sa.select(table).order_by(*table.primary_key))
        ]
        for table in Base.metadata.sorted_tables
    }


def send_one_of_each(session: Any, smtp: Smtp, work: Callable[[], int]) -> list[str]:
    """Mails with a link of every kind, sent; the paths of all links in them."""
    meeting = make_meeting()
    publish(meeting)
    guest = make_guest(meeting)
    replies.register(guest, reply_of(guest), START, audit.SYSTEM)
    member = let_in(guest, START)
    assert member is not None
    outbox.put(
        "colleague:1",
        "colleague",
        Recipient.of(guest.person),
        {
            "given": "Maria",
            "organisation": "Hagfors kommun",
            "meeting": "arbetsmötet",
            "short_day": "22 januari",
            "closes": "14 januari",
            "inviter": "Anna",
        },
        {"preparation": Target("member", member.public_id, member.link_version)},
        START,
    )
    account = staff.add("Karin Ek", "karin@region.example", ["coordinator"], START)
    staff.ask_for_link(account.email, "127.0.0.1", START)
    answer_all()
    db.session.flush()
    outbox.take_queued()
    ids = [message.id for message in db.session.query(Message)]
    db.session.commit()
    enqueue("send", ids)
    work()
    return sorted(
        {link.split("localhost")[-1].split("?")[0] for mail in smtp.mails for link in mail.links}
    )


def test_opening_every_link_of_every_mail_changes_nothing(
    session: Any,
    app: Flask,
    smtp: Smtp,
    work: Callable[[], int],
    new_visitor: Callable[[], Browser],
) -> None:
    paths = send_one_of_each(session, smtp, work)
    assert {path.split("/")[1] for path in paths} >= {"i", "f", "logga-in"}
    before = everything()
    for path in paths:
        for method in ("GET", "HEAD", "GET", "OPTIONS"):
            assert new_visitor().fetch(method, path).status_code == 200
    assert everything() == before


def test_opening_a_link_gives_no_authority(
    session: Any, smtp: Smtp, work: Callable[[], int], visitor: Browser
) -> None:
    for path in send_one_of_each(session, smtp, work):
        visitor.open(path)
        with visitor.client.session_transaction() as kept:
            assert not {"registration", "member", "staff"} & set(kept)
    for path, status in (("/anmalan", 401), ("/forberedelse", 401), ("/arshjul", 303)):
        assert visitor.fetch("GET", path).status_code == status


def test_a_press_without_the_pages_token_does_nothing(session: Any, visitor: Browser) -> None:
    guest = make_guest(make_meeting())
    path = link_of(guest)
    answer = visitor.fetch("POST", path, data={"answer": "no"})
    assert answer.status_code == 422
    with visitor.client.session_transaction() as kept:
        assert "registration" not in kept


def test_pages_behind_a_link_are_not_stored_or_told_elsewhere(
    session: Any, visitor: Browser
) -> None:
    visitor.open(link_of(make_guest(make_meeting())))
    assert visitor.response is not None
    headers = visitor.response.headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"], headers["X-Robots-Tag"]) == (
        "no-store",
        "same-origin",
        "noindex",
    )


def test_a_link_of_one_purpose_opens_no_other_page(session: Any, visitor: Browser) -> None:
    token = link_of(make_guest(make_meeting())).removeprefix("/i/")
    for path in (f"/f/{token}", f"/logga-in/{token}"):
        assert visitor.open(path).status == 404


def test_no_token_lies_in_the_database(session: Any, smtp: Smtp, work: Callable[[], int]) -> None:
    tokens = [
        path.rsplit("/", 1)[1]
        for path in send_one_of_each(session, smtp, work)
        if path.count("/") > 1
    ]
    stored = str(everything())
    assert tokens
    assert not [token for token in tokens if token in stored]


# A lost link


def ask(visitor: Browser, address: str) -> Browser:
    visitor.open("/lank").fill("E-postadress", address).press("Få en ny länk med e-post")
    answer_all()
    return visitor


def test_a_lost_link_is_mailed_to_the_address_on_file_and_works(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    make_guest(make_meeting())
    ask(visitor, " MARIA@kommun.example ").see("Om adressen finns hos oss")
    work()
    mail = smtp.last("maria@kommun.example")
    assert mail.to == ("maria@kommun.example",)
    visitor.open(mail.link("/i/")).see("Hej Maria!")


def test_the_answer_is_the_same_for_an_unknown_address(
    session: Any, new_visitor: Callable[[], Browser]
) -> None:
    make_guest(make_meeting())
    known, unknown = (
        ask(new_visitor(), "maria@kommun.example"),
        ask(new_visitor(), "okand@kommun.example"),
    )
    assert (known.text, known.url, known.status) == (unknown.text, unknown.url, unknown.status)
    assert [message.address for message in mails("new_link")] == ["maria@kommun.example"]


def test_a_function_mailbox_gets_one_mail_with_everybodys_link(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    meeting = make_meeting()
    for given in ("Maria", "Erik"):
        guest = make_guest(meeting, given)
        guest.person.email = guest.person.email_folded = "kansli@kommun.example"
    ask(visitor, "kansli@kommun.example")
    work()
    mail = smtp.last("kansli@kommun.example")
    assert (
        len(mails("new_link")),
        len({link.split("?")[0] for link in mail.links if "/i/" in link}),
    ) == (1, 2)
    assert "Maria Lindqvist" in mail.text and "Erik Lindqvist" in mail.text


def test_the_preparation_is_told_apart_from_the_registration(
    session: Any, visitor: Browser, smtp: Smtp, work: Callable[[], int]
) -> None:
    meeting = make_meeting()
    publish(meeting)
    let_in(make_guest(meeting), START)
    ask(visitor, "maria@kommun.example")
    work()
    text = smtp.last("maria@kommun.example").text
    assert (
        "Arbetsmötet, Hagfors kommun" in text
        and "Förberedelsen inför arbetsmötet, Hagfors kommun" in text
    )


def test_a_revoked_registration_gets_no_new_link(session: Any, visitor: Browser) -> None:
    revocation.revoke(make_guest(make_meeting()), START, audit.SYSTEM)
    ask(visitor, "maria@kommun.example").see("Om adressen finns hos oss")
    assert mails("new_link") == []


def test_a_meeting_long_over_gives_no_new_link(
    session: Any, visitor: Browser, clock: Fixed
) -> None:
    guest = make_guest(make_meeting())
    clock.set(guest.meeting.ends_at + dt.timedelta(days=31))
    ask(visitor, "maria@kommun.example")
    assert mails("new_link") == []


@pytest.mark.parametrize("address", ["maria@kommun.example", "okand@kommun.example"])
def test_the_third_try_within_an_hour_is_too_many(
    session: Any, visitor: Browser, clock: Fixed, address: str
) -> None:
    make_guest(make_meeting())
    for _ in range(2):
        assert ask(visitor, address).status == 200
    assert ask(visitor, address).status == 422
    assert visitor.see("många försök på kort tid").value("E-postadress") == address
    clock.advance(dt.timedelta(minutes=61))
    assert ask(visitor, address).status == 200


def test_something_that_is_no_address_is_said_on_the_form(session: Any, visitor: Browser) -> None:
    ask(visitor, "maria.kommun")
    assert "Skriv e-postadressen med @" in visitor.error_at("E-postadress")


# The way in to the preparation


def test_the_preparation_opens_by_a_pressed_button_only(
    session: Any, visitor: Browser, app: Flask
) -> None:
    meeting = make_meeting()
    publish(meeting)
    member = let_in(make_guest(meeting), START)
    assert member is not None
    target = Target("member", member.public_id, member.link_version)
    path = f"/f/{services().link_signer.token(target)}"
    visitor.open(path).see(
        "Förberedelse för Hagfors kommun", "Du skriver som", "Är du inte Maria?"
    ).press("Öppna förberedelsen")
    assert visitor.url == "/forberedelse"

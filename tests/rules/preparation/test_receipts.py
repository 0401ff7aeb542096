"""Who gets the receipt of a submitted answer: everyone who wrote in it, once each, wherever they
are now.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, scoped_session

from annualwheel.contacts import people
from annualwheel.db import db
from annualwheel.models import Member, Message
from annualwheel.preparation import items, notices, submission
from annualwheel.questionnaires.values import Value
from tests.makers.guests import address_of
from tests.makers.writers import OPEN, add_initiative, item_of, make_members, write

Db = scoped_session[Session]
MINUTE = dt.timedelta(minutes=1)


def finished(*given: str) -> list[Member]:
    members = make_members(*given)
    write(members[0], item_of(members[0]), forberett="Strateger")
    add_initiative(members[0])
    return members


def received(kind: str = "receipt", number: int = 1) -> list[str]:
    return sorted(
        message.address.partition("@")[0]
        for message in db.session.query(Message).filter_by(kind=kind)
        if f":{number}:" in message.key
    )


def wrote(member: Member, at: dt.datetime = OPEN, **values: Value) -> None:
    write(member, item_of(member, "strukturer/arbete"), at, **values)


def test_those_who_wrote_get_it_and_those_who_only_may_do_not(session: Db) -> None:
    maria, anna, _ola = finished("Maria", "Anna", "Ola")
    wrote(anna, skapa="Ett avtal")
    submission.submit(maria, OPEN)
    assert received() == ["anna", "maria"]


def test_the_lead_and_whoever_submits_get_it_without_having_written(session: Db) -> None:
    maria, anna, ola = make_members("Maria", "Anna", "Ola")
    write(anna, item_of(anna), forberett="Strateger")
    add_initiative(anna)
    assert maria.role == "lead"
    submission.submit(ola, OPEN)
    assert received() == ["anna", "maria", "ola"]


def test_a_colleague_with_a_theme_of_their_own_gets_one_however_many_themes(session: Db) -> None:
    maria, anna = finished("Maria", "Anna")
    anna.scope = "arbete"
    db.session.add(Member(submission=maria.submission, person=anna.person, scope="energi"))
    wrote(anna, skapa="Ett avtal")
    submission.submit(maria, OPEN)
    assert received() == ["anna", "maria"]


def test_whoever_wrote_and_has_handed_over_since_gets_it_without_a_link(session: Db) -> None:
    maria, anna = finished("Maria", "Anna")
    wrote(anna, skapa="Ett avtal")
    maria.submission.members.remove(anna)
    session.delete(anna)
    session.flush()
    submission.submit(maria, OPEN)
    assert (received(), received("receipt_copy")) == (["maria"], ["anna"])
    copy = session.query(Message).filter_by(kind="receipt_copy").one()
    assert (copy.body.links, "Ung i Hagfors" in copy.body.text) == ({}, True)


def test_a_text_that_was_replaced_or_removed_has_an_author_too(session: Db) -> None:
    maria, anna, ola = finished("Maria", "Anna", "Ola")
    wrote(anna, skapa="Annas text")
    write(maria, item_of(maria, "strukturer/arbete"), OPEN + MINUTE, skapa="Marias text")
    card = items.add(maria.submission, "initiativ", OPEN)
    write(ola, card, titel="Borttaget")
    items.remove(maria.submission, card.public_id, maria.person, OPEN)
    submission.submit(maria, OPEN + 2 * MINUTE)
    assert received() == ["anna", "maria", "ola"]


def test_nobody_who_is_deactivated_or_merged_gets_it(session: Db) -> None:
    maria, anna, ola = finished("Maria", "Anna", "Ola")
    for one in (anna, ola):
        wrote(one, skapa=f"Av {one.person.given}")
    organisation = maria.submission.organisation
    other = people.add_person("Ny", "Nord", address_of("Ny"), organisation)
    anna.person.active, ola.person.merged_into_id = False, other.id
    submission.submit(maria, OPEN)
    assert received() == ["maria"]


def test_each_version_has_receipts_of_its_own_and_names_who_got_them(session: Db) -> None:
    maria, anna = finished("Maria", "Anna")
    first = submission.submit(maria, OPEN)
    wrote(anna, skapa="Ett avtal")
    second = submission.submit(anna, OPEN + MINUTE)
    assert (received(number=1), received(number=2)) == (["maria"], ["anna", "maria"])
    assert notices.receipts_of(first) == ["Maria Lindqvist"]
    assert sorted(notices.receipts_of(second)) == ["Anna Berg", "Maria Lindqvist"]

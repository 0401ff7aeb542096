"""What is somebody else's stays theirs, whatever stands in the address: another organisation's
answer, another person's needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.contacts import organisations
from annualwheel.contacts.people import add_person
from annualwheel.db import db
from annualwheel.models import Member, Needs, Registration
from annualwheel.models.drafts import Answer, Item
from annualwheel.participation import replies
from annualwheel.preparation import answers, items, membership
from annualwheel.privacy import own_data
from annualwheel.registrations import needs
from annualwheel.services import services
from tests.conftest import START, Fixed
from tests.makers.guests import address_of, make_guest, make_meeting, reply_of
from tests.makers.region import make_staff, sign_in
from tests.makers.writers import OPEN, add_initiative, enter, item_of, make_members, stored, write
from tests.tiny_browser import Browser

THEME = "strukturer/arbete"


class Neighbours:
    """Maria writes for Hagfors, Erik for Arvika; Erik's answer holds a text, a card, a card that is
    removed, and a colleague.
    """

    def __init__(self) -> None:
        self.maria = make_members("Maria")[0]
        organisation = organisations.add_organisation("Arvika kommun")
        people = [
            add_person(given, "Sand", address_of(given), organisation) for given in ("Erik", "Eva")
        ]
        self.erik, self.eva = (
            membership.join(self.maria.submission.questionnaire, person, organisation, OPEN)
            for person in people
        )
        self.text, self.card, self.gone = (
            item_of(self.erik, THEME),
            add_initiative(self.erik),
            add_initiative(self.erik),
        )
        write(self.erik, self.text, skapa="Arvikas hemlighet")
        items.remove(self.erik.submission, self.gone.public_id, self.erik.person, OPEN)
        db.session.commit()

    def kept(self) -> list[Any]:
        """Everything of Arvika's that could be changed."""
        db.session.expire_all()
        theirs = self.erik.submission_id
        return [
            *(
                (row.item_id, row.question_key, row.value, row.version)
                for row in db.session.query(Answer)
                .join(Item)
                .filter(Item.submission_id == theirs)
                .order_by(Answer.id)
            ),
            *(
                (item.id, item.position, item.removed_at)
                for item in db.session.query(Item).filter_by(submission_id=theirs).order_by(Item.id)
            ),
            *(
                (member.id, member.role, member.link_version, member.scope)
                for member in db.session.query(Member)
                .filter_by(submission_id=theirs)
                .order_by(Member.id)
            ),
        ]


@pytest.fixture
def neighbours(session: Any, clock: Fixed) -> Neighbours:
    clock.set(OPEN)
    return Neighbours()


def test_another_organisations_answer_is_neither_read_nor_changed(
    neighbours: Neighbours, visitor: Browser
) -> None:
    text, card, gone, eva = (
        row.public_id for row in (neighbours.text, neighbours.card, neighbours.gone, neighbours.eva)
    )
    enter(visitor, neighbours.maria).open(f"/forberedelse/{THEME}").miss("Arvikas hemlighet")
    form = next(f for f in visitor.page.all("form") if f.get("data-autosave"))
    proof, before = (
        {"csrf_token": form.get("data-csrf"), "base-skapa": answers.stamp(0, "")},
        neighbours.kept(),
    )
    for path in (
        f"/forberedelse/kort/{card}/flytta",
        f"/forberedelse/kort/{card}/ta-bort",
        f"/forberedelse/kort/{gone}/angra",
        f"/forberedelse/kort/{card}/ta-tillbaka",
        f"/forberedelse/tidigare-texter/{text}/skapa",
        f"/forberedelse/kollegor/{eva}/lank",
        f"/forberedelse/kollegor/{eva}/ta-bort",
        f"/forberedelse/{THEME}?item={text}",
        f"/forberedelse/initiativ/forra-aret/{card}",
    ):
        reply = visitor.fetch(
            "POST",
            path,
            data={**proof, "item": text, "skapa": "Marias", "steg": "1", "value": "upp"},
        )
        assert (reply.status_code in (303, 400, 404, 405, 422), "hemlighet" in reply.text) == (
            True,
            False,
        ), f"{path}: {reply.status_code}"
    saved = visitor.fetch(
        "POST",
        f"/forberedelse/spara/{text}",
        headers={"X-CSRFToken": proof["csrf_token"]},
        json={
            "fields": {"skapa": {"value": "Marias", "base": answers.stamp(1, "Arvikas hemlighet")}}
        },
    )
    assert (saved.status_code, "hemlighet" in saved.text) == (404, False)
    for path in (
        f"/forberedelse/tidigare-texter/{text}/skapa",
        f"/forberedelse/kollegor/{eva}/ta-bort",
        f"/forberedelse/initiativ?redigera={card}",
        "/forberedelse/vem-skrev-vad",
        "/forberedelse/svar.txt",
        "/forberedelse/skriv-ut",
    ):
        assert "hemlighet" not in visitor.fetch("GET", path).text, path
    assert neighbours.kept() == before
    assert stored(neighbours.text, "skapa") == "Arvikas hemlighet"


def test_who_has_a_share_writes_nothing_beside_it(neighbours: Neighbours, visitor: Browser) -> None:
    neighbours.eva.scope = "energi"
    db.session.commit()
    enter(visitor, neighbours.eva).open("/forberedelse/strukturer/energi")
    form = next(f for f in visitor.page.all("form") if f.get("data-autosave"))
    headers, before = {"X-CSRFToken": form.get("data-csrf")}, neighbours.kept()
    other, root = neighbours.text.public_id, item_of(neighbours.erik).public_id
    for item, key in ((other, "skapa"), (root, "forberett"), (neighbours.card.public_id, "titel")):
        reply = visitor.fetch(
            "POST",
            f"/forberedelse/spara/{item}",
            headers=headers,
            json={"fields": {key: {"value": "Evas", "base": "0-"}}},
        )
        assert reply.status_code in (403, 404), key
    for path in (
        f"/forberedelse/{THEME}",
        "/forberedelse/granska",
        "/forberedelse/samordnare",
        "/forberedelse/samordnare/ta",
        "/forberedelse/initiativ/lagg-till",
        f"/forberedelse/kort/{neighbours.card.public_id}/ta-bort",
    ):
        assert visitor.fetch(
            "POST", path, data={"csrf_token": form.get("data-csrf"), "skapa": "Evas"}
        ).status_code in (403, 404), path
    assert [row for row in neighbours.kept() if row not in before] == []


def test_another_persons_needs_are_neither_read_nor_erased(session: Any, visitor: Browser) -> None:
    meeting = make_meeting()
    maria, erik = (make_guest(meeting, given, "Ek") for given in ("Maria", "Erik"))
    for guest in (maria, erik):
        replies.register(guest, reply_of(guest), START, audit.participant(guest.person_id))
    needs.state(erik, "Eriks kost", "", "Ja", START)
    db.session.commit()
    visitor.open(f"/u/{services().link_signer.token(own_data.target(maria.person), START)}").press(
        "Visa mina uppgifter"
    )
    proof = next(n.get("value") for n in visitor.page.all("input") if n.get("name") == "csrf_token")
    for method, path in (
        ("GET", f"/mina-uppgifter/behov/{erik.public_id}"),
        ("POST", f"/mina-uppgifter/behov/{erik.public_id}"),
        ("POST", f"/mina-uppgifter/behov/{erik.public_id}/radera"),
    ):
        reply = visitor.fetch(
            method, path, data={"csrf_token": proof, "diet": "Marias", "consent": "y"}
        )
        assert (reply.status_code, "Eriks kost" in reply.text) == (404, False), path
    assert [row.diet for row in db.session.query(Needs)] == ["Eriks kost"]


@pytest.mark.parametrize("door", ["i", "f", "u", "k", "logga-in"])
def test_a_link_opens_its_own_door_only(
    neighbours: Neighbours, app: Flask, new_visitor: Callable[[], Browser], door: str
) -> None:
    guest = make_guest(neighbours.maria.submission.questionnaire.meeting, "Olle", "Ek")
    db.session.commit()
    tokens = {
        "i": services().link_signer.token(own_door(guest)),
        "f": services().link_signer.token(own_door(neighbours.maria)),
        "u": services().link_signer.token(own_data.target(guest.person), OPEN),
    }
    for made_for, token in tokens.items():
        if made_for != door:
            path = f"/{door}/{token}{'.ics' if door == 'k' else ''}"
            assert new_visitor().fetch("GET", path).status_code in (404, 410), (
                f"/{made_for}/ on {path}"
            )


def own_door(row: Any) -> Any:
    """The link that a registration or a membership is mailed with."""
    return Target(
        "registration" if isinstance(row, Registration) else "member",
        row.public_id,
        row.link_version,
    )


def test_staff_reach_an_answer_only_through_its_own_meeting(
    neighbours: Neighbours, visitor: Browser
) -> None:
    other = make_meeting(kind="direction")
    db.session.commit()
    sign_in(visitor, make_staff(), OPEN)
    for path in (
        f"/svar/2027/riktningsmote/fran/{neighbours.erik.submission.public_id}",
        f"/mote/2027/riktningsmote/svar/{neighbours.erik.submission.public_id}",
    ):
        assert visitor.fetch("GET", path).status_code == 404, path
    assert other.kind == "direction"

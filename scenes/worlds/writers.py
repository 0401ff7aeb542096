"""Organisations that write: nothing yet, half of it, all of it, submitted, changed since."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from annualwheel.contacts import organisations, people
from annualwheel.db import db
from annualwheel.models import Category, Meeting, Member
from annualwheel.models.drafts import Item
from annualwheel.preparation import (
    answers,
    carry_over,
    collaborators,
    items,
    membership,
    presence,
    submission,
)
from annualwheel.preparation.answers import Change
from annualwheel.preparation.collaborators import Collaborator
from annualwheel.questionnaires import published
from annualwheel.questionnaires.values import Value
from scenes.world import DAY, PREPARING, START, World

CARD: dict[str, Value] = {
    "titel": "Ung i Exempelby",
    "typ": "natverk",
    "tema": ["arbete"],
    "insatsomrade": ["livsvillkor"],
    "status": "pagar",
    "mal": "Fler unga ska stanna i arbete eller studier ett år efter gymnasiet.",
    "period": "2024–2027",
    "svart": "Sekretessen gör att vi pratar om strukturer men sällan om det som faktiskt händer.",
    "framgang": "Samma fyra personer vid bordet i två år, och kaffe före dagordningen.",
}
ROOT: dict[str, Value] = {
    "forberett": "Strateger från näringsliv, skola och kultur",
    "forankrat": [],
}
THEME: dict[str, Value] = {
    "skapa": "En gemensam ingång för den som vill komma i arbete.",
    "bryta": "Projekttänket på ett år i taget.",
    "behalla": "Den öppna förskolan som mötesplats.",
}


def make(world: World, work: Meeting, conference: Meeting) -> None:
    """One writer for each state of an answer to the working meeting's questionnaire.

    And one who answers for themselves.
    """
    _join(world, "fresh", work, "Sanna Provdal", "Exempelby kommun")
    half = _join(world, "half", work, "Maria Provdal", "Övre Exempels kommun")
    colleague = _join(world, "colleague", work, "Anna Provberg", "Övre Exempels kommun")
    _together(world, half, colleague)
    _write(half, "", ROOT)
    _card(half, CARD)
    draft = _card(half, {"titel": "Tillväxt i hela kommunen", "tema": ["energi"]})
    removed = _card(half, {"titel": "Ett gammalt projekt"})
    items.remove(half.submission, removed.public_id, half.person, START)
    _write(colleague, "strukturer/arbete", THEME)
    world.names |= {
        "draft_card": draft.public_id,
        "removed_card": removed.public_id,
        "theme_item": _replaced(half, colleague).public_id,
    }
    _continuing(world, work)
    for who, name, place in (
        ("whole", "Ola Provholm", "Nedre Exempels kommun"),
        ("sent", "Ulla Provlid", "Exempelfors kommun"),
        ("changed", "Dag Provmo", "Exempelvikens kommun"),
    ):
        member = _join(world, who, work, name, place)
        _write(member, "", ROOT)
        _card(member, CARD)
        _write(member, "strukturer/arbete", THEME)
        if who != "whole":
            submission.submit(member, START)
        if who == "changed":
            _write(member, "strukturer/energi", THEME)
    _join(world, "personal", conference, "Ida Provsten", "Exempelby kommun")
    db.session.flush()


def _together(world: World, lead: Member, colleague: Member) -> None:
    """One leads, one is here and writes, and two are invited.

    One of them was invited to a theme and has come in, one has not opened the mail.
    """
    answer = lead.submission
    collaborators.appoint(answer.organisation, answer.questionnaire.meeting.year, lead.person)
    olle = Collaborator(
        "Olle", "Provstrand", "olle.sharer@exempelby.example", "arbete", "Du kan det här bäst."
    )
    sharer = collaborators.invite(lead, olle, START)
    membership.note_opening(sharer, START)
    world.let_write("sharer", sharer)
    collaborators.invite(
        lead, Collaborator("Siv", "Provquist", "siv.unopened@exempelby.example"), START
    )
    lead.seen_at, lead.seen_section = START - DAY, "initiativ"
    presence.note(colleague, "strukturer/arbete", START)
    world.names |= {"sharer": sharer.public_id}
    world.let_write("told", lead)
    world.sessions["told"]["said"] = ["invited", "Siv Provquist"]


def _join(world: World, who: str, meeting: Meeting, name: str, organisation: str) -> Member:
    given, _space, family = name.partition(" ")
    place = organisations.organisation_named(organisation) or organisations.add_organisation(
        organisation
    )
    municipality = db.session.scalar(sa.select(Category).where(Category.key == "kommun"))
    organisations.set_category(place, meeting.year, municipality)
    address = f"{given.lower()}.{who}@exempelby.example"
    person = people.add_person(given, family, address, place, title="strateg")
    member = membership.join(published.one(meeting, PREPARING[meeting.kind]), person, place, START)
    if who not in ("fresh", "personal"):
        membership.note_opening(member, START)
    world.let_write(who, member)
    return member


def _write(member: Member, group_key: str, texts: Mapping[str, Value]) -> None:
    _save(_item(member, group_key), texts, member)


def _item(member: Member, group_key: str) -> Item:
    own = sa.select(Item).where(Item.submission_id == member.submission_id)
    return db.session.scalars(own.where(Item.group_key == group_key)).one()


def _save(item: Item, texts: Mapping[str, Value], member: Member) -> None:
    changes = {key: Change(value, 0) for key, value in texts.items()}
    answers.save(item, changes, member.person, START)


def _continuing(world: World, work: Meeting) -> None:
    """Two that answered the year before as well.

    One has said something of one initiative of two, the other of both.
    """
    earlier = _join(world, "earlier", work, "Sune Provlind", "Arvika kommun")
    told = _join(world, "carried", work, "Vera Provklint", "Filipstads kommun")
    then = carry_over.before(earlier.submission)
    assert then is not None  # noqa: S101 the demonstration year has one before it
    second = then.items[1].public_id
    still = carry_over.carry(earlier.submission, second, "still", earlier.person, START)
    ended = db.session.scalars(
        sa.select(Item).where(Item.submission_id == told.submission_id, Item.carried == "ended")
    ).one()
    world.names |= {"still_card": still.public_id, "ended_item": ended.public_id}


def _replaced(member: Member, colleague: Member) -> Item:
    """A text of the colleague's that the member has replaced, on the first theme's page."""
    item = _item(member, "strukturer/arbete")
    former = Change("Det finns ingen som håller ihop vägen från praktik till jobb.", 0)
    latter = Change("Ingen håller ihop vägen från praktik till anställning.", 1)
    answers.save(item, {"hinder": former}, colleague.person, START - 2 * DAY)
    answers.save(item, {"hinder": latter}, member.person, START - DAY)
    return item


def _card(member: Member, texts: Mapping[str, Value]) -> Item:
    item = items.add(member.submission, "initiativ", START)
    _save(item, texts, member)
    return item

"""Each kind of thing is erased when its time is over, and not a moment before."""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel import limits
from annualwheel.clock import STOCKHOLM
from annualwheel.contacts import organisations
from annualwheel.db import db
from annualwheel.mail import requests
from annualwheel.models import (
    Attempt,
    File,
    FileChunk,
    Mailing,
    Member,
    Needs,
    OrganisationRequest,
    ToldPeople,
)
from annualwheel.models.drafts import AnswerHistory, Item
from annualwheel.preparation import answers, items, membership
from annualwheel.privacy import retention
from tests.conftest import START
from tests.makers.guests import make_guest, make_meeting
from tests.makers.writers import OPEN, add_initiative, item_of, make_members, write

MOMENT, DAY = dt.timedelta(microseconds=1), dt.timedelta(days=1)
pytestmark = pytest.mark.usefixtures("session")


def due(key: str, now: dt.datetime) -> int:
    db.session.flush()
    return retention.count(retention.RULES[key], now)


def test_needs_go_as_their_day_begins_in_stockholm() -> None:
    guest = make_guest(make_meeting())
    db.session.add(
        Needs(
            registration=guest, consent_text="Ja", consented_at=START, erase_on=dt.date(2027, 2, 1)
        )
    )
    midnight = dt.datetime(2027, 2, 1, tzinfo=STOCKHOLM).astimezone(dt.UTC)
    assert (due("needs", midnight - MOMENT), due("needs", midnight)) == (0, 1)


def test_the_file_of_a_pack_goes_when_it_has_expired() -> None:
    for name, expires_at in (("nu.xlsx", START), ("sedan.xlsx", START + DAY)):
        file = File(name=name, media_type="x", created_at=START - DAY, expires_at=expires_at)
        db.session.add(file)
        db.session.flush()
        db.session.add_all(
            FileChunk(file_id=file.id, number=number, content=b"x") for number in range(2)
        )
    assert (due("pack_files", START), due("pack_files", START + MOMENT)) == (0, 2)


def test_attempts_go_after_a_day() -> None:
    db.session.add(Attempt(kind="sign_in", key_hash="a", at=START))
    over = START + limits.KEPT
    assert (due("attempts", over), due("attempts", over + MOMENT)) == (0, 1)


def test_a_mail_that_was_asked_for_and_never_answered_is_forgotten_after_a_day() -> None:
    requests.put("new_link", "a@kommun.example", START)
    over = START + requests.KEPT
    assert (due("mail_requests", over), due("mail_requests", over + MOMENT)) == (0, 1)


def test_whom_a_move_concerned_goes_after_the_meeting() -> None:
    for meeting in (make_meeting(), make_meeting(kind="direction")):
        key = meeting.kind
        mailing = Mailing(
            meeting=meeting, kind="moved", audience={}, confirm_key=key, created_at=START
        )
        db.session.add(mailing)
        db.session.flush()
        people = [[1, "to_reconfirm", 0, 0, True]]
        db.session.add(
            ToldPeople(mailing_id=mailing.id, kind="registrations", upto=1, people=people)
        )
    meeting.ends_at += DAY
    over = meeting.ends_at - DAY + retention.TOLD
    assert [due("told_people", over + later) for later in (dt.timedelta(), MOMENT)] == [0, 1]
    assert retention.erase(retention.RULES["told_people"], over + MOMENT) == 1
    assert [row.mailing_id for row in db.session.query(ToldPeople)] == [mailing.id]


def test_an_organisation_that_asked_to_come_is_forgotten_after_its_meeting() -> None:
    meeting, other = make_meeting(), make_meeting(kind="direction")
    other.ends_at += DAY
    for asked in (meeting, meeting, other):
        db.session.add(
            OrganisationRequest(
                meeting=asked,
                organisation="Ny förening",
                given="Bo",
                family="Ek",
                email="bo@ny.example",
                asked_at=START,
            )
        )
    over = meeting.ends_at + retention.REQUESTS
    assert due("organisation_requests", over) == 0
    assert due("organisation_requests", over + MOMENT) == 2
    assert due("organisation_requests", over + DAY) == 2
    assert due("organisation_requests", over + DAY + MOMENT) == 3


def replaced() -> tuple[Member, Item]:
    """A text of Maria's that Anna has replaced, and a card that nobody has taken away."""
    maria, anna = make_members("Maria", "Anna")
    write(maria, item_of(maria), forberett="Strateger")
    write(anna, item_of(anna), forberett="Ekonomer")
    return maria, add_initiative(maria)


def test_the_history_goes_after_thirty_days() -> None:
    replaced()
    over = OPEN + answers.KEPT
    assert (due("history", over), due("history", over + MOMENT)) == (0, 1)


def test_so_does_the_history_of_a_card_that_was_taken_away() -> None:
    maria, card = replaced()
    for text in ("Ett", "Två"):
        write(maria, card, OPEN + DAY, titel=text)
    former = db.session.query(AnswerHistory).filter_by(item_id=card.id).count()
    items.remove(maria.submission, card.public_id, maria.person, OPEN)
    over = OPEN + items.KEPT
    assert former and (due("history", over), due("history", over + MOMENT)) == (0, 1 + former)
    assert (due("removed_items", over), due("removed_items", over + MOMENT) > 0) == (0, True)


def test_a_draft_that_is_open_again_goes_when_that_is_over() -> None:
    (maria,) = make_members("Maria")
    write(maria, item_of(maria), forberett="Strateger")
    over = maria.submission.questionnaire.meeting.ends_at + retention.DRAFTS
    assert (due("drafts", over), due("drafts", over + MOMENT)) == (0, 1)
    maria.submission.reopened_until = over + DAY
    assert (due("drafts", over + DAY), due("drafts", over + DAY + MOMENT)) == (0, 1)


def test_a_draft_without_a_word_is_no_draft() -> None:
    """The answers of another organisation are not its."""
    (maria,) = make_members("Maria")
    write(maria, item_of(maria), forberett="Strateger")
    over = maria.submission.questionnaire.meeting.ends_at + retention.DRAFTS + MOMENT
    sunne = organisations.add_organisation("Sunne kommun")
    other = membership.join(maria.submission.questionnaire, maria.person, sunne, OPEN)
    assert due("drafts", over) == 1
    write(other, item_of(other), forberett="Ekonomer")
    assert due("drafts", over) == 2

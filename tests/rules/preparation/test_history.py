"""The texts that lost their place: seen for thirty days, brought back as a new version, and never
at another text's cost.
"""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session, scoped_session

from annualwheel.errors import Closed, Missing
from annualwheel.preparation import answers, history
from tests.makers.writers import CLOSES, OPEN, add_initiative, item_of, make_members, stored, write
from tests.makers.writers import history as lying

Db = scoped_session[Session]
MINUTE = dt.timedelta(minutes=1)
THEME = "strukturer/arbete"


def test_the_trail_says_what_stands_what_stood_who_wrote_it_and_until_when_it_is_kept(
    session: Db,
) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    write(maria, item, OPEN + MINUTE, skapa="Marias")
    write(anna, item, OPEN + 2 * MINUTE, base=1, skapa="Annas försök")
    trail = history.of(item, "skapa", OPEN + 3 * MINUTE)
    assert trail.current is not None
    assert (
        trail.current.value,
        trail.current.who,
        answers.base_of(trail.stamp),
        trail.question.key,
    ) == ("Marias", "Maria Lindqvist", 2, "skapa")
    assert [
        (past.value, past.who, past.at, past.replaced_at, past.until) for past in trail.past
    ] == [
        (
            "Annas försök",
            "Anna Berg",
            OPEN + 2 * MINUTE,
            OPEN + 2 * MINUTE,
            OPEN + 2 * MINUTE + answers.KEPT,
        ),
        ("Annas", "Anna Berg", OPEN, OPEN + MINUTE, OPEN + MINUTE + answers.KEPT),
    ]


def test_a_former_text_is_seen_for_thirty_days(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    write(maria, item, skapa="Marias")
    for late, seen in ((answers.KEPT, 1), (answers.KEPT + MINUTE, 0)):
        assert len(history.of(item, "skapa", OPEN + late).past) == seen
        assert len(history.fields_with_past(maria.submission, OPEN + late)) == seen


def test_the_fields_with_former_texts_are_those_of_one_answer(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    card, item = add_initiative(maria), item_of(maria, THEME)
    write(anna, card, titel="Annas namn")
    write(anna, item, skapa="Annas")
    assert history.fields_with_past(maria.submission, OPEN) == {card.id: {"titel"}}
    assert history.of(item, "bryta", OPEN).current is None


def test_what_is_taken_back_is_a_new_version_and_what_stood_there_is_kept(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    write(maria, item, OPEN + MINUTE, skapa="Marias")
    (past,) = history.of(item, "skapa", OPEN + MINUTE).past
    saved = history.restore(item, "skapa", past.id, 2, maria.person, OPEN + 2 * MINUTE)
    assert (saved.versions, stored(item, "skapa")) == ({"skapa": 3}, "Annas")
    # Written by the same hand a minute before: kept all the same.
    assert lying(item, "skapa") == ["Annas", "Marias"]
    current = history.of(item, "skapa", OPEN + 2 * MINUTE).current
    assert current is not None and current.who == "Maria Lindqvist"


def test_what_a_colleague_writes_meanwhile_stands(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    write(maria, item, skapa="Marias")
    (past,) = history.of(item, "skapa", OPEN).past
    write(anna, item, skapa="Nyss")
    saved = history.restore(item, "skapa", past.id, 2, maria.person, OPEN)
    assert (saved.conflicts["skapa"].value, stored(item, "skapa"), lying(item, "skapa")) == (
        "Nyss",
        "Nyss",
        ["Annas", "Marias"],
    )


def test_choices_come_back_as_they_were(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, perspektiv=["jamstalldhet", "klimat_och_miljo"])
    write(maria, item, perspektiv=[])
    (past,) = history.of(item, "perspektiv", OPEN).past
    history.restore(item, "perspektiv", past.id, 2, maria.person, OPEN)
    assert stored(item, "perspektiv") == ["jamstalldhet", "klimat_och_miljo"]


def test_another_field_s_text_an_erased_one_and_a_question_of_elsewhere_are_not_found(
    session: Db,
) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas", bryta="Annas")
    write(maria, item, skapa="Marias", bryta="Marias")
    (past,) = history.of(item, "skapa", OPEN).past
    with pytest.raises(Missing, match="no_former_text"):
        history.restore(item, "bryta", past.id, 2, maria.person, OPEN)
    with pytest.raises(Missing, match="no_former_text"):
        history.restore(item, "skapa", past.id, 2, maria.person, OPEN + answers.KEPT + MINUTE)
    with pytest.raises(Missing, match="no_question"):
        history.of(item, "titel", OPEN)


def test_after_the_last_day_former_texts_are_read_only(session: Db) -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, THEME)
    write(anna, item, skapa="Annas")
    write(maria, item, skapa="Marias")
    late = CLOSES + 16 * MINUTE
    (past,) = history.of(item, "skapa", late).past
    with pytest.raises(Closed):
        history.restore(item, "skapa", past.id, 2, maria.person, late)

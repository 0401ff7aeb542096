"""How a value is kept: as it came, or tidied so that it can be read again."""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel.errors import Unreadable
from annualwheel.preparation import answers, submission
from annualwheel.preparation.answers import SETTLED, normalise
from annualwheel.questionnaires.definition import Option, Question, QuestionType, Text
from annualwheel.questionnaires.values import HARD_CAP, Value
from tests.makers.writers import OPEN, add_initiative, history, item_of, make_members, stored, write

MOMENT = dt.timedelta(microseconds=1)
LABEL = Text("Fråga", "Question")
OPTIONS = tuple(Option(key, LABEL) for key in ("vag", "tag"))


def asking(kind: QuestionType, source: str | None = None) -> Question:
    return Question("fraga", kind, LABEL, options=OPTIONS, source=source)


@pytest.mark.parametrize(
    ("kind", "source", "value", "kept"),
    [
        (QuestionType.TEXT, None, "vad som helst", "vad som helst"),
        (QuestionType.TEXT, None, "", ""),
        (QuestionType.CHOICE, None, "tag", "tag"),
        (QuestionType.CHOICE, None, "", ""),
        (QuestionType.CHOICE, "organisations", "o7", "o7"),
        (QuestionType.CHOICES, None, ["tag", "vag"], ["vag", "tag"]),
        (QuestionType.CHOICES, None, "tag|båt", ["tag"]),
        (QuestionType.CHOICES, None, "", []),
        (QuestionType.CHOICES, "organisations", "o7||o12|o7", ["o12", "o7"]),
        (QuestionType.CHOICES, "organisations", ["båt"], ["båt"]),
        (QuestionType.CHOICES, "organisations", "", []),
    ],
)
def test_a_choice_is_kept_when_there_is_such_an_option(
    kind: QuestionType, source: str | None, value: Value, kept: Value
) -> None:
    assert normalise(asking(kind, source), value) == kept


def test_a_choice_that_is_none_is_refused() -> None:
    with pytest.raises(Unreadable, match="unknown_choice"):
        normalise(asking(QuestionType.CHOICE), "båt")


@pytest.mark.parametrize(("count", "fits"), [(2, True), (3, False)])
def test_what_is_chosen_together_may_be_as_long_as_a_text(count: int, fits: bool) -> None:
    """Two keys with a line between them fill it to the last character."""
    keys = [f"{number}".ljust((HARD_CAP - 1) // 2, "x") for number in range(count)]
    keys[0] += "x" * ((HARD_CAP - 1) % 2)
    question = asking(QuestionType.CHOICES, "organisations")
    if fits:
        assert len("|".join(keys)) == HARD_CAP and normalise(question, keys) == keys
    else:
        with pytest.raises(Unreadable, match="answer_too_long"):
            normalise(question, keys)


def test_a_version_has_at_most_nine_digits() -> None:
    assert answers.base_of("9" * 9 + "-aa") == 999_999_999
    with pytest.raises(Unreadable, match="unreadable_version"):
        answers.base_of("1" + "0" * 9 + "-aa")


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    ("stood", "former"), [(SETTLED - MOMENT, []), (SETTLED, ["Första"]), (2 * SETTLED, ["Första"])]
)
def test_one_s_own_text_is_kept_from_the_moment_it_is_settled(
    stood: dt.timedelta, former: list[str]
) -> None:
    (maria,) = make_members()
    item = item_of(maria, "strukturer/arbete")
    write(maria, item, skapa="Första")
    write(maria, item, OPEN + stood, skapa="Andra")
    assert (stored(item, "skapa"), history(item, "skapa")) == ("Andra", former)


@pytest.mark.usefixtures("session")
def test_nothing_is_kept_of_an_empty_field_and_nothing_written_where_nothing_is_said() -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria, "strukturer/arbete")
    assert write(maria, item, skapa="").versions == {"skapa": 0}
    assert stored(item, "skapa") is None
    write(maria, item, skapa="Text")
    write(maria, item, skapa="")
    write(anna, item, skapa="Annas")
    assert history(item, "skapa") == []


@pytest.mark.usefixtures("session")
def test_a_save_that_changes_nothing_leaves_what_was_submitted_as_it_is() -> None:
    maria, anna = make_members("Maria", "Anna")
    item = item_of(maria)
    write(maria, item, forberett="Strateger")
    add_initiative(maria)
    submission.submit(maria, OPEN)
    before = maria.submission.changed_at
    write(anna, item, OPEN + SETTLED, forberett="Strateger")
    assert write(anna, item, OPEN + SETTLED, base=0, forberett="Ekonomer").conflicts
    assert (maria.submission.state, maria.submission.changed_at) == ("submitted", before)
    write(anna, item, OPEN + SETTLED, forberett="Ekonomer")
    assert (maria.submission.state, maria.submission.changed_at) == ("changed", OPEN + SETTLED)

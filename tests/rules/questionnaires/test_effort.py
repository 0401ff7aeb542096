"""How long a questionnaire takes follows from what it asks, and from whether one talks first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annualwheel.questionnaires.definition import (
    Condition,
    Definition,
    Group,
    Option,
    Question,
    QuestionType,
    Section,
    Text,
    dump,
    load,
)
from annualwheel.questionnaires.effort import minutes, reading
from annualwheel.questionnaires.reading import read
from config import ROOT

WORDS = Text("Ord", "Words")
THEMES = (Option("arbete", WORDS), Option("energi", WORDS))


def ask(kind: QuestionType, most: int | None = None, **rest: object) -> Question:
    return Question(f"q_{kind}", kind, WORDS, max_length=most, **rest)  # type: ignore[arg-type]


def asking(*questions: Question, respondent: str = "person", **rest: object) -> Definition:
    section = Section("s", WORDS, questions=questions, **rest)  # type: ignore[arg-type]
    return Definition("d", "work", respondent, WORDS, WORDS, sections=(section,), themes=THEMES)


LONG = ask(QuestionType.LONG_TEXT, 4000)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (asking(LONG), 10),
        (asking(LONG, LONG), 20),
        (asking(LONG, respondent="organisation"), 15),
        (asking(LONG, per_theme=True), 20),
        (asking(LONG, replace(LONG, folded=True)), 10),
        (asking(LONG, replace(LONG, show_if=Condition("a", ("b",)))), 15),
        (asking(*[ask(QuestionType.CHOICE)] * 40), 10),
        (asking(*[ask(QuestionType.CHOICES)] * 40), 20),
        (asking(*[ask(QuestionType.TEXT, 100)] * 40), 20),
        (asking(*[ask(QuestionType.CHOICES, other_label=WORDS)] * 20), 20),
        # Never nothing, and to the nearest five.
        (asking(ask(QuestionType.CHOICE)), 5),
        (asking(ask(QuestionType.LONG_TEXT, 5200)), 15),
    ],
)
def test_the_time_follows_from_the_kinds_and_lengths(definition: Definition, expected: int) -> None:
    assert minutes(definition) == expected


@pytest.mark.parametrize(("at_most", "expected"), [(1, 10), (2, 20), (10, 20)])
def test_a_group_is_filled_in_twice_where_it_may_be(at_most: int, expected: int) -> None:
    group = Group("g", WORDS, WORDS, WORDS, at_most, "q_long_text", WORDS, (LONG,))
    assert minutes(asking(group=group)) == expected


def test_some_pages_take_their_part_of_the_time() -> None:
    definition = asking(LONG, per_theme=True)
    assert minutes(definition, definition.parts()[:1]) == 10


def test_what_is_read_first_takes_its_time_and_is_read_by_each_alone() -> None:
    definition = replace(asking(LONG, respondent="organisation"), material_pages=20)
    assert minutes(definition) == 55
    assert minutes(definition, definition.parts()) == 15


def test_a_definition_in_which_the_time_was_typed_is_still_the_same_and_computed() -> None:
    typed = replace(asking(LONG), minutes=45)
    assert load(dump(typed)) == typed and load(dump(typed)).digest == typed.digest
    assert typed.digest != asking(LONG).digest and minutes(typed) == 10


@pytest.mark.parametrize("key", ["arbetsmote", "riktningsmote", "konferens", "efter_arbetsmotet"])
def test_the_pages_add_up_to_what_the_whole_is_said_to_take(key: str) -> None:
    asked = read(ROOT / "forms" / f"{key}.toml")
    pages = [minutes(asked, [part]) for part in asked.parts()]
    assert abs(minutes(asked) - reading(asked) - sum(pages)) <= 3
    assert reading(asked) == (40 if key == "riktningsmote" else 0)


def test_a_short_page_is_told_to_the_minute_and_never_takes_none() -> None:
    for count, expected in ((1, 1), (6, 2), (36, 9), (48, 10)):
        definition = asking(*[ask(QuestionType.CHOICE)] * count)
        assert minutes(definition, definition.parts()) == expected

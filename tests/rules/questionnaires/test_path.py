"""Which questions hold, how far an answer has come, what is missing, and what a submitted version
keeps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annualwheel.questionnaires import content
from annualwheel.questionnaires.definition import (
    Condition,
    Definition,
    Group,
    Option,
    Question,
    QuestionType,
    Section,
    Text,
)
from annualwheel.questionnaires.path import (
    Filled,
    FilledItem,
    SectionState,
    item_state,
    item_title,
    missing,
    section_state,
    submittable,
    visible,
    visible_questions,
)
from annualwheel.questionnaires.values import AnswerProblem

TEXT, LONG, CHOICE, CHOICES = (
    QuestionType.TEXT,
    QuestionType.LONG_TEXT,
    QuestionType.CHOICE,
    QuestionType.CHOICES,
)


def both(word: str) -> Text:
    return Text(word, word.upper())


def offered(*keys: str) -> tuple[Option, ...]:
    return tuple(Option(key, both(key)) for key in keys)


def ask(key: str, kind: QuestionType = TEXT, **rest: object) -> Question:
    return Question(key, kind, both(key), **rest)  # type: ignore[arg-type]


def when(question: str, *values: str) -> Condition:
    return Condition(question, values)


THEMES = offered("arbete", "energi")
GROUP = Group(
    "initiativ",
    both("initiativ"),
    both("lägg till"),
    both("initiativ"),
    10,
    "titel",
    both("fel"),
    (
        ask("titel", required=True, max_length=10),
        ask("typ", CHOICE, required=True, options=offered("natverk", "annat")),
        ask("typ_annat", required=True, show_if=when("typ", "annat")),
        ask("tema", CHOICES, required=True, source="themes", options=THEMES),
        ask("omrade", CHOICES, source="focus_areas", options=offered("livsvillkor", "kompetens")),
        ask("aktorer", CHOICES, source="organisations", other_label=both("andra")),
        ask("status", CHOICE, options=offered("pagar", "avslutat")),
        ask("period", QuestionType.YEARS),
        ask("lank", QuestionType.URL),
        ask("ledning", show_if=when("forankrat", "ledning")),
    ),
    none_question=ask("inga", CHOICES, options=offered("ja")),
    kind_question="typ",
    status_question="status",
)
FIRST = Section(
    "organisation",
    both("organisation"),
    2,
    questions=(
        ask("forberett", required=True),
        ask("forankrat", CHOICES, options=offered("ledning", "ingen")),
    ),
)
SECOND = Section("initiativ", both("era initiativ"), 25, group=GROUP)
THIRD = Section(
    "strukturer",
    both("strukturer"),
    9,
    per_theme=True,
    questions=(ask("skapa", LONG, max_length=5), ask("bryta", LONG)),
)
DEFINITION = Definition(
    "prov", "work", "organisation", both("prov"), both("hej"), 45, (FIRST, SECOND, THIRD), THEMES
)
DONE = {"titel": "Ett namn", "typ": "natverk", "tema": ["arbete"]}


def filled(
    *items: dict[str, str | list[str]],
    root: dict[str, str | list[str]] | None = None,
    **themes: dict[str, str],
) -> Filled:
    return Filled(
        root or {},
        themes,
        tuple(
            FilledItem(f"i{n}", values, group=GROUP.key) for n, values in enumerate(items, start=1)
        ),
    )


def submitted(
    definition: Definition, answer: Filled, organisations: Iterable[Option] = ()
) -> dict[str, Any]:
    """What a version stores."""
    return content.write(submittable(definition, answer, organisations))


def blocking(answer: Filled) -> list[tuple[str | None, str | None, AnswerProblem]]:
    return [
        (gap.item, gap.question and gap.question.key, gap.problem)
        for gap in missing(DEFINITION, answer)
        if gap.blocks
    ]


def keys(questions: tuple[Question, ...]) -> list[str]:
    return [question.key for question in questions]


# What is visible


def test_a_question_shows_when_the_answer_it_waits_for_is_there() -> None:
    assert "typ_annat" not in keys(visible_questions(GROUP, {}, {}))
    assert "typ_annat" not in keys(visible_questions(GROUP, {"typ": "natverk"}, {}))
    assert "typ_annat" in keys(visible_questions(GROUP, {"typ": "annat"}, {}))


def test_a_question_may_wait_for_an_answer_of_the_root_among_several() -> None:
    assert "ledning" in keys(visible_questions(GROUP, {}, {"forankrat": ["ingen", "ledning"]}))
    assert "ledning" not in keys(visible_questions(GROUP, {}, {"forankrat": ["ingen"]}))
    assert "ledning" not in keys(visible_questions(GROUP, {"forankrat": ["ledning"]}, {}))


def test_an_answer_to_a_hidden_question_shows_nothing() -> None:
    asked = (
        ask("a", CHOICE, options=offered("x")),
        ask("b", CHOICE, options=offered("y"), show_if=when("a", "x")),
        ask("c", show_if=when("b", "y")),
    )
    assert keys(visible(asked, {"a": "x", "b": "y"}, {})) == ["a", "b", "c"]
    assert keys(visible(asked, {"a": "", "b": "y"}, {"b": "y"})) == ["a"]


@given(
    st.dictionaries(
        st.sampled_from(["titel", "typ", "tema"]), st.sampled_from(["", "annat", "natverk"])
    )
)
def test_the_path_keeps_the_order_of_the_definition(values: dict[str, str]) -> None:
    order = keys(GROUP.questions)
    shown = keys(visible_questions(GROUP, values, {}))
    assert shown == [key for key in order if key in shown]


# How far it has come


@pytest.mark.parametrize(
    ("root", "state"),
    [
        ({}, SectionState.NOT_STARTED),
        ({"forberett": "  "}, SectionState.NOT_STARTED),
        ({"forankrat": []}, SectionState.NOT_STARTED),
        ({"forankrat": ["ingen"]}, SectionState.STARTED),
        ({"forberett": "Vi"}, SectionState.DONE),
    ],
)
def test_a_page_is_done_when_what_is_required_is_answered(
    root: dict[str, str | list[str]], state: SectionState
) -> None:
    assert section_state(DEFINITION, FIRST, filled(root=root)) is state


def test_a_page_without_required_questions_is_done_when_all_are_answered() -> None:
    answer = filled(arbete={"skapa": "A", "bryta": "B"}, energi={"skapa": "A"})
    assert section_state(DEFINITION, THIRD, answer, "arbete") is SectionState.DONE
    assert section_state(DEFINITION, THIRD, answer, "energi") is SectionState.STARTED
    assert section_state(DEFINITION, THIRD, filled(), "energi") is SectionState.NOT_STARTED


def test_a_page_with_something_wrong_is_not_done() -> None:
    assert (
        section_state(
            DEFINITION, THIRD, filled(arbete={"skapa": "för lång", "bryta": "B"}), "arbete"
        )
        is SectionState.STARTED
    )


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (filled(), SectionState.NOT_STARTED),
        (filled({}), SectionState.NOT_STARTED),
        (filled({"titel": "A"}), SectionState.STARTED),
        (filled(DONE), SectionState.DONE),
        (filled(DONE, {}), SectionState.DONE),
        (filled(DONE, {"typ": "annat"}), SectionState.STARTED),
        (filled(root={"inga": ["ja"]}), SectionState.DONE),
    ],
)
def test_a_group_is_done_when_its_items_are_or_there_are_none(
    answer: Filled, state: SectionState
) -> None:
    assert section_state(DEFINITION, SECOND, answer) is state


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, SectionState.NOT_STARTED),
        ({"typ_annat": "Kurs"}, SectionState.NOT_STARTED),
        ({"period": "2021"}, SectionState.STARTED),
        (DONE, SectionState.DONE),
        ({**DONE, "typ": "annat"}, SectionState.STARTED),
        ({**DONE, "period": "snart"}, SectionState.STARTED),
    ],
)
def test_an_item_is_done_when_all_visible_that_is_required_is_right(
    values: dict[str, str | list[str]], state: SectionState
) -> None:
    assert item_state(GROUP, FilledItem("i1", values, group=GROUP.key), {}) is state


def test_an_item_is_called_by_its_title() -> None:
    named = FilledItem("i1", {"titel": " Navet "}, group=GROUP.key)
    assert item_title(GROUP, named) == "Navet"
    assert item_title(GROUP, FilledItem("i1", {}, group=GROUP.key)) == ""


# What is missing


def test_a_started_item_needs_what_is_required_in_it() -> None:
    assert blocking(filled(DONE, {"period": "2021"})) == [
        ("i2", "titel", AnswerProblem.EMPTY),
        ("i2", "typ", AnswerProblem.EMPTY),
        ("i2", "tema", AnswerProblem.EMPTY),
    ]
    assert blocking(filled({**DONE, "typ": "annat"})) == [("i1", "typ_annat", AnswerProblem.EMPTY)]


def test_an_item_nobody_wrote_in_stops_nobody() -> None:
    assert blocking(filled(DONE, {}, {"titel": " "})) == []


def test_there_is_an_item_or_a_tick_that_there_are_none() -> None:
    assert blocking(filled()) == blocking(filled({})) == [(None, "inga", AnswerProblem.NO_ITEMS)]
    assert blocking(filled(root={"inga": ["ja"]})) == []
    without = replace(
        DEFINITION, sections=(replace(SECOND, group=replace(GROUP, none_question=None)),)
    )
    assert [(gap.question, gap.blocks) for gap in missing(without, filled())] == [(None, True)]


def test_everything_else_that_is_empty_is_listed_and_stops_nobody() -> None:
    gaps = missing(DEFINITION, filled(DONE, arbete={"skapa": "A"}))
    listed = [
        (gap.theme and gap.theme.key, gap.item, gap.question and gap.question.key) for gap in gaps
    ]
    assert not any(gap.blocks for gap in gaps) and {gap.problem for gap in gaps} == {
        AnswerProblem.EMPTY
    }
    assert listed == [
        (None, None, "forberett"),
        (None, None, "forankrat"),
        (None, "i1", "omrade"),
        (None, "i1", "aktorer"),
        (None, "i1", "status"),
        (None, "i1", "period"),
        (None, "i1", "lank"),
        ("arbete", None, "bryta"),
        ("energi", None, "skapa"),
        ("energi", None, "bryta"),
    ]


def test_free_text_beside_a_choice_counts_as_its_answer() -> None:
    gaps = missing(DEFINITION, filled({**DONE, "aktorer_other": "Byalaget"}))
    assert "aktorer" not in [gap.question and gap.question.key for gap in gaps]


@pytest.mark.parametrize(
    ("values", "key", "problem"),
    [
        ({"titel": "längre än tio"}, "titel", AnswerProblem.TOO_LONG),
        ({"period": "snart"}, "period", AnswerProblem.UNREADABLE),
        ({"lank": "hej"}, "lank", AnswerProblem.UNREADABLE),
        ({"status": "borta"}, "status", AnswerProblem.UNREADABLE),
        ({"aktorer_other": "x" * 301}, "aktorer_other", AnswerProblem.TOO_LONG),
    ],
)
def test_what_is_too_long_or_unreadable_stops_a_submission(
    values: dict[str, str], key: str, problem: AnswerProblem
) -> None:
    assert blocking(filled({**DONE, **values})) == [("i1", key, problem)]


def test_a_fault_on_a_themes_page_stops_a_submission() -> None:
    (gap,) = [
        gap for gap in missing(DEFINITION, filled(DONE, energi={"skapa": "för lång"})) if gap.blocks
    ]
    assert (gap.section, gap.theme, gap.problem) == (THIRD, THEMES[1], AnswerProblem.TOO_LONG)


def test_a_fault_in_a_hidden_answer_stops_nobody() -> None:
    asked = Section(
        "ett",
        both("ett"),
        1,
        questions=(
            ask("a", CHOICE, options=offered("x")),
            ask("b", max_length=1, show_if=when("a", "x")),
        ),
    )
    definition = replace(DEFINITION, sections=(asked,))
    assert [gap for gap in missing(definition, filled(root={"b": "för lång"})) if gap.blocks] == []
    assert [
        gap.problem for gap in missing(definition, filled(root={"a": "x", "b": "för lång"}))
    ] == [AnswerProblem.TOO_LONG]


# What is kept


ANSWER = filled(
    {
        **DONE,
        "typ_annat": "dold",
        "omrade": ["kompetens", "livsvillkor"],
        "aktorer": ["RV", "BORTA"],
        "aktorer_other": "Byalaget",
        "status": "pagar",
        "period": "2021–",
        "lank": "exempel.se",
    },
    {},
    {**DONE, "titel": " =2030 ", "typ": "annat", "typ_annat": "Kurs"},
    root={"forberett": "– ”Vi”\r\n- två", "inga": ["ja"]},
    arbete={"skapa": "A"},
)
CONTENT = submitted(DEFINITION, ANSWER, [Option("RV", Text("Region Värmland", "Region Värmland"))])


def answers_of(place: dict[str, object]) -> dict[str, object]:
    return {answer["question"]: answer["value"] for answer in place["answers"]}  # type: ignore[attr-defined]


def test_a_submitted_version_is_json_that_names_its_questionnaire() -> None:
    assert json.loads(json.dumps(CONTENT)) == CONTENT
    assert CONTENT["format"] == 1
    assert CONTENT["questionnaire"] == {
        "key": "prov",
        "meeting_kind": "work",
        "respondent": "organisation",
        "digest": DEFINITION.digest,
        "title": {"sv": "prov", "en": "PROV"},
    }
    assert CONTENT["themes"][0] == {"key": "arbete", "label": {"sv": "arbete", "en": "ARBETE"}}


def test_the_code_book_holds_every_question_and_option_also_those_not_answered() -> None:
    book = {question["key"]: question for question in CONTENT["questions"]}
    assert list(book) == [
        "forberett",
        "forankrat",
        "titel",
        "typ",
        "typ_annat",
        "tema",
        "omrade",
        "aktorer",
        "aktorer_other",
        "status",
        "period",
        "lank",
        "ledning",
        "skapa",
        "bryta",
    ]
    assert book["typ"] == {
        "key": "typ",
        "section": "initiativ",
        "group": "initiativ",
        "per_theme": False,
        "type": "choice",
        "label": {"sv": "typ", "en": "TYP"},
        "source": None,
        "options": [
            {"key": "natverk", "label": {"sv": "natverk", "en": "NATVERK"}},
            {"key": "annat", "label": {"sv": "annat", "en": "ANNAT"}},
        ],
    }
    assert (book["forberett"]["group"], book["skapa"]["per_theme"], book["tema"]["source"]) == (
        None,
        True,
        "themes",
    )


def test_pages_stand_in_order_with_their_labels_and_their_theme() -> None:
    assert [
        (page["key"], page["theme"] and page["theme"]["key"]) for page in CONTENT["sections"]
    ] == [
        ("organisation", None),
        ("initiativ", None),
        ("strukturer", "arbete"),
        ("strukturer", "energi"),
    ]
    assert CONTENT["sections"][2]["title"] == {"sv": "strukturer", "en": "STRUKTURER"}
    assert answers_of(CONTENT["sections"][2]) == {"skapa": "A", "bryta": None}
    assert answers_of(CONTENT["sections"][0]) == {"forberett": "– ”Vi”\n- två", "forankrat": None}


def test_values_are_kept_as_what_they_mean() -> None:
    first = CONTENT["sections"][1]["group"]["items"][0]
    assert answers_of(first) == {
        "titel": "Ett namn",
        "typ": "natverk",
        "tema": ["arbete"],
        "omrade": ["livsvillkor", "kompetens"],
        "aktorer": ["RV", "BORTA"],
        "aktorer_other": "Byalaget",
        "status": "pagar",
        "period": {"from": 2021, "to": None},
        "lank": "https://exempel.se",
    }


def test_chosen_options_carry_their_labels() -> None:
    chosen = {
        answer["question"]: answer["chosen"]
        for answer in CONTENT["sections"][1]["group"]["items"][0]["answers"]
        if "chosen" in answer
    }
    assert chosen["typ"] == [{"key": "natverk", "label": {"sv": "natverk", "en": "NATVERK"}}]
    assert chosen["aktorer"] == [
        {"key": "RV", "label": {"sv": "Region Värmland", "en": "Region Värmland"}},
        {"key": "BORTA", "label": {"sv": "BORTA", "en": "BORTA"}},
    ]
    assert CONTENT["sections"][0]["answers"][1]["chosen"] == []


def test_an_item_says_what_it_is_counted_by() -> None:
    first, second = CONTENT["sections"][1]["group"]["items"]
    del first["answers"]
    assert first == {
        "public_id": "i1",
        "number": 1,
        "title": "Ett namn",
        "carried": "new",
        "themes": ["arbete"],
        "goals": [],
        "focus_areas": ["livsvillkor", "kompetens"],
        "organisations": ["RV", "BORTA"],
        "kind": "natverk",
        "status": "pagar",
    }
    assert (second["public_id"], second["number"], second["title"], second["status"]) == (
        "i3",
        2,
        "=2030",
        None,
    )


def test_a_tick_for_no_items_is_kept_only_when_there_are_none() -> None:
    assert CONTENT["sections"][1]["group"]["none"] is False
    empty = submitted(DEFINITION, filled({}, root={"inga": ["ja"]}))["sections"][1]["group"]
    assert (empty["none"], empty["items"]) == (True, [])
    assert submitted(DEFINITION, filled())["sections"][1]["group"]["none"] is False


ENDED = {
    "public_id": "e1",
    "title": "Simskola",
    "answers": [{"question": "titel", "value": "Simskola"}],
}


def test_an_initiative_that_has_ended_is_an_answer_and_asks_nothing_more() -> None:
    item = FilledItem("e1", {"titel": " Simskola "}, "ended", group=GROUP.key)
    ended = Filled({}, {}, (), (item,))
    assert blocking(ended) == []
    assert section_state(DEFINITION, SECOND, ended) is SectionState.DONE
    group = submitted(DEFINITION, ended)["sections"][1]["group"]
    assert (group["ended"], group["items"], group["none"]) == ([ENDED], [], False)


def test_one_may_say_that_there_are_none_beside_those_that_have_ended() -> None:
    item = FilledItem("e1", {"titel": "Simskola"}, "ended", group=GROUP.key)
    ended = Filled({"inga": ["ja"]}, {}, (), (item,))
    group = submitted(DEFINITION, ended)["sections"][1]["group"]
    assert (group["none"], len(group["ended"])) == (True, 1)


def test_what_was_carried_is_said_of_the_item() -> None:
    carried = Filled({}, {}, (FilledItem("c1", DONE, "changed", group=GROUP.key),))
    assert (
        submitted(DEFINITION, carried)["sections"][1]["group"]["items"][0]["carried"] == "changed"
    )


def test_what_cannot_be_read_cannot_be_submitted() -> None:
    with pytest.raises(ValueError):
        submitted(DEFINITION, filled({**DONE, "period": "snart"}))

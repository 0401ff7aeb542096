"""A definition written down and read back is the same; published, it holds the year's lists and
changes no more.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annualwheel.questionnaires.definition import (
    Condition,
    Definition,
    Group,
    Option,
    Question,
    QuestionType,
    Section,
    Text,
    answer_fields,
    dump,
    load,
    resolve,
)

LABEL = Text("Ord", "Words")
THEMES = (Option("arbete", Text("Arbete", "Work")), Option("energi", Text("Energi", "Energy")))
AREAS = (Option("livsvillkor", Text("Förbättra livsvillkoren", "Better living conditions")),)

words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
texts = st.builds(Text, words, words)
keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
options = st.lists(st.builds(Option, keys, texts, st.booleans()), max_size=3).map(tuple)
questions = st.builds(
    Question,
    keys,
    st.sampled_from(list(QuestionType)),
    texts,
    hint=st.none() | texts,
    required=st.booleans(),
    error=st.none() | texts,
    max_length=st.none() | st.integers(1, 999),
    options=options,
    source=st.sampled_from([None, "themes", "organisations"]),
    other_label=st.none() | texts,
    at_most=st.none() | st.integers(1, 9),
    show_if=st.none()
    | st.builds(Condition, keys, st.lists(keys, min_size=1, max_size=2).map(tuple)),
)
question_lists = st.lists(questions, max_size=2).map(tuple)
groups = st.builds(
    Group,
    keys,
    texts,
    texts,
    texts,
    st.integers(1, 20),
    keys,
    texts,
    question_lists,
    none_question=st.none() | questions,
    kind_question=st.none() | keys,
    status_question=st.none() | keys,
)
sections = st.builds(
    Section,
    keys,
    texts,
    st.integers(1, 60),
    intro=st.none() | texts,
    per_theme=st.booleans(),
    questions=question_lists,
    group=st.none() | groups,
)
definitions = st.builds(
    Definition,
    keys,
    st.just("work"),
    st.just("organisation"),
    texts,
    texts,
    st.integers(1, 60),
    st.lists(sections, max_size=2).map(tuple),
    themes=options,
)


def both(word: str) -> Text:
    return Text(word, word + " in English")


def choosing(key: str, source: str | None = None, **rest: object) -> Question:
    return Question(key, QuestionType.CHOICES, both(key), source=source, **rest)  # type: ignore[arg-type]


def definition_of(
    *asked: Question, group: Group | None = None, per_theme: bool = False
) -> Definition:
    section = Section("ett", both("Ett"), 5, questions=asked, group=group, per_theme=per_theme)
    return Definition("prov", "work", "organisation", both("Prov"), both("Hej"), 5, (section,))


def group_of(*asked: Question) -> Group:
    return Group(
        "initiativ",
        both("Initiativ"),
        both("Lägg till"),
        both("Initiativ"),
        10,
        "titel",
        both("Fel"),
        asked,
    )


@given(definitions)
def test_a_definition_survives_being_written_down(definition: Definition) -> None:
    assert load(dump(definition)) == definition


@given(definitions, definitions)
def test_the_digest_names_one_definition(one: Definition, other: Definition) -> None:
    assert (one.digest == other.digest) == (one == other)


def test_the_digest_is_sha256_of_canonical_json() -> None:
    text = dump(definition_of(choosing("a")))
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert len(definition_of(choosing("a")).digest) == 64
    assert "Frågor" in dump(replace(definition_of(), title=Text("Frågor", "Questions")))


def test_a_field_left_at_its_default_is_not_written_down() -> None:
    assert "at_most" not in dump(definition_of(choosing("a")))
    assert '"at_most":2' in dump(definition_of(choosing("a", at_most=2)))


@pytest.mark.parametrize(("language", "expected"), [("sv", "Ja"), ("en", "Yes"), ("de", "Ja")])
def test_words_come_in_the_language_asked_for_else_in_swedish(language: str, expected: str) -> None:
    assert Text("Ja", "Yes").to(language) == expected


def test_free_text_beside_a_choice_is_an_answer_of_its_own() -> None:
    plain, rich = (
        choosing("a"),
        choosing("b", other_label=both("Andra"), show_if=Condition("a", ("x",))),
    )
    assert answer_fields(plain) == (plain,)
    question, other = answer_fields(rich)
    assert question == rich
    assert (other.key, other.type, other.label) == ("b_other", QuestionType.TEXT, both("Andra"))
    assert not other.required and other.max_length and other.show_if == rich.show_if


def test_publishing_writes_the_years_lists_into_the_questions() -> None:
    definition = definition_of(
        choosing("tema", "themes"),
        choosing("omrade", "focus_areas"),
        choosing("vem", "organisations"),
        group=group_of(choosing("tema_i", "themes")),
    )
    published = resolve(definition, THEMES, AREAS, ())
    assert published.question("ett", "tema").options == THEMES
    assert published.question("ett", "omrade").options == AREAS
    assert published.question("ett", "tema_i").options == THEMES
    assert published.question("ett", "vem").options == ()
    assert published.question("ett", "vem").source == "organisations"
    assert published.themes == THEMES


def test_a_question_whose_list_is_empty_disappears_with_those_that_wait_for_it() -> None:
    waiting = choosing("vilka", show_if=Condition("mal", ("x",)))
    definition = definition_of(
        choosing("mal", "goals"),
        waiting,
        choosing("kvar"),
        group=group_of(choosing("mal_i", "goals"), choosing("kvar_i")),
    )
    published = resolve(definition, THEMES, AREAS, ())
    assert [question.key for question in published.sections[0].all_questions()] == [
        "kvar",
        "kvar_i",
    ]
    goals = (Option("mal_1", both("Mål 1")),)
    assert resolve(definition, THEMES, AREAS, goals).question("ett", "mal").options == goals


def test_none_of_them_comes_after_what_there_is_and_fills_no_empty_list() -> None:
    none = Text("Inget av dem", "None of them")
    asked = (
        Question("tema", QuestionType.CHOICES, LABEL, source="themes", none_label=none),
        Question("mal", QuestionType.CHOICES, LABEL, source="goals", none_label=none),
    )
    one = Definition(
        "d", "work", "person", LABEL, LABEL, 1, (Section("s", LABEL, 1, None, False, asked),)
    )
    (question,) = resolve(one, THEMES, AREAS, ()).sections[0].questions
    assert question.options == (*THEMES, Option("inget_av_dem", none, alone=True))


def test_what_is_published_does_not_follow_the_years_themes() -> None:
    definition = definition_of(choosing("tema", "themes"))
    before = resolve(definition, THEMES, AREAS, ())
    after = resolve(definition, THEMES[:1], AREAS, ())
    assert before.digest != after.digest
    assert before.question("ett", "tema").options == THEMES


def test_a_section_per_theme_gives_a_page_for_each_theme() -> None:
    definition = replace(definition_of(choosing("a"), per_theme=True), themes=THEMES)
    assert [part.theme for part in definition.parts()] == list(THEMES)
    assert [part.theme for part in definition_of(choosing("a")).parts()] == [None]


def test_sections_and_questions_are_found_by_key() -> None:
    none = choosing("inga")
    group = replace(group_of(choosing("tema")), none_question=none)
    definition = definition_of(choosing("a"), group=group)
    assert definition.section("ett").key == "ett"
    assert definition.question("ett", "inga") == none
    assert definition.groups() == {group.key: definition.sections[0]}
    assert definition.group(group.key) is definition.sections[0].group
    assert definition_of(choosing("a")).groups() == {}
    with pytest.raises(KeyError):
        definition_of(choosing("a")).group(group.key)
    with pytest.raises(KeyError):
        definition.section("två")
    with pytest.raises(KeyError):
        definition.question("ett", "b")


def test_a_choice_that_stands_alone_is_written_down_and_the_others_as_before() -> None:
    plain = Definition("d", "work", "person", LABEL, LABEL, 1, (_with_option(Option("a", LABEL)),))
    alone = replace(plain, sections=(_with_option(Option("a", LABEL, alone=True)),))
    assert "alone" not in dump(plain) and '"alone":true' in dump(alone)
    assert load(dump(alone)) == alone and alone.digest != plain.digest


def _with_option(option: Option) -> Section:
    question = Question("q", QuestionType.CHOICES, LABEL, options=(option,))
    return Section("s", LABEL, 1, questions=(question,))

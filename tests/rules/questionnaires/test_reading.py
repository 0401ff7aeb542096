"""A questionnaire's file is read whole, and everything wrong in it is named at once, with its
place.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_wtf import FlaskForm
from wtforms import Form

from annualwheel.questionnaires.checks import KEY, PAGES, RESERVED
from annualwheel.questionnaires.definition import Condition, Option, QuestionType, Text
from annualwheel.questionnaires.form import AnswersForm
from annualwheel.questionnaires.problems import WORDS, DefinitionError, Problem
from annualwheel.questionnaires.reading import read, read_all
from tests.makers.several import group

HEAD = """
key = "prov"
meeting = "work"
respondent = "organisation"
title = { sv = "Prov", en = "Sample" }
intro = { sv = "Hej", en = "Hello" }
"""
SECTION = """
[[sections]]
key = "ett"
title = { sv = "Ett", en = "One" }
"""
FIRST = """
[[sections.questions]]
key = "typ"
type = "choice"
label = { sv = "Vad?", en = "What?" }
hint = { sv = "Kort", en = "Short" }
options = [
  { key = "natverk", sv = "Nätverk", en = "Network" },
  { key = "annat", sv = "Annat", en = "Other" },
]
"""
GROUP = (
    SECTION.replace("ett", "grupp").replace("Ett", "Grupp").replace("One", "Group")
    + group("initiativ", "titel", 10, "Initiativ", "Initiatives").replace(
        'title_question = "titel"\n', 'title_question = "titel"\nkind_question = "slag"\n'
    )
    + """
[[sections.group.questions]]
key = "slag"
type = "choice"
label = { sv = "Slag?", en = "Kind?" }
options = [{ key = "a", sv = "A", en = "A" }]
show_if = { question = "typ", values = ["annat"] }
"""
)
WHOLE = (
    HEAD
    + SECTION
    + FIRST
    + GROUP.replace('show_if = { question = "typ", values = ["annat"] }\n', "")
)
NONE = (
    'none = { key = "inga_initiativ", '
    'label = { sv = "Vi har inga initiativ", en = "We have none" } }'
)
QUESTION = '[[sections.questions]]\nkey = "fraga"\nlabel = { sv = "Fråga", en = "Question" }\n'


def problems_in(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "prov.toml"
    path.write_text(text, encoding="utf-8")
    try:
        read(path)
    except DefinitionError as error:
        return list(error.problems)
    return []


def found(tmp_path: Path, text: str) -> list[tuple[str | None, str | None, str]]:
    return [
        (problem.section, problem.question, problem.key) for problem in problems_in(tmp_path, text)
    ]


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "prov.toml"
    path.write_text(WHOLE)
    definition = read(path)
    assert (definition.key, definition.meeting_kind, definition.respondent) == (
        "prov",
        "work",
        "organisation",
    )
    first, second = definition.sections
    assert first.questions[0].options == (
        Option("natverk", Text("Nätverk", "Network")),
        Option("annat", Text("Annat", "Other")),
    )
    assert second.group is not None and second.group.none_question is not None
    assert first.questions[0].hint == Text("Kort", "Short")
    title = second.group.questions[0]
    assert (title.type, title.max_length, title.required) == (QuestionType.TEXT, 120, True)
    assert title.error == Text("Skriv vad initiativet heter", "Write its name")
    none = second.group.none_question
    assert (none.key, none.type, none.options) == (
        "inga_initiativ",
        QuestionType.CHOICES,
        (Option("ja", Text("Vi har inga initiativ", "We have none")),),
    )


def test_a_group_may_do_without_we_have_none_but_not_without_questions(tmp_path: Path) -> None:
    assert (
        found(
            tmp_path,
            WHOLE.replace(NONE, ""),
        )
        == []
    )
    group = GROUP[: GROUP.index("[[sections.group.questions]]")].replace(
        'kind_question = "slag"', ""
    )
    assert ("grupp", None, "missing_field") in found(tmp_path, HEAD + group)


def test_a_missing_language_is_named_once(tmp_path: Path) -> None:
    assert found(tmp_path, WHOLE.replace(', en = "One"', "")) == [("ett", None, "no_english")]


def test_what_should_be_a_table_and_is_not_is_named(tmp_path: Path) -> None:
    assert ("ett", None, "wrong_kind") in found(
        tmp_path, HEAD + SECTION + 'questions = ["fraga", 1]'
    )


def test_conditions_and_lists_are_read(tmp_path: Path) -> None:
    path = tmp_path / "prov.toml"
    path.write_text(
        HEAD
        + SECTION
        + FIRST
        + QUESTION
        + """
type = "choices"
source = "organisations"
at_most = 3
other = { sv = "Andra", en = "Others" }
show_if = { question = "typ", values = ["annat"] }
"""
    )
    asked = read(path).question("ett", "fraga")
    assert (asked.source, asked.at_most, asked.other, asked.show_if) == (
        "organisations",
        3,
        True,
        Condition("typ", ("annat",)),
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('meeting = "work"', 'meeting = "fest"', (None, None, "unknown_value")),
        ('respondent = "organisation"', "", (None, None, "missing_field")),
        ("at_most = 10", "", ("grupp", None, "missing_field")),
        ("at_most = 10", 'at_most = "5"', ("grupp", None, "wrong_kind")),
        ("at_most = 10", "at_most = true", ("grupp", None, "wrong_kind")),
        ("at_most = 10", "at_most = 0", ("grupp", None, "out_of_range")),
        ('key = "prov"', 'key = "prov"\nfarg = 1', (None, None, "unknown_field")),
        (
            'key = "prov"',
            'key = "prov"\nmaterial = { pages = 0, label = { sv = "A", en = "A" } }',
            (None, None, "out_of_range"),
        ),
        ('key = "prov"', 'key = "prov"\nmaterial = { pages = 9 }', (None, None, "missing_field")),
        # How long it takes is computed and not typed.
        ('key = "prov"', 'key = "prov"\nminutes = 5', (None, None, "unknown_field")),
        ('key = "ett"', 'key = "ett"\nminutes = 5', ("ett", None, "unknown_field")),
        ('key = "prov"', 'key = "Prov 1"', (None, None, "bad_key")),
        ('en = "Sample"', 'en = " "', (None, None, "no_english")),
        (', en = "One"', "", ("ett", None, "no_english")),
        ('sv = "Ett", ', "", ("ett", None, "no_swedish")),
        ('en = "Sample"', 'en = "Sample", de = "Muster"', (None, None, "unknown_field")),
        ('title = { sv = "Ett", en = "One" }', 'title = "Ett"', ("ett", None, "wrong_kind")),
        ('key = "ett"', 'key = "ett"\nper_theme = "ja"', ("ett", None, "wrong_kind")),
        ('key = "grupp"', 'key = "ett"', (None, None, "duplicate_key")),
        (
            'type = "choice"\nlabel = { sv = "Vad?"',
            'type = "radio"\nlabel = { sv = "Vad?"',
            ("ett", "typ", "unknown_value"),
        ),
        ('en = "Network"', 'en = ""', ("ett", "typ", "no_english")),
        ('key = "annat"', 'key = "natverk"', ("ett", "typ", "duplicate_option")),
        ('key = "natverk", ', "", ("ett", "typ", "missing_field")),
        ('key = "natverk"', 'key = "Nätverk"', ("ett", "typ", "bad_key")),
        ("max_length = 120", "", ("grupp", "titel", "missing_field")),
        ("max_length = 120", "max_length = 20001", ("grupp", "titel", "out_of_range")),
        ("max_length = 120", "max_length = 120\nlangd = 1", ("grupp", "titel", "unknown_field")),
        (
            "max_length = 120",
            'max_length = 120\nsource = "themes"',
            ("grupp", "titel", "not_for_type"),
        ),
        ("max_length = 120", "max_length = 120\nat_most = 2", ("grupp", "titel", "not_for_type")),
        (
            "max_length = 120",
            'max_length = 120\nother = { sv = "A", en = "A" }',
            ("grupp", "titel", "not_for_type"),
        ),
        ('type = "text"\nmax', 'type = "date"\nmax', ("grupp", "titel", "not_for_type")),
        (
            'error = { sv = "Skriv vad initiativet heter", en = "Write its name" }',
            "",
            ("grupp", "titel", "no_error"),
        ),
        ('key = "titel"', 'key = "typ"', ("grupp", "typ", "duplicate_key")),
        ('key = "inga_initiativ"', 'key = "typ"', ("grupp", "typ", "duplicate_key")),
        ('key = "ett"', 'key = "svar"', ("svar", None, "reserved_key")),
        ('key = "titel"', 'key = "validate"', ("grupp", "validate", "reserved_key")),
        ('key = "titel"', 'key = "validate_me"', ("grupp", "validate_me", "reserved_key")),
        ('title_question = "titel"', "", ("grupp", None, "missing_field")),
        ('title_question = "titel"', 'title_question = "namn"', ("grupp", None, "group_question")),
        ('title_question = "titel"', 'title_question = "slag"', ("grupp", None, "group_question")),
        ('kind_question = "slag"', 'kind_question = "titel"', ("grupp", None, "group_question")),
        ('kind_question = "slag"', 'status_question = "titel"', ("grupp", None, "group_question")),
        (
            'error = { sv = "Lägg till ett initiativ eller kryssa i att ni inte har", '
            'en = "Add one or tick" }',
            "",
            ("grupp", None, "missing_field"),
        ),
        ('key = "grupp"', 'key = "grupp"\nper_theme = true', ("grupp", None, "group_per_theme")),
    ],
)
def test_every_mistake_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, problem: tuple[str | None, str | None, str]
) -> None:
    assert old in WHOLE
    assert problem in found(tmp_path, WHOLE.replace(old, new, 1))


def test_no_section_has_the_address_of_a_page(app: Flask) -> None:
    under = [
        rule.rule.removeprefix("/forberedelse/").partition("/")[0]
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("preparation.")
    ]
    assert {name for name in under if KEY.fullmatch(name)} == PAGES


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ('type = "choice"', "no_options"),
        (
            'type = "choice"\nsource = "themes"\noptions = [{ key = "a", sv = "A", en = "A" }]',
            "two_lists",
        ),
        ('type = "choices"\nsource = "kommuner"', "unknown_value"),
        # Asked of an organisation, which everybody knows the name of.
        (
            'type = "choice"\ncounted = true\noptions = [{ key = "a", sv = "A", en = "A" }]',
            "counted_place",
        ),
        (
            'type = "date"\nfolded = true\nrequired = true\nerror = { sv = "F", en = "E" }',
            "folded_required",
        ),
        (
            'type = "date"\nfolded = true\n\n[[sections.questions]]\nkey = "nasta"\n'
            'type = "date"\nlabel = { sv = "N", en = "N" }',
            "folded_first",
        ),
        (
            'type = "choices"\nnone = { sv = "I", en = "N" }\nsource = "organisations"',
            "not_for_type",
        ),
        (
            'type = "choice"\noptions = [{ key = "a", sv = "A", en = "A", alone = true }]',
            "not_for_type",
        ),
        (
            'type = "choices"\noptions = [{ key = "a", sv = "A", en = "A", alone = "ja" }]',
            "wrong_kind",
        ),
        ('type = "date"\nshow_if = { question = "borta", values = ["a"] }', "show_if_unknown"),
        ('type = "date"\nshow_if = { question = "fraga", values = ["a"] }', "show_if_unknown"),
        ('type = "date"\nshow_if = { question = "typ", values = ["borta"] }', "show_if_value"),
        ('type = "date"\nshow_if = { question = "typ", values = [] }', "missing_field"),
        ('type = "date"\nshow_if = { question = "typ", values = [1] }', "wrong_kind"),
        (
            'type = "date"\nshow_if = { question = "typ", is = "annat", values = ["annat"] }',
            "unknown_field",
        ),
        (
            'type = "date"\n\n[[sections.questions]]\nkey = "nasta"\ntype = "date"\nlabel = { sv '
            '= "N", en = "N" }\n'
            'show_if = { question = "fraga", values = ["a"] }',
            "show_if_type",
        ),
    ],
)
def test_a_question_that_cannot_work_is_named(tmp_path: Path, fields: str, problem: str) -> None:
    assert [key for _, _, key in found(tmp_path, HEAD + SECTION + FIRST + QUESTION + fields)] == [
        problem
    ]


def test_a_condition_may_not_name_a_later_question(tmp_path: Path) -> None:
    waiting = QUESTION + 'type = "date"\nshow_if = { question = "typ", values = ["annat"] }\n'
    assert found(tmp_path, HEAD + SECTION + waiting + FIRST) == [
        ("ett", "fraga", "show_if_unknown")
    ]
    assert found(tmp_path, HEAD + SECTION + FIRST + waiting) == []


def test_a_condition_reaches_back_to_an_earlier_section_but_not_into_a_group_or_theme(
    tmp_path: Path,
) -> None:
    later = (
        SECTION.replace("ett", "tva")
        + QUESTION
        + 'type = "date"\nshow_if = { question = "%s", values = ["%s"] }\n'
    )
    grouped = WHOLE + later
    assert found(tmp_path, grouped % ("typ", "annat")) == []
    assert found(tmp_path, grouped % ("slag", "a")) == [("tva", "fraga", "show_if_unknown")]
    per_theme = HEAD + SECTION.replace("title", "per_theme = true\ntitle") + FIRST + later
    assert found(tmp_path, per_theme % ("typ", "annat")) == [("tva", "fraga", "show_if_unknown")]


def test_a_condition_in_a_group_reaches_the_root(tmp_path: Path) -> None:
    named = HEAD + SECTION + FIRST + GROUP.replace('kind_question = "slag"\n', "")
    assert found(tmp_path, named) == []


def test_what_a_group_is_counted_by_is_always_asked(tmp_path: Path) -> None:
    assert found(tmp_path, HEAD + SECTION + FIRST + GROUP) == [("grupp", None, "group_question")]


def test_a_condition_in_another_section_waits_only_for_what_is_always_shown(tmp_path: Path) -> None:
    hidden = QUESTION.replace("fraga", "dold") + (
        'type = "choice"\noptions = [{ key = "a", sv = "A", en = "A" }]\nshow_if = { question = '
        '"typ", values = ["annat"] }\n'
    )
    waiting = QUESTION + 'type = "date"\nshow_if = { question = "dold", values = ["a"] }\n'
    assert found(tmp_path, HEAD + SECTION + FIRST + hidden + waiting) == []
    assert found(
        tmp_path, HEAD + SECTION + FIRST + hidden + SECTION.replace("ett", "tva") + waiting
    ) == [("tva", "fraga", "show_if_hidden")]


def test_free_text_beside_a_choice_takes_its_key(tmp_path: Path) -> None:
    clash = (
        FIRST
        + 'other = { sv = "Annat", en = "Other" }\n'
        + QUESTION.replace("fraga", "typ_other")
        + 'type = "date"\n'
    )
    assert found(tmp_path, HEAD + SECTION + clash) == [("ett", "typ_other", "duplicate_key")]


def test_a_section_asks_something_and_no_two_groups_share_a_key(tmp_path: Path) -> None:
    assert found(tmp_path, HEAD + SECTION) == [("ett", None, "empty_section")]
    assert found(tmp_path, HEAD + "sections = []") == [(None, None, "missing_field")]
    second = WHOLE[len(HEAD + SECTION + FIRST) :]
    for key in ("titel", "slag", "inga_initiativ"):
        second = second.replace(f'"{key}"', f'"{key}_2"')
    second = second.replace('"grupp"', '"grupp_2"', 1)
    assert found(tmp_path, WHOLE + second) == [("grupp_2", None, "duplicate_key")]
    assert found(tmp_path, WHOLE + second.replace('"initiativ"', '"initiativ_2"')) == []


HEAD_AFTER = HEAD.replace("title", 'when = "after"\ntitle', 1)


@pytest.mark.parametrize(
    ("head", "days", "problem"),
    [
        (HEAD, "opens = -20\ncloses = -5\n", None),
        (HEAD, "opens = -20\ncloses = 0\n", None),
        (HEAD, "opens = -20\ncloses = 1\n", "days_on_other_side"),
        (HEAD, "opens = -5\ncloses = -20\n", "days_backwards"),
        (HEAD, "opens = -5\n", "one_day"),
        (HEAD, "closes = -5\n", "one_day"),
        (HEAD, "opens = -401\ncloses = -5\n", "out_of_range"),
        (HEAD_AFTER, "opens = 0\ncloses = 14\n", None),
        (HEAD_AFTER, "opens = -1\ncloses = 14\n", "days_on_other_side"),
        (HEAD_AFTER, "", None),
        (HEAD.replace("title", 'when = "sedan"\ntitle', 1), "", "unknown_value"),
    ],
)
def test_a_questionnaire_may_have_days_of_its_own_on_one_side_of_the_meeting(
    tmp_path: Path, head: str, days: str, problem: str | None
) -> None:
    text = head.replace("title", f"{days}title", 1) + SECTION + FIRST
    assert found(tmp_path, text) == ([(None, None, problem)] if problem else [])


def test_a_question_that_could_not_be_read_is_named_once(tmp_path: Path) -> None:
    broken = (
        FIRST.replace('"choice"', '"radio"')
        + QUESTION
        + 'type = "date"\nshow_if = { question = "typ", values = ["x"] }\n'
    )
    assert found(tmp_path, HEAD + SECTION + broken) == [("ett", "typ", "unknown_value")]


def test_all_problems_come_at_once_and_in_plain_swedish(tmp_path: Path) -> None:
    text = WHOLE.replace('en = "Network"', 'en = ""').replace(
        'meeting = "work"', 'meeting = "fest"'
    )
    assert [str(problem) for problem in problems_in(tmp_path, text)] == [
        "prov.toml: ”fest” är inte något av work, direction, conference i fältet ”meeting”",
        "prov.toml, avsnitt ett, fråga typ: ”options natverk” saknar engelsk text (en)",
    ]


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    assert "line 2" in str(problems_in(tmp_path, 'key = "a"\nopens = fem\n')[0])
    path = tmp_path / "latin.toml"
    path.write_bytes('key = "möte"'.encode("cp1252"))
    with pytest.raises(DefinitionError) as raised:
        read(path)
    assert [problem.key for problem in raised.value.problems] == ["encoding"]


def test_a_folder_is_read_whole_with_every_problem_in_it(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(WHOLE)
    (tmp_path / "a.toml").write_text(WHOLE.replace('"prov"', '"forst"'))
    (tmp_path / "lasmig.txt").write_text("hej")
    assert [definition.key for definition in read_all(tmp_path)] == ["forst", "prov"]
    (tmp_path / "c.toml").write_text(WHOLE)
    (tmp_path / "d.toml").write_text("=")
    with pytest.raises(DefinitionError) as raised:
        read_all(tmp_path)
    assert [(problem.file, problem.key) for problem in raised.value.problems] == [
        ("c.toml", "duplicate_file"),
        ("d.toml", "syntax"),
    ]


def test_no_question_can_hide_what_a_form_needs() -> None:
    for form in (Form, FlaskForm, AnswersForm):
        lower = {name for name in dir(form) if not name.startswith("_") and name.islower()}
        assert lower <= RESERVED


def test_every_problem_has_words_that_take_its_parameters() -> None:
    assert str(Problem("a.toml", "b", "c", "no_options")).startswith("a.toml, avsnitt b, fråga c: ")
    assert all(words[0].islower() or words[0] in "”" for words in WORDS.values())

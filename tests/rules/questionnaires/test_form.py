"""Forms built from questions: drafts are only capped, full validation says what to do, unknown
choices are dropped.
"""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField

from annualwheel.questionnaires.definition import (
    CHOOSING,
    WRITING,
    Condition,
    Option,
    Question,
    QuestionType,
    Text,
)
from annualwheel.questionnaires.form import AnswersForm, build, words
from annualwheel.questionnaires.values import HARD_CAP, AnswerProblem, validate

ORGANISATIONS = (
    Option("RV", Text("Region Värmland", "Region Värmland")),
    Option("SUN", Text("Sunne kommun", "Sunne")),
)


class Base(Form):
    """Stands where the web's own base form does, with a field of its own."""

    form_key = HiddenField()


def both(word: str) -> Text:
    return Text(word, word + " (en)")


def offered(*keys: str) -> tuple[Option, ...]:
    return tuple(Option(key, both(key.capitalize())) for key in keys)


def ask(key: str, kind: QuestionType = QuestionType.TEXT, **rest: Any) -> Question:
    return Question(key, kind, both(f"{key}?"), **rest)


TITLE = ask(
    "titel",
    required=True,
    max_length=10,
    error=both("Skriv vad initiativet heter"),
    hint=both("Kort"),
)
KIND = ask(
    "typ",
    QuestionType.CHOICE,
    required=True,
    error=both("Välj typ"),
    options=offered("natverk", "annat"),
)
ELSE = ask(
    "typ_annat", required=True, error=both("Skriv vad"), show_if=Condition("typ", ("annat",))
)
THEME = ask("tema", QuestionType.CHOICES, options=offered("arbete", "energi", "klimat"), at_most=2)
WITH = ask("aktorer", QuestionType.CHOICES, source="organisations", other_label=both("Andra"))
WHEN = ask("period", QuestionType.YEARS)
STORY = ask("svart", QuestionType.LONG_TEXT, max_length=20)
NONE = ask("inga", QuestionType.CHOICES, options=offered("ja"))
QUESTIONS = (TITLE, KIND, ELSE, THEME, WITH, WHEN, STORY)
FINE = {"titel": "Navet", "typ": "natverk"}


def swedish(words: str, **params: object) -> str:
    return words % params


def made(
    posted: dict[str, Any] | None = None,
    *,
    questions: tuple[Question, ...] = QUESTIONS,
    language: str = "sv",
    stored: dict[str, Any] | None = None,
) -> AnswersForm:
    kind = build(questions, Base, ORGANISATIONS, language, swedish)
    return kind(None if posted is None else MultiDict(posted), data=stored)


def errors(form: AnswersForm) -> dict[str, list[str]]:
    return {name: list(found) for name, found in form.errors.items()}


def test_a_field_for_each_question_in_order_and_the_bases_own() -> None:
    names = [field.short_name for field in made()]
    assert names == [
        "form_key",
        "titel",
        "typ",
        "typ_annat",
        "tema",
        "aktorer",
        "aktorer_other",
        "period",
        "svart",
    ]


def test_label_and_hint_come_in_the_language_asked_for() -> None:
    assert (made().titel.label.text, made().titel.description) == ("titel?", "Kort")
    english = made(language="en")
    assert (english.titel.label.text, english.titel.description) == ("titel? (en)", "Kort (en)")
    assert [option.label.text for option in english.typ] == ["Natverk (en)", "Annat (en)"]
    assert made().typ.description == ""


def test_a_field_carries_what_a_template_needs() -> None:
    form = made(
        questions=(
            *QUESTIONS,
            NONE,
            ask("antal", QuestionType.NUMBER),
            ask("lank", QuestionType.URL),
        )
    )
    assert [form[key].kind for key in ("titel", "svart", "typ", "tema", "period")] == [
        "text",
        "long_text",
        "choice",
        "choices",
        "years",
    ]
    assert (form.titel.max_length, form.period.max_length) == (10, None)
    assert (form.titel.optional, form.tema.optional, form.inga.optional) == (False, True, False)
    assert (
        form.titel.legend,
        form.typ.legend,
        form.tema.legend,
        form.aktorer.legend,
        form.inga.legend,
    ) == (False, True, True, True, False)
    assert (form.inga.lone, form.tema.lone) == (True, False)
    assert (form.titel.inputmode, form.antal.inputmode, form.lank.inputmode) == (
        "",
        "decimal",
        "url",
    )
    assert form.typ_annat.question.show_if == Condition("typ", ("annat",))


def test_fields_bear_the_names_templates_go_by() -> None:
    form = made()
    assert [form[key].type for key in ("titel", "svart", "typ", "tema", "period")] == [
        "StringField",
        "TextAreaField",
        "RadioField",
        "SelectMultipleField",
        "StringField",
    ]


def test_organisations_are_the_live_ones() -> None:
    assert [(box.choice.value, box.label.text) for box in made().aktorer] == [
        ("RV", "Region Värmland"),
        ("SUN", "Sunne kommun"),
    ]


def test_the_first_button_has_the_id_an_error_links_to() -> None:
    form = made()
    assert next(iter(form.typ)).id == "typ-0"
    assert next(iter(form.tema)).id == "tema-0"


def test_what_is_stored_is_shown_again() -> None:
    form = made(
        stored={
            "titel": "Navet",
            "typ": "annat",
            "tema": ["energi", "borta"],
            "aktorer_other": "Byalaget",
        }
    )
    assert form.answers() == {
        "titel": "Navet",
        "typ": "annat",
        "typ_annat": "",
        "tema": ["energi"],
        "aktorer": [],
        "aktorer_other": "Byalaget",
        "period": "",
        "svart": "",
    }
    assert [box.checked for box in form.tema] == [False, True, False]
    assert [button.checked for button in form.typ] == [False, True]


def test_a_draft_may_be_anything_but_huge() -> None:
    half = made({"titel": "x" * 200, "period": "snart", "tema": ["arbete", "energi", "klimat"]})
    assert half.validate()
    assert half.answers()["titel"] == "x" * 200
    assert made({"svart": "x" * HARD_CAP}).validate()
    huge = made({"svart": "x" * (HARD_CAP + 1)})
    assert not huge.validate()
    assert errors(huge) == {"svart": ["Texten är för lång för att sparas. Korta den."]}


def test_a_draft_keeps_what_was_typed_but_for_line_ends_and_nul() -> None:
    assert made({"svart": " – ”A”\r\n=B\0 "}).answers()["svart"] == " – ”A”\n=B "


def test_a_choice_that_is_not_offered_is_dropped() -> None:
    form = made({"typ": "hack", "tema": ["energi", "hack", "energi", ""], "aktorer": ["SUN", "XX"]})
    assert form.validate()
    answers = form.answers()
    assert (answers["typ"], answers["tema"], answers["aktorer"]) == ("", ["energi"], ["SUN"])


def test_boxes_left_empty_clear_what_was_stored() -> None:
    assert made({"titel": "A"}, stored={"tema": ["energi"]}).answers()["tema"] == []


def test_a_finished_answer_is_valid() -> None:
    form = made({**FINE, "tema": ["arbete", "energi"], "period": "2021–", "svart": "Kort"})
    assert form.validate_fully() and not form.errors


def test_what_is_required_is_asked_for_in_the_questions_own_words() -> None:
    form = made({"titel": "  "})
    assert not form.validate_fully()
    assert errors(form) == {"titel": ["Skriv vad initiativet heter"], "typ": ["Välj typ"]}
    english = made({}, language="en")
    assert not english.validate_fully()
    assert errors(english)["titel"] == ["Skriv vad initiativet heter (en)"]


def test_a_hidden_question_is_not_required_nor_checked() -> None:
    assert made({**FINE}).validate_fully()
    shown = made({**FINE, "typ": "annat"})
    assert not shown.validate_fully()
    assert errors(shown) == {"typ_annat": ["Skriv vad"]}


def test_the_root_may_decide_what_is_shown() -> None:
    asked = (
        ask(
            "vem",
            required=True,
            error=both("Skriv vem"),
            show_if=Condition("forankrat", ("ledning",)),
        ),
    )
    assert made({}, questions=asked).validate_fully({})
    assert not made({}, questions=asked).validate_fully({"forankrat": ["ledning"]})


def test_free_text_answers_a_required_choice() -> None:
    asked = (
        ask(
            "vilka",
            QuestionType.CHOICES,
            required=True,
            error=both("Välj"),
            options=offered("a"),
            other_label=both("Andra"),
        ),
    )
    assert not made({}, questions=asked).validate_fully()
    assert made({"vilka_other": "Byalaget"}, questions=asked).validate_fully()


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        ({"titel": "x" * 13}, {"titel": ["Korta svaret på ”titel?” med 3 tecken"]}),
        ({"tema": ["arbete", "energi", "klimat"]}, {"tema": ["Välj högst 2 på ”tema?”"]}),
        (
            {"period": "snart"},
            {"period": ["Skriv årtal på ”period?”, till exempel 2021–2024 eller 2021–"]},
        ),
        ({"aktorer_other": "x" * 301}, {"aktorer_other": ["Korta svaret på ”Andra” med 1 tecken"]}),
    ],
)
def test_an_error_says_what_to_do(posted: dict[str, Any], expected: dict[str, list[str]]) -> None:
    form = made({**FINE, **posted})
    assert not form.validate_fully()
    assert errors(form) == expected


def test_what_stands_alone_beside_others_is_told_which_to_take_away() -> None:
    options = (*offered("chefer", "medarbetare"), Option("ingen", Text("Ingen än", "No one"), True))
    asked = ask("vilka", QuestionType.CHOICES, options=options)
    form = made({"vilka": ["ingen", "chefer"]}, questions=(asked,))
    assert not form.validate_fully()
    assert errors(form) == {"vilka": ["Ta bort ”Ingen än” eller de andra valen på ”vilka?”"]}
    marks = [choice.render_kw for choice in form.vilka.iter_choices()]
    assert marks == [{}, {}, {"data-alone": ""}]


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        (QuestionType.NUMBER, "Skriv ett tal på ”a?”"),
        (QuestionType.DATE, "Skriv ett datum på ”a?”"),
        (QuestionType.URL, "Skriv en webbadress på ”a?”"),
        (QuestionType.CHOICE, "Välj på nytt på ”a?”"),
    ],
)
def test_every_type_has_words_for_what_cannot_be_read(kind: QuestionType, start: str) -> None:
    assert words(ask("a", kind), AnswerProblem.UNREADABLE, "x", "sv", swedish).startswith(start)


def test_a_draft_too_big_to_save_gets_one_error_only() -> None:
    form = made({**FINE, "svart": "x" * (HARD_CAP + 1)})
    assert not form.validate_fully()
    assert errors(form) == {"svart": ["Texten är för lång för att sparas. Korta den."]}


@pytest.mark.parametrize("kind", sorted(set(QuestionType) - CHOOSING - WRITING))
def test_what_cannot_be_read_is_told_how_to_write(kind: QuestionType) -> None:
    """Every type that is neither chosen nor written freely has a reader and words of its own."""
    question = ask("fraga", kind)
    assert validate(question, "\u2603") is AnswerProblem.UNREADABLE
    assert words(question, AnswerProblem.UNREADABLE, "", "sv", swedish).startswith("Skriv ")

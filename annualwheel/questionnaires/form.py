"""WTForms classes built from questions.

One form for a page, one for each item, never a list of forms: WTForms drops rows of a list without
a word and renumbers the rest.

A form validates in two ways. `validate()` is for drafts: it caps the size only, since drafts may be
half written. `validate_fully()` is for *Klar med initiativet* and the review: it checks what is
required, length and format, in words that say what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import wtforms
from wtforms import Field, Form
from wtforms.fields.choices import SelectChoice
from wtforms.form import FormMeta
from wtforms.validators import StopValidation

from annualwheel.questionnaires.definition import (
    CHOOSING,
    Option,
    Question,
    QuestionType,
    answer_fields,
)
from annualwheel.questionnaires.path import visible
from annualwheel.questionnaires.values import (
    HARD_CAP,
    AnswerProblem,
    Value,
    Values,
    answered,
    excess,
    standing_alone,
    validate,
)

Gettext = Callable[..., str]

_KEYBOARDS = {QuestionType.NUMBER: "decimal", QuestionType.URL: "url"}


class FieldFacts:
    """What a template needs to know about a field.

    WTForms gives label, description, data, errors and id. The fields below have the names of
    WTForms' own, since templates go by `field.type`, which is the name of the class.
    """

    id: str

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        self.question = question
        super().__init__(*args, **kwargs)

    @property
    def kind(self) -> str:
        """The question's type: text, long_text, number, date, url, years, choice or choices."""
        return self.question.type.value

    @property
    def optional(self) -> bool:
        """Whether "(frivilligt)" belongs to the label.

        A lone box is no question and needs no such word.
        """
        return not self.question.required and not self.lone

    @property
    def max_length(self) -> int | None:
        """The most characters a text may have when it is submitted, for the counter."""
        return self.question.max_length

    @property
    def lone(self) -> bool:
        """Whether the field is a single box to tick, whose label is its own legend."""
        one_option = len(self.question.options) == 1 and self.question.source is None
        return one_option and self.question.type is QuestionType.CHOICES

    @property
    def legend(self) -> bool:
        """Whether the field needs a fieldset with a legend."""
        return self.question.type in CHOOSING and not self.lone

    @property
    def inputmode(self) -> str:
        """The keyboard a telephone should show, "" for the one of letters."""
        return _KEYBOARDS.get(self.question.type, "")


class StringField(FieldFacts, wtforms.StringField):  # type: ignore[misc]
    """One line, whatever it is to be read as: people write dates and numbers in many ways."""


class TextAreaField(FieldFacts, wtforms.TextAreaField):  # type: ignore[misc]
    """A longer text."""


class RadioField(FieldFacts, wtforms.RadioField):  # type: ignore[misc]
    """One choice. The data is "" when nothing is chosen."""


class SelectMultipleField(FieldFacts, wtforms.SelectMultipleField):  # type: ignore[misc]
    """Several choices, shown as boxes; the data is a list."""


class AnswersForm(Form):  # type: ignore[misc]
    """The part of a built form that knows its questions."""

    _questions: tuple[Question, ...] = ()
    _language = "sv"
    _gettext: Gettext

    def answers(self) -> dict[str, Value]:
        """What is in the fields, by question key: drafts as typed, nothing normalised."""
        fields = (field for question in self._questions for field in answer_fields(question))
        return {field.key: self[field.key].data for field in fields}

    def validate_fully(self, root: Values | None = None) -> bool:
        """Whether everything visible is answered as it should be; the errors are on the fields.

        `root` are the root item's answers, which may decide what is visible in a group or a theme.
        """
        # First, since it begins with empty errors: the words of this method would be lost after it.
        valid = bool(self.validate())
        answers = self.answers()
        for question in visible(self._questions, answers, root or {}):
            for asked in answer_fields(question):
                value = answers[asked.key]
                problem = validate(asked, value)
                if asked.required and not answered(asked, answers):
                    problem = AnswerProblem.EMPTY
                # One error a field: a text too big to save has been told of already.
                if problem and not self[asked.key].errors:
                    error = words(asked, problem, value, self._language, self._gettext)
                    self[asked.key].errors = [error]
                    valid = False
        return valid


def build(
    questions: Iterable[Question],
    base: type[Form],
    organisations: Iterable[Option],
    language: str,
    _: Gettext,
) -> type[AnswersForm]:
    """A form class with a field for each question, named by its key.

    The free text next to a choice is a field of its own. `base` brings CSRF and whatever else every
    form of the web has. `organisations` are the options of questions with that source. `_`
    translates the error words, called when a form is validated. Give all questions of the page or
    item, also those that are hidden now: what is posted decides what is visible. Unknown option
    keys are dropped.
    """
    asked, known = tuple(questions), tuple(organisations)
    attributes: dict[str, Any] = {
        "_questions": asked,
        "_language": language,
        "_gettext": staticmethod(_),
    }
    for question in asked:
        for each in answer_fields(question):
            options = known if each.source == "organisations" else each.options
            attributes[each.key] = _field(each, options, language, _)
    return cast(type[AnswersForm], FormMeta("BuiltForm", (AnswersForm, base), attributes))


def words(
    question: Question, problem: AnswerProblem, value: Value | None, language: str, _: Gettext
) -> str:
    """Tells what to do about a problem.

    The words are the same next to the field, in the error summary and on the review page.
    """
    if problem is AnswerProblem.EMPTY:
        return (question.error or question.label).to(language)
    label = question.label.to(language)
    if problem is AnswerProblem.TOO_LONG:
        count = excess(question, value)
        return _("Korta svaret på ”%(label)s” med %(count)s tecken", label=label, count=count)
    if problem is AnswerProblem.TOO_MANY:
        return _("Välj högst %(count)s på ”%(label)s”", label=label, count=question.at_most)
    if problem is AnswerProblem.NOT_ALONE:
        alone = standing_alone(question, value)[0].label.to(language)
        return _(
            "Ta bort ”%(alone)s” eller de andra valen på ”%(label)s”", alone=alone, label=label
        )
    return _how_to_write(question.type, label, _)


def _how_to_write(kind: QuestionType, label: str, _: Gettext) -> str:
    if kind is QuestionType.NUMBER:
        return _("Skriv ett tal på ”%(label)s”, till exempel 1 500", label=label)
    if kind is QuestionType.DATE:
        return _("Skriv ett datum på ”%(label)s”, till exempel 14 januari 2027", label=label)
    if kind is QuestionType.YEARS:
        return _("Skriv årtal på ”%(label)s”, till exempel 2021–2024 eller 2021–", label=label)
    if kind is QuestionType.URL:
        return _("Skriv en webbadress på ”%(label)s”, till exempel www.exempel.se", label=label)
    return _("Välj på nytt på ”%(label)s”", label=label)


_FIELDS: Mapping[QuestionType, type[FieldFacts]] = {
    QuestionType.LONG_TEXT: TextAreaField,
    QuestionType.CHOICE: RadioField,
    QuestionType.CHOICES: SelectMultipleField,
}


def _field(question: Question, options: tuple[Option, ...], language: str, _: Gettext) -> Any:
    hint = question.hint.to(language) if question.hint else ""
    settings: dict[str, Any] = {"question": question, "description": hint}
    if question.type in CHOOSING:
        known = {option.key for option in options}
        several = question.type is QuestionType.CHOICES
        choices = [_choice(option, language) for option in options]
        settings["choices"] = choices
        settings["filters"] = [_only(known, several)]
        # The filter drops unknown keys: an option that is gone must not stop a save.
        settings["validate_choice"] = False
    else:
        settings["filters"] = [_normalise]
        settings["validators"] = [_capped(_)]
    return _FIELDS.get(question.type, StringField)(question.label.to(language), **settings)


def _choice(option: Option, language: str) -> SelectChoice:
    # `alone.js` goes by the attribute.
    marks = {"data-alone": ""} if option.alone else {}
    return SelectChoice(option.key, option.label.to(language), render_kw=marks)


def _only(known: set[str], several: bool) -> Callable[[Any], Value]:
    def keep(data: Any) -> Value:
        if several:
            # `data` is None where nothing is stored and nothing was sent.
            return [key for key in dict.fromkeys(data or ()) if key in known]
        return data if data in known else ""

    return keep


def _normalise(data: str | None) -> str:
    return (data or "").replace("\r\n", "\n").replace("\0", "")


def _capped(_: Gettext) -> Callable[[Form, Field], None]:
    def check(form: Form, field: Field) -> None:
        if len(field.data) > HARD_CAP:
            raise StopValidation(_("Texten är för lång för att sparas. Korta den."))

    return check

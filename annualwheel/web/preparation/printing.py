"""The questions on paper, to talk about before writing.

They have room to write, or what has been written so far.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, render_template, request
from flask_babel import gettext as _

from annualwheel.preparation import drafts, submission
from annualwheel.preparation.drafts import Draft
from annualwheel.questionnaires import effort, path, published
from annualwheel.questionnaires.definition import (
    CHOOSING,
    WRITING,
    Definition,
    Group,
    Question,
    QuestionType,
    answer_fields,
)
from annualwheel.questionnaires.values import Values, keys
from annualwheel.web import page
from annualwheel.web.preparation import blueprint
from annualwheel.web.preparation.question_forms import quoted, spoken
from annualwheel.web.preparation.steps import Step, page_head, steps

# One line for each 180 characters that the answer may have, and eight lines at most: by hand nobody
# writes as much as the limit allows.
LINE, MOST = 180, 8
# The lines for names out of a list that is too long to print.
NAMES = 5


@dataclass(frozen=True)
class PrintedOption:
    """An option, and whether it is chosen."""

    text: str
    chosen: bool


@dataclass(frozen=True)
class PrintedQuestion:
    """A question on paper.

    `boxes` are its options, `lines` the number of empty lines under it, `text` what has been
    written. `how` says how one answers by hand, where the hint is written for the screen or says
    nothing of it. `when` says on which answer the question depends.
    """

    label: str
    hint: str
    how: str
    when: str
    boxes: list[PrintedOption]
    lines: int
    text: str


@dataclass(frozen=True)
class PrintedPage:
    """A page of the questionnaire, or one of its cards, under a heading of its own.

    `more`: there may be more cards than those that are printed with what is written in them.
    """

    title: str
    about: str
    intro: str
    asked: list[PrintedQuestion]
    cards: list[PrintedPage]
    more: bool = False


@blueprint.get("/skriv-ut")
def printing() -> str:
    """Shows every question with its hint, for everybody in the organisation.

    `med=svar`: with what is in the draft.
    """
    answer = g.member.submission
    definition = published.asked_of(answer)
    filled = request.args.get("med") == "svar"
    draft = drafts.load(answer) if filled else None
    paper = PrintedQuestionnaire(definition, draft, page.language())
    return render_template(
        "preparation/print.html",
        pages=[paper.page(step) for step in steps(definition)],
        filled=filled,
        minutes=effort.minutes(definition),
        **page_head(answer),
    )


class PrintedQuestionnaire:
    """The questionnaire on paper, with the draft's answers when there is one."""

    def __init__(self, definition: Definition, draft: Draft | None, language: str) -> None:
        self.definition, self.draft, self.language = definition, draft, language
        codes = submission.chosen_organisations(definition, draft) if draft else ()
        chosen = submission.organisations(codes)
        self.names = {option.key: option.label.sv for option in chosen}

    def page(self, step: Step) -> PrintedPage:
        """A page of the questionnaire with its cards: the written ones, or an empty one."""
        section, group = step.section, step.section.group
        questions = section.questions
        if group and group.none_question:
            questions = (*questions, group.none_question)
        values = self.draft.item_of(step.part).values if self.draft else {}
        cards = self._written(group) if group else []
        return PrintedPage(
            title=f"{step.number}. {step.title}",
            about=step.about,
            intro=section.intro.to(self.language) if section.intro else "",
            asked=self._asked(questions, values),
            # A single empty card, to copy: the limit may be many times what anybody fills in. None
            # after written ones: who reads those around a table has nothing to fill in.
            cards=cards or ([self._empty(group)] if group else []),
            more=group is not None and 0 < len(cards) < group.at_most,
        )

    def _written(self, group: Group) -> list[PrintedPage]:
        cards = []
        written = self.draft.filled.only(group).items if self.draft else ()
        for number, item in enumerate(written, 1):
            title = path.item_title(group, item) or self._number(group, number)
            cards.append(PrintedPage(title, "", "", self._asked(group.questions, item.values), []))
        return cards

    def _empty(self, group: Group) -> PrintedPage:
        intro = _("Kopiera sidan om ni behöver fler.")
        return PrintedPage(self._number(group, 1), "", intro, self._asked(group.questions, {}), [])

    def _number(self, group: Group, number: int) -> str:
        return f"{group.item_label.to(self.language)} {number}"

    def _asked(self, questions: tuple[Question, ...], values: Values) -> list[PrintedQuestion]:
        return [
            # Hidden questions are printed too: on paper nobody has chosen yet, so each says when it
            # is asked.
            self._field(each, self._when(question), values)
            for question in questions
            for each in answer_fields(question)
        ]

    def _field(self, field: Question, when: str, values: Values) -> PrintedQuestion:
        text = self._text(field, values)
        by_name = _is_by_name(field) and not text
        return PrintedQuestion(
            label=field.label.to(self.language),
            hint=field.hint.to(self.language) if field.hint and not by_name else "",
            how=_how(field) if not text else "",
            when=when,
            boxes=self._boxes(field, values),
            lines=_lines(field),
            text=text,
        )

    def _boxes(self, question: Question, values: Values) -> list[PrintedOption]:
        chosen = keys(values.get(question.key))
        return [
            PrintedOption(option.label.to(self.language), option.key in chosen)
            for option in question.options
        ]

    def _text(self, question: Question, values: Values) -> str:
        """What has been written, or was chosen where the options are too many to print.

        Where there are boxes, the choice shows in them.
        """
        if question.options:
            return ""
        return spoken(question, values.get(question.key), self.names, self.language)

    def _when(self, question: Question) -> str:
        """The sentence that says on which answer a question depends, "" for none."""
        condition = question.show_if
        if condition is None:
            return ""
        other = self._question(condition.question)
        chosen = (option for option in other.options if option.key in condition.values)
        words: str = _(
            "Gäller om ni har valt %(answer)s på frågan ”%(question)s”",
            answer=", ".join(quoted(option.label.to(self.language)) for option in chosen),
            question=other.label.to(self.language),
        )
        return words

    def _question(self, key: str) -> Question:
        asked = (each for section in self.definition.sections for each in section.all_questions())
        return next(each for each in asked if each.key == key)


def _is_by_name(question: Question) -> bool:
    """Whether the options are too many to print, so that their names are written by hand."""
    return question.type in CHOOSING and not question.options


def _how(question: Question) -> str:
    if _is_by_name(question):
        words: str = (
            _("Skriv organisationernas namn, ett på varje rad")
            if question.type is QuestionType.CHOICES
            else _("Skriv organisationens namn")
        )
        return words
    return str(_("Välj ett")) if question.type is QuestionType.CHOICE else ""


def _lines(question: Question) -> int:
    if question.type in WRITING:
        return max(1, min(MOST, (question.max_length or 0) // LINE))
    if _is_by_name(question) and question.type is QuestionType.CHOICES:
        return NAMES
    return 0 if question.options else 1

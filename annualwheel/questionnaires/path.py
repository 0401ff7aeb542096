"""The visible path through a questionnaire.

It is a function of the definition and the answers, and of nothing else. Validation, progress,
review, submission and export all ask here, so they cannot disagree about which questions are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from annualwheel.questionnaires import content
from annualwheel.questionnaires.content import (
    AnswerContent,
    CodeBookQuestion,
    Content,
    EndedContent,
    GroupContent,
    ItemContent,
    Origin,
    SectionContent,
)
from annualwheel.questionnaires.definition import (
    CHOOSING,
    Definition,
    Group,
    Option,
    Part,
    Question,
    Section,
    Text,
    answer_fields,
)
from annualwheel.questionnaires.values import (
    AnswerProblem,
    Values,
    answered,
    clean,
    is_blank,
    keys,
    validate,
)


@dataclass(frozen=True)
class FilledItem:
    """An item of the group with the key `group`.

    `carried`: new, or what was said about an initiative of the year before: still, changed, ended.
    """

    public_id: str
    values: Values
    carried: str = "new"
    group: str = field(kw_only=True)


@dataclass(frozen=True)
class Filled:
    """Everything typed so far.

    Root answers by question key, answers per theme key, and the items in their order. `ended` are
    items of the year before that have come to an end: nothing more is asked about them.
    """

    root: Values = field(default_factory=dict)
    themes: Mapping[str, Values] = field(default_factory=dict)
    items: tuple[FilledItem, ...] = ()
    ended: tuple[FilledItem, ...] = ()

    def values(self, theme: str | None) -> Values:
        """The answers of a theme's pages, or of the root when no theme's key is given."""
        return self.root if theme is None else self.themes.get(theme, {})

    def only(self, group: Group) -> Filled:
        """The same with the items of that group alone."""
        own = [tuple(i for i in each if i.group == group.key) for each in (self.items, self.ended)]
        return Filled(self.root, self.themes, *own)


class SectionState(StrEnum):
    NOT_STARTED = "not_started"
    STARTED = "started"
    DONE = "done"


@dataclass(frozen=True)
class Gap:
    """Something to look at before submitting; `blocks` when submitting must wait for it.

    `item` is the public id of a started item; `question` is None only when a group without "we have
    none" has no items.
    """

    section: Section
    theme: Option | None
    item: str | None
    question: Question | None
    blocks: bool
    problem: AnswerProblem


def visible(questions: Iterable[Question], values: Values, root: Values) -> tuple[Question, ...]:
    """The questions to ask, given the answers in the same item and those of the root item.

    An answer to a question that is itself hidden shows nothing.
    """
    asked = tuple(questions)
    own = {question.key for question in asked}
    shown: dict[str, Question] = {}
    for question in asked:
        condition = question.show_if
        if condition is not None:
            place = values if condition.question in own else root
            # The draft keeps the answer of a hidden question, but it decides nothing.
            hidden = condition.question in own and condition.question not in shown
            if hidden or set(keys(place.get(condition.question))).isdisjoint(condition.values):
                continue
        shown[question.key] = question
    return tuple(shown.values())


def visible_questions(place: Section | Group, values: Values, root: Values) -> tuple[Question, ...]:
    """The questions to ask on a page (a section's own) or in one item (a group's)."""
    return visible(place.questions, values, root)


def is_started(group: Group, item: FilledItem, root: Values) -> bool:
    """Whether anything visible has been written in the item.

    An item that was only added is not started: it stops nobody and is not submitted.
    """
    questions = visible_questions(group, item.values, root)
    return any(answered(question, item.values) for question in questions)


def item_state(group: Group, item: FilledItem, root: Values) -> SectionState:
    """An item is done when all that is required in it is answered and nothing in it is wrong."""
    if not is_started(group, item, root):
        return SectionState.NOT_STARTED
    questions = visible_questions(group, item.values, root)
    found = any(blocks for _, _, blocks in _faults(questions, item.values, strict=True))
    return SectionState.STARTED if found else SectionState.DONE


def item_title(group: Group, item: FilledItem) -> str:
    """What the item is called, "" while it has no name."""
    title = item.values.get(group.title_question, "")
    return title.strip() if isinstance(title, str) else ""


def section_state(
    definition: Definition, section: Section, filled: Filled, theme: str | None = None
) -> SectionState:
    """How far a page has come; `theme` is the key of the theme for a section that is repeated.

    A page is done when something is answered, nothing is wrong, and every required question is
    answered, or every question where none is required. A group is done when its items are, or when
    "we have none" is ticked or all of last year's items have ended.
    """
    values = filled.values(theme)
    questions = visible_questions(section, values, filled.root)
    begun = any(answered(question, values) for question in questions)
    if not begun and not _group_begun(section.group, filled):
        return SectionState.NOT_STARTED
    needed = _needed(section, questions)
    if not all(answered(question, values) for question in needed):
        return SectionState.STARTED
    option = next((option for option in definition.themes if option.key == theme), None)
    wrong = any(gap.blocks for gap in _part_gaps(Part(section, option), filled))
    return SectionState.STARTED if wrong else SectionState.DONE


def missing(definition: Definition, filled: Filled) -> list[Gap]:
    """All that is empty or wrong, in the order of the questionnaire.

    Three things block: an empty required question in a started item, a group with neither items
    (ended ones are an answer too) nor "we have none", and an answer that is too long, too many or
    unreadable. The list has everything else that is empty too, which stops nobody.
    """
    return [gap for part in definition.parts() for gap in _part_gaps(part, filled)]


def submittable(
    definition: Definition, filled: Filled, organisations: Iterable[Option] = ()
) -> Content:
    """The content of a submitted version: the visible path with its answers and its own labels.

    `organisations` are the labels of the organisations that may have been chosen; a key that is not
    among them is its own label. Ask `missing` first: raises `ValueError` when a visible answer
    cannot be read. Leaves out hidden answers, items nobody has written in, and "we have none" where
    there are items.
    """
    names = {option.key: option for option in organisations}
    return Content(
        format=content.FORMAT,
        questionnaire=Origin(
            key=definition.key,
            meeting_kind=definition.meeting_kind,
            respondent=definition.respondent,
            digest=definition.digest,
            title=definition.title,
        ),
        themes=definition.themes,
        questions=code_book(definition),
        sections=tuple(_part_content(part, filled, names) for part in definition.parts()),
    )


def code_book(definition: Definition) -> tuple[CodeBookQuestion, ...]:
    """Everything the questionnaire may ask, in order, with all its options."""
    return tuple(described for section in definition.sections for described in _code_book(section))


def _faults(
    questions: Iterable[Question], values: Values, strict: bool
) -> Iterator[tuple[Question, AnswerProblem, bool]]:
    for question in questions:
        if not answered(question, values):
            yield question, AnswerProblem.EMPTY, strict and question.required
        for answer in answer_fields(question):
            if problem := validate(answer, values.get(answer.key)):
                yield answer, problem, True


def _part_gaps(part: Part, filled: Filled) -> Iterator[Gap]:
    section, theme = part
    values = filled.values(theme.key if theme else None)
    questions = visible_questions(section, values, filled.root)
    # An organisation may leave a page's questions empty, also required ones: they are listed only.
    for question, problem, blocks in _faults(questions, values, strict=False):
        yield Gap(section, theme, None, question, blocks, problem)
    if section.group is not None:
        yield from _group_gaps(section, section.group, filled)


def _group_gaps(section: Section, group: Group, filled: Filled) -> Iterator[Gap]:
    started = _started(group, filled)
    for item in started:
        questions = visible_questions(group, item.values, filled.root)
        for question, problem, blocks in _faults(questions, item.values, strict=True):
            yield Gap(section, None, item.public_id, question, blocks, problem)
    if not started and not filled.only(group).ended and not _none_ticked(group, filled):
        yield Gap(section, None, None, group.none_question, True, AnswerProblem.NO_ITEMS)


def _needed(section: Section, questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """What must be answered for a page to be done."""
    required = tuple(question for question in questions if question.required)
    # The items of a group are what such a page asks for; its own questions may stay empty.
    return required if required or section.group else questions


def _group_begun(group: Group | None, filled: Filled) -> bool:
    if group is None:
        return False
    return _none_ticked(group, filled) or bool(_started(group, filled) or filled.only(group).ended)


def _started(group: Group, filled: Filled) -> tuple[FilledItem, ...]:
    return tuple(item for item in filled.only(group).items if is_started(group, item, filled.root))


def _none_ticked(group: Group, filled: Filled) -> bool:
    none = group.none_question
    return none is not None and not is_blank(filled.root.get(none.key))


def _code_book(section: Section) -> Iterator[CodeBookQuestion]:
    yield from _described(section, None, section.questions)
    if section.group is not None:
        yield from _described(section, section.group.key, section.group.questions)


def _described(
    section: Section, group: str | None, questions: Iterable[Question]
) -> Iterator[CodeBookQuestion]:
    for question in (answer for asked in questions for answer in answer_fields(asked)):
        yield CodeBookQuestion(
            key=question.key,
            section=section.key,
            group=group,
            per_theme=section.per_theme,
            type=question.type.value,
            label=question.label,
            source=question.source,
            options=tuple(option.named for option in question.options),
        )


def _answers(
    questions: Iterable[Question], values: Values, names: Mapping[str, Option]
) -> tuple[AnswerContent, ...]:
    fields = (question for asked in questions for question in answer_fields(asked))
    return tuple(_answer(question, values, names) for question in fields)


def _answer(question: Question, values: Values, names: Mapping[str, Option]) -> AnswerContent:
    value = clean(question, values.get(question.key))
    chosen = None
    if question.type in CHOOSING:
        options = names
        if question.source != "organisations":
            options = {each.key: each.named for each in question.options}
        # A code without a name is its own label: a missing label must not stop a submission.
        chosen = tuple(options.get(key) or Option(key, Text(key, key)) for key in keys(value))
    return AnswerContent(question.key, content.read_value(value), chosen)


def _part_content(part: Part, filled: Filled, names: Mapping[str, Option]) -> SectionContent:
    section, theme = part
    values = filled.values(theme.key if theme else None)
    questions = visible_questions(section, values, filled.root)
    return SectionContent(
        key=section.key,
        title=section.title,
        theme=theme,
        answers=_answers(questions, values, names),
        group=_group_content(section.group, filled, names) if section.group else None,
    )


def _group_content(group: Group, filled: Filled, names: Mapping[str, Option]) -> GroupContent:
    started = _started(group, filled)
    return GroupContent(
        key=group.key,
        label=group.label,
        # Somebody ticks the box and then writes an item after all: the item is the later word.
        none=not started and _none_ticked(group, filled),
        ended=tuple(_ended_content(group, item) for item in filled.only(group).ended),
        items=tuple(
            _item_content(group, item, number, filled.root, names)
            for number, item in enumerate(started, start=1)
        ),
    )


def _ended_content(group: Group, item: FilledItem) -> EndedContent:
    title = item_title(group, item)
    return EndedContent(item.public_id, title, (AnswerContent(group.title_question, title),))


def _item_content(
    group: Group, item: FilledItem, number: int, root: Values, names: Mapping[str, Option]
) -> ItemContent:
    questions = visible_questions(group, item.values, root)
    answers = _answers(questions, item.values, names)
    value = {answer.question: answer.value for answer in answers}
    chosen = {answer.question: answer.chosen or () for answer in answers}

    # Copied out of the answers: lists and counts need not know which question asked for them.
    def from_source(source: str) -> tuple[str, ...]:
        asked = (question.key for question in questions if question.source == source)
        return tuple(option.key for key in asked for option in chosen[key])

    return ItemContent(
        public_id=item.public_id,
        number=number,
        title=value.get(group.title_question) or "",
        carried=item.carried,
        themes=from_source("themes"),
        focus_areas=from_source("focus_areas"),
        goals=from_source("goals"),
        organisations=from_source("organisations"),
        kind=value.get(group.kind_question or ""),
        status=value.get(group.status_question or ""),
        answers=answers,
    )

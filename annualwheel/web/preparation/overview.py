"""The answer to review: cards in a few words, and the whole draft with what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import g
from flask_babel import gettext as _

from annualwheel.preparation import scopes, submission
from annualwheel.preparation.drafts import Draft, DraftAnswer, DraftItem
from annualwheel.questionnaires import form, path
from annualwheel.questionnaires.definition import (
    CHOOSING,
    Definition,
    Group,
    Question,
    answer_fields,
)
from annualwheel.questionnaires.path import FilledItem, Gap, SectionState
from annualwheel.questionnaires.values import AnswerProblem, Values, is_blank
from annualwheel.web import page
from annualwheel.web.parts.submitted_content import Block, Line, ended_line
from annualwheel.web.preparation.question_forms import spoken
from annualwheel.web.preparation.steps import Step, steps


@dataclass(frozen=True)
class Card:
    """An item of a group in a few words."""

    public_id: str
    number: int
    title: str
    state: SectionState
    words: str
    latest: DraftAnswer | None
    carried: str


@dataclass(frozen=True)
class GapLink:
    """Something to mend or something that is missing, with a link to it."""

    text: str
    url: str


@dataclass(frozen=True)
class ReviewedPart:
    """A page's answers before they are submitted.

    `block` has the items that somebody has written in, `left_out` those that nobody has. `missing`
    is what is not answered.
    """

    block: Block
    left_out: list[Block]
    missing: list[GapLink]

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it would be submitted."""
        block = self.block
        return not (block.none or block.cards or any(line.text for line in block.lines))


def card_of(group: Group, number: int, draft_item: DraftItem, root: Values) -> Card:
    """The card of an item; its words are what was chosen for status, kind and the like."""
    item = FilledItem(draft_item.public_id, draft_item.values, group=group.key)
    return Card(
        public_id=draft_item.public_id,
        number=number,
        title=_title(group, item, number),
        state=path.item_state(group, item, root),
        words=_in_short(group, draft_item.values),
        latest=draft_item.latest(),
        carried=draft_item.carried,
    )


def _in_short(group: Group, values: Values) -> str:
    """What was chosen for status, kind and the like."""
    language = page.language()
    said = (
        spoken(question, values.get(question.key), {}, language)
        for question in group.questions
        if _is_in_short(question, group)
    )
    return ". ".join(words for words in said if words)


def _is_in_short(question: Question, group: Group) -> bool:
    # The names of organisations would take one more query, and a card is a few words.
    if question.type not in CHOOSING or submission.from_organisations(question):
        return False
    of_item = (group.status_question, group.kind_question)
    return question.key in of_item or question.source == "focus_areas"


def _title(group: Group, item: FilledItem, number: int) -> str:
    return path.item_title(group, item) or unnamed(group, number)


def blocks(definition: Definition, draft: Draft) -> list[Block]:
    """The whole draft: every question on the visible path, answered or not."""
    # All names in one query, however many questions ask for organisations.
    chosen = submission.organisations(submission.chosen_organisations(definition, draft))
    names = {option.key: option.label.sv for option in chosen}
    scope = g.member.scope
    return [
        _block(step, draft, names, scopes.covers(definition, scope, step.part))
        for step in steps(definition)
    ]


def reviewed(definition: Definition, draft: Draft) -> tuple[list[ReviewedPart], list[GapLink]]:
    """The whole draft as it would be submitted, and the gaps that stop it from that."""
    blocking, missing = _gaps(definition, draft)
    parts = []
    for step, block in zip(steps(definition), blocks(definition, draft), strict=True):
        started, left_out = _by_started(step, draft, block.cards)
        parts.append(ReviewedPart(replace(block, cards=started), left_out, missing[step.keys]))
    return parts, blocking


def _by_started(step: Step, draft: Draft, cards: list[Block]) -> tuple[list[Block], list[Block]]:
    """The items that somebody has written in, and those that are only added."""
    started: list[Block] = []
    empty: list[Block] = []
    if step.section.group:
        filled, root = draft.filled.only(step.section.group), draft.filled.root
        for card, item in zip(cards, filled.items, strict=True):
            has_words = path.is_started(step.section.group, item, root)
            (started if has_words else empty).append(card)
    return started, empty


def blocking_gaps(definition: Definition, draft: Draft) -> list[GapLink]:
    """The gaps that stop the answer from being submitted, each with a link to its field."""
    return _gaps(definition, draft)[0]


def _gaps(
    definition: Definition, draft: Draft
) -> tuple[list[GapLink], Mapping[tuple[str, str | None], list[GapLink]]]:
    """The gaps that stop the answer from being submitted, and by page those that do not."""
    by_keys = {step.keys: step for step in steps(definition)}
    titles = {
        card.public_id: (number, card)
        for section in definition.sections
        if section.group
        for number, card in enumerate(draft.cards_of(section.group), 1)
    }
    blocking: list[GapLink] = []
    missing: defaultdict[tuple[str, str | None], list[GapLink]] = defaultdict(list)
    for gap in path.missing(definition, draft.filled):
        step = by_keys[gap.section.key, gap.theme.key if gap.theme else None]
        among = blocking if gap.blocks else missing[step.keys]
        among.append(_gap(gap, step, titles, draft))
    return blocking, missing


def _block(step: Step, draft: Draft, names: Mapping[str, str], mine: bool) -> Block:
    """The block of a page. `mine`: the member may write it, so the block has a link to it."""
    draft_item, root, group = draft.item_of(step.part), draft.filled.root, step.section.group
    asked = path.visible_questions(step.section, draft_item.values, root)
    lines = _lines(asked, draft_item.values, names)
    cards: list[Block] = []
    none = ""
    if group:
        cards = _card_blocks(step, group, draft, names, mine)
        lines += ended_line(
            [path.item_title(group, item) for item in draft.filled.only(group).ended]
        )
        # The tick may lie there from before somebody added a card; the card is what counts.
        none = "" if cards else _none_ticked(group, root)
    url = step.url() if mine else ""
    return Block(step.title, step.about, url, lines, cards, none)


def _card_blocks(
    step: Step, group: Group, draft: Draft, names: Mapping[str, str], mine: bool
) -> list[Block]:
    root = draft.filled.root
    shown = []
    cards = zip(draft.cards_of(group), draft.filled.only(group).items, strict=True)
    for number, (draft_item, item) in enumerate(cards, 1):
        asked = path.visible_questions(group, draft_item.values, root)
        url = step.url(redigera=draft_item.public_id, _anchor="kort") if mine else ""
        lines = _lines(asked, draft_item.values, names)
        shown.append(Block(_title(group, item, number), "", url, lines, []))
    return shown


def _none_ticked(group: Group, root: Values) -> str:
    """The label of "we have none" where it is ticked, else ""."""
    none = group.none_question
    if none is None or is_blank(root.get(none.key)):
        return ""
    return none.label.to(page.language())


def _lines(questions: tuple[Question, ...], values: Values, names: Mapping[str, str]) -> list[Line]:
    language = page.language()
    return [
        Line(each.label.to(language), spoken(each, values.get(each.key), names, language))
        for question in questions
        for each in answer_fields(question)
        # The free text next to an option is shown only where somebody has written in it.
        if each is question or not is_blank(values.get(each.key))
    ]


def _gap(
    gap: Gap, step: Step, titles: Mapping[str, tuple[int, DraftItem]], draft: Draft
) -> GapLink:
    group = step.section.group
    if gap.question is None or gap.problem is AnswerProblem.NO_ITEMS:
        error = group.error.to(page.language()) if group else ""
        return GapLink(error, step.url(_anchor="initiativ"))
    anchor = gap.question.key
    if gap.question.type in CHOOSING:
        # A group of boxes has no id of its own: the link leads to the first of them.
        anchor += "-0"
    if gap.item is None or group is None:
        values = draft.item_of(step.part).values
        # What is missing stands below the heading of its page, what blocks at the top of all.
        where = step.about if gap.blocks else ""
        return GapLink(_words(gap, values, where), step.url(_anchor=anchor))
    number, draft_item = titles[gap.item]
    title = _title(group, FilledItem(gap.item, draft_item.values, group=group.key), number)
    return GapLink(
        _words(gap, draft_item.values, title), step.url(redigera=gap.item, _anchor=anchor)
    )


def _words(gap: Gap, values: Values, where: str) -> str:
    language = page.language()
    if gap.question is None:
        return where
    # An optional question is named by its label: the form's sentence would say that it must be
    # answered.
    if gap.problem is AnswerProblem.EMPTY and not gap.blocks:
        text = gap.question.label.to(language)
    else:
        text = str(form.words(gap.question, gap.problem, values.get(gap.question.key), language, _))
    return f"{where}: {text}" if where else text


def unnamed(group: Group, number: int) -> str:
    """The name of an item that has none."""
    item = group.item_label.to(page.language())
    return str(_("%(item)s %(number)s (utan namn)", item=item, number=number))

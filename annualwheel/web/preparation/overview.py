"""The answer to look over: cards in a few words, and the whole draft with what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g
from flask_babel import gettext as _

from annualwheel.questionnaires import form, path, shares, submission
from annualwheel.questionnaires.definition import (
    CHOOSING,
    Definition,
    Group,
    Question,
    answer_fields,
)
from annualwheel.questionnaires.drafts import Draft, Place, Stored
from annualwheel.questionnaires.path import FilledItem, Missing, SectionState
from annualwheel.questionnaires.values import Fault, Values, blank
from annualwheel.web import page
from annualwheel.web.preparation.sheets import spoken
from annualwheel.web.preparation.steps import Step, steps


@dataclass(frozen=True)
class Card:
    """An item of a group in a few words."""

    public_id: str
    number: int
    title: str
    state: SectionState
    words: str
    latest: Stored | None
    carried: str


@dataclass(frozen=True)
class Line:
    """A question with what was answered, "" when nothing was."""

    label: str
    text: str


@dataclass(frozen=True)
class Block:
    """A section, a theme or an item of the answer, to read."""

    title: str
    about: str
    url: str
    lines: list[Line]
    cards: list[Block]
    none: str = ""


@dataclass(frozen=True)
class Gap:
    """Something to mend or that is missing, with the way to it."""

    text: str
    url: str


def card_of(group: Group, number: int, place: Place, root: Values) -> Card:
    """The card of an item; its words are what was chosen for status, kind and the like."""
    item = FilledItem(place.public_id, place.values)
    words = [
        spoken(question, place.values.get(question.key), {}, page.language())
        for question in group.questions
        if question.type in CHOOSING
        and not submission.from_organisations(question)
        and (
            question.key in (group.status_question, group.kind_question)
            or question.source == "focus_areas"
        )
    ]
    return Card(
        place.public_id,
        number,
        path.item_title(group, item) or unnamed(group, number),
        path.item_state(group, item, root),
        ". ".join(word for word in words if word),
        place.latest(),
        place.carried,
    )


def blocks(definition: Definition, draft: Draft) -> list[Block]:
    """The whole draft: every question on the visible path, answered or not."""
    names = {
        option.key: option.label.sv
        for option in submission.organisations(submission.chosen_organisations(definition, draft))
    }
    return [
        _block(step, draft, names, shares.covers(definition, g.member.scope, step.part))
        for step in steps(definition)
    ]


def gaps(definition: Definition, draft: Draft) -> tuple[list[Gap], list[Gap]]:
    """What stops the answer from being submitted, and what is only missing, each with a link to the
    field.
    """
    by_part = {
        (step.section.key, step.theme.key if step.theme else None): step
        for step in steps(definition)
    }
    titles = {card.public_id: (number, card) for number, card in enumerate(draft.cards, 1)}
    blocking: list[Gap] = []
    missing: list[Gap] = []
    for gap in path.missing(definition, draft.filled):
        step = by_part[gap.section.key, gap.theme.key if gap.theme else None]
        (blocking if gap.blocks else missing).append(_gap(gap, step, titles, draft))
    return blocking, missing


def of_content(content: Mapping[str, Any], language: str) -> list[Block]:
    """A submitted version to read; it carries its own labels."""
    labels = {question["key"]: question["label"][language] for question in content["questions"]}
    shown = []
    for section in content["sections"]:
        group = section["group"] or {"items": [], "ended": [], "none": False}
        cards = [
            Block(item["title"], "", "", _submitted(item["answers"], labels, language), [])
            for item in group["items"]
        ]
        ended = [item["title"] for item in group["ended"]]
        about = section["theme"]["label"][language] if section["theme"] else ""
        shown.append(
            Block(
                section["title"][language],
                about,
                "",
                _submitted(section["answers"], labels, language) + _over(ended),
                cards,
                _("Inga att berätta om") if group["none"] else "",
            )
        )
    return shown


def _block(step: Step, draft: Draft, names: Mapping[str, str], mine: bool) -> Block:
    """`mine`: the member may write it, so there is a way to it."""
    place, root, group = draft.place(step.part), draft.filled.root, step.section.group
    lines = _lines(path.visible_questions(step.section, place.values, root), place.values, names)
    cards = []
    if group:
        for number, (place, item) in enumerate(
            zip(draft.cards, draft.filled.items, strict=True), 1
        ):
            asked = path.visible_questions(group, place.values, root)
            cards.append(
                Block(
                    path.item_title(group, item) or unnamed(group, number),
                    "",
                    step.url(redigera=place.public_id, _anchor="kort") if mine else "",
                    _lines(asked, place.values, names),
                    [],
                )
            )
        lines += _over([path.item_title(group, item) for item in draft.filled.ended])
    none = group.none_question if group else None
    ticked = none is not None and not cards and not blank(root.get(none.key))
    return Block(
        step.title,
        step.about,
        step.url() if mine else "",
        lines,
        cards,
        none.label.to(page.language()) if none and ticked else "",
    )


def _lines(questions: tuple[Question, ...], values: Values, names: Mapping[str, str]) -> list[Line]:
    language = page.language()
    return [
        Line(each.label.to(language), spoken(each, values.get(each.key), names, language))
        for question in questions
        for each in answer_fields(question)
        if each is question or not blank(values.get(each.key))
    ]


def _gap(gap: Missing, step: Step, titles: Mapping[str, tuple[int, Place]], draft: Draft) -> Gap:
    language = page.language()
    if gap.question is None or gap.fault is Fault.NO_ITEMS:
        return Gap(
            step.section.group.error.to(language) if step.section.group else "",
            step.url(_anchor="initiativ"),
        )
    anchor = gap.question.key + ("-0" if gap.question.type in CHOOSING else "")
    if gap.item is None or step.section.group is None:
        values = draft.place(step.part).values
        return Gap(_words(gap, values, step.about), step.url(_anchor=anchor))
    number, place = titles[gap.item]
    title = path.item_title(step.section.group, FilledItem(gap.item, place.values)) or unnamed(
        step.section.group, number
    )
    return Gap(_words(gap, place.values, title), step.url(redigera=gap.item, _anchor=anchor))


def _words(gap: Missing, values: Values, where: str) -> str:
    language = page.language()
    if gap.question is None:
        return where
    if gap.fault is Fault.EMPTY and not gap.blocks:
        text = gap.question.label.to(language)
    else:
        text = str(form.words(gap.question, gap.fault, values.get(gap.question.key), language, _))
    return f"{where}: {text}" if where else text


def unnamed(group: Group, number: int) -> str:
    """What an item without a name is called."""
    name: str = _(
        "%(item)s %(number)s (utan namn)", item=group.item_label.to(page.language()), number=number
    )
    return name


def _submitted(
    answers: list[dict[str, Any]], labels: Mapping[str, str], language: str
) -> list[Line]:
    return [
        Line(labels[answer["question"]], _written(answer, language))
        for answer in answers
        if answer["value"] not in (None, []) or not answer["question"].endswith("_other")
    ]


def _over(titles: list[str]) -> list[Line]:
    """The initiatives of the year before that have come to an end, as one line."""
    return [Line(_("Avslutat sedan förra året"), ", ".join(titles))] if titles else []


def _written(answer: Mapping[str, Any], language: str) -> str:
    value = answer["value"]
    if "chosen" in answer:
        return ", ".join(str(option["label"][language]) for option in answer["chosen"])
    if isinstance(value, dict):
        return (
            f"{value['from']}–{'' if value['to'] is None else value['to']}"
            if value["to"] != value["from"]
            else str(value["from"])
        )
    return "" if value is None else str(value)

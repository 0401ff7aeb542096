"""The year before on this year's pages.

The pages offer its initiatives, confirm what was said about them, and name what was not carried
over.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from annualwheel.models import Submission
from annualwheel.preparation import carry_over
from annualwheel.preparation.carry_over import EarlierAnswer, EarlierItem, NotCarriedOver
from annualwheel.preparation.drafts import Draft, DraftItem
from annualwheel.questionnaires import path
from annualwheel.questionnaires.definition import Group, Question
from annualwheel.questionnaires.path import FilledItem, SectionState
from annualwheel.web import page
from annualwheel.web.preparation.question_forms import quoted


@dataclass(frozen=True)
class EarlierInitiative:
    """An initiative of the year before about which nothing has been said yet, in a few words."""

    public_id: str
    title: str
    words: str


@dataclass(frozen=True)
class CarryOverReply:
    """What has just been said about an initiative (`way` as `models.drafts.Item.carried`).

    `done`: nothing is left to fill in; `lost`: what was not carried over.
    """

    public_id: str
    title: str
    way: str
    done: bool
    lost: list[str]


def offers(
    submission: Submission, group: Group, earlier: EarlierAnswer | None, draft: Draft
) -> list[EarlierInitiative]:
    """The initiatives to ask about, with what was chosen for status, kind and the like."""
    asked = [question.key for question in group.questions if _is_in_short(question, group)]
    return [
        EarlierInitiative(item.public_id, item.title, _in_short(item, asked))
        for item in carry_over.offers(submission, group, earlier, draft)
    ]


def _is_in_short(question: Question, group: Group) -> bool:
    """Whether what was chosen for the question is shown under an initiative's title."""
    of_item = (group.status_question, group.kind_question)
    return question.key in of_item or question.source == "focus_areas"


def _in_short(item: EarlierItem, asked: list[str]) -> str:
    chosen = (_chosen(item, key) for key in asked)
    return ". ".join(words for words in chosen if words)


def said(
    submission: Submission,
    group: Group,
    earlier: EarlierAnswer | None,
    draft: Draft,
    public_id: str | None,
) -> CarryOverReply | None:
    """What was just said about the item with that public id.

    None when there is no such item or it is new this year.
    """
    draft_items = (*draft.cards_of(group), *draft.ended_of(group))
    carried_on = (draft_item for draft_item in draft_items if draft_item.carried != "new")
    draft_item = next((each for each in carried_on if each.public_id == public_id), None)
    if draft_item is None:
        return None
    item = FilledItem(draft_item.public_id, draft_item.values, group=group.key)
    return CarryOverReply(
        public_id=draft_item.public_id,
        title=path.item_title(group, item),
        way=draft_item.carried,
        done=path.item_state(group, item, draft.filled.root) is SectionState.DONE,
        lost=lost(submission, group, earlier, draft_item),
    )


def lost(
    submission: Submission,
    group: Group,
    earlier: EarlierAnswer | None,
    draft_item: DraftItem | None,
) -> list[str]:
    """A sentence for each thing that an item from the year before could not bring to this year."""
    # An initiative that has ended keeps its name only, so the rest is not missed.
    if earlier is None or draft_item is None or draft_item.carried not in ("still", "changed"):
        return []
    found = earlier.item_of(draft_item.initiative_id)
    if found is None:
        return []
    return [_sentence(each) for each in carry_over.fitting(submission, group, found, earlier).lost]


def _sentence(gone: NotCarriedOver) -> str:
    language = page.language()
    question = gone.question.to(language)
    if not gone.options:
        return str(_("%(question)s Frågan ställs inte likadant i år.", question=question))
    options = ", ".join(quoted(option.to(language)) for option in gone.options)
    if gone.only_one:
        return str(
            _(
                "%(question)s Förra året valde ni %(options)s. I år går det bara att välja ett.",
                question=question,
                options=options,
            )
        )
    return str(
        _(
            "%(question)s %(options)s finns inte att välja i år.",
            question=question,
            options=options,
        )
    )


def _chosen(item: EarlierItem, key: str) -> str:
    language = page.language()
    given = item.answers.get(key)
    return ", ".join(given.labels(language)) if given else ""

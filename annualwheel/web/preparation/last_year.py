"""The year before on this year's pages: initiatives to say something of, what came of saying it,
and what did not come along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from annualwheel.models import Submission
from annualwheel.questionnaires import carried, path
from annualwheel.questionnaires.carried import Earlier, EarlierItem, Lost
from annualwheel.questionnaires.definition import Group
from annualwheel.questionnaires.drafts import Draft, Place
from annualwheel.questionnaires.path import FilledItem, SectionState
from annualwheel.web import page


@dataclass(frozen=True)
class Offer:
    """An initiative of the year before that nothing has been said of yet, in a few words."""

    public_id: str
    title: str
    words: str


@dataclass(frozen=True)
class Said:
    """What has just been said of one (`way` as `models.Item.carried`).

    `done`: nothing is left to fill in; `lost`: what did not come along.
    """

    public_id: str
    title: str
    way: str
    done: bool
    lost: list[str]


def offers(earlier: Earlier | None, draft: Draft, group: Group) -> list[Offer]:
    """What there is to say something of, with what was chosen for status, kind and the like."""
    asked = [
        question.key
        for question in group.questions
        if question.key in (group.status_question, group.kind_question)
        or question.source == "focus_areas"
    ]
    return [
        Offer(
            item.public_id,
            item.title,
            ". ".join(_chosen(item, key) for key in asked if _chosen(item, key)),
        )
        for item in carried.offers(earlier, draft)
    ]


def said(
    submission: Submission,
    group: Group,
    earlier: Earlier | None,
    draft: Draft,
    public_id: str | None,
) -> Said | None:
    """What came of saying something of the item with that public id, None when it is not there or
    is new this year.
    """
    place = next(
        (
            each
            for each in (*draft.cards, *draft.ended)
            if each.public_id == public_id and each.carried != "new"
        ),
        None,
    )
    if place is None:
        return None
    item = FilledItem(place.public_id, place.values)
    done = path.item_state(group, item, draft.filled.root) is SectionState.DONE
    return Said(
        place.public_id,
        path.item_title(group, item),
        place.carried,
        done,
        lost(submission, group, earlier, place),
    )


def lost(
    submission: Submission, group: Group, earlier: Earlier | None, place: Place | None
) -> list[str]:
    """A sentence for each thing that did not come along to an item that goes on from the year
    before.
    """
    found = (
        earlier.item_of(place.initiative_id)
        if earlier and place and place.carried in ("still", "changed")
        else None
    )
    if found is None or earlier is None:
        return []
    return _sentences(carried.fitting(submission, group, found, earlier).lost)


def _sentences(gone: Sequence[Lost]) -> list[str]:
    language = page.language()
    return [
        _(
            "%(question)s %(options)s finns inte att välja i år.",
            question=each.question.to(language),
            options=", ".join(_quoted(option.to(language)) for option in each.options),
        )
        if each.options
        else _(
            "%(question)s Frågan ställs inte likadant i år.", question=each.question.to(language)
        )
        for each in gone
    ]


def _quoted(option: str) -> str:
    return str(_("”%(option)s”", option=option))


def _chosen(item: EarlierItem, key: str) -> str:
    return ", ".join(
        option["label"][page.language()] for option in item.answers.get(key, {}).get("chosen", ())
    )

"""The draft as it is now: the items of an answer with what is written in them, by whom and when.

Only the answer's own members read it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import Person, Submission
from annualwheel.models.drafts import Answer, Item
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Definition, Group, Part, Question, answer_fields
from annualwheel.questionnaires.path import Filled, FilledItem
from annualwheel.questionnaires.values import Value, Values

# Built once: every page of an answer asks it.
_WRITTEN = (
    sa.select(
        Item.id,
        Item.public_id,
        Item.group_key,
        Item.carried,
        Item.initiative_id,
        Answer.question_key,
        Answer.value,
        Answer.version,
        Answer.author_id,
        Person.given,
        Person.family,
        Answer.at,
    )
    .select_from(Item)
    # Outer joins, since an item that nobody has written in is part of the draft too.
    .outerjoin(Answer, Answer.item_id == Item.id)
    .outerjoin(Person, Person.id == Answer.author_id)
    .where(Item.submission_id == sa.bindparam("submission"), Item.removed_at.is_(None))
    # A restored card may have the same position as a newer one: then the older one goes first.
    .order_by(Item.position, Item.id)
)


@dataclass(frozen=True)
class DraftAnswer:
    """One saved answer. `who` is the author's name."""

    value: Value
    version: int
    author_id: int
    who: str
    at: dt.datetime


@dataclass(frozen=True)
class DraftItem:
    """An item and what is written in it, by question key.

    `carried` and `initiative_id` as `models.drafts.Item` has them.
    """

    id: int
    public_id: str
    group_key: str
    stored: Mapping[str, DraftAnswer]
    carried: str = "new"
    initiative_id: int | None = None

    @cached_property
    def values(self) -> Values:
        """The saved values by question key."""
        return {key: answer.value for key, answer in self.stored.items()}

    def latest(self, keys: frozenset[str] | None = None) -> DraftAnswer | None:
        """The answer that was saved last, among `keys` when given."""
        found = (answer for key, answer in self.stored.items() if keys is None or key in keys)
        return max(found, key=lambda answer: answer.at, default=None)


@dataclass(frozen=True)
class Draft:
    """A whole answer.

    The root, the items of themes by `section/theme`, and the items of all groups, those of each in
    their order (`cards_of`).
    `ended` are the initiatives of the year before that have come to an end: they are no cards and
    count towards no limit.
    """

    root: DraftItem
    themes: Mapping[str, DraftItem]
    cards: tuple[DraftItem, ...]
    ended: tuple[DraftItem, ...] = ()

    @cached_property
    def filled(self) -> Filled:
        """The same for `path`."""
        by_theme: dict[str, dict[str, Value]] = {}
        for key, item in self.themes.items():
            # Several sections may be repeated for one theme; `path` asks by the theme alone.
            by_theme.setdefault(key.rpartition("/")[2], {}).update(item.values)
        return Filled(self.root.values, by_theme, _filled(self.cards), _filled(self.ended))

    @property
    def items(self) -> tuple[DraftItem, ...]:
        """Everything there is to write in."""
        return (self.root, *self.themes.values(), *self.cards)

    def cards_of(self, group: Group) -> tuple[DraftItem, ...]:
        """The items of that group, in their order."""
        return tuple(card for card in self.cards if card.group_key == group.key)

    def ended_of(self, group: Group) -> tuple[DraftItem, ...]:
        """The initiatives of the year before in that group that have come to an end."""
        return tuple(card for card in self.ended if card.group_key == group.key)

    @cached_property
    def by_several(self) -> bool:
        """Whether more than one person has written what the draft says now."""
        written = (answer for item in self.items for answer in item.stored.values())
        return len({answer.author_id for answer in written}) > 1

    def item_of(self, part: Part) -> DraftItem:
        """The item that a page's own questions hang on."""
        return self.themes[f"{part.section.key}/{part.theme.key}"] if part.theme else self.root

    def latest(self, part: Part) -> DraftAnswer | None:
        """What was saved last on a page, with the cards of its group."""
        keys = frozenset(_by_key(part.section.all_questions()))
        found = [self.item_of(part).latest(keys)]
        if group := part.section.group:
            cards = (*self.cards_of(group), *self.ended_of(group))
            found += [card.latest() for card in cards]
        written = (answer for answer in found if answer)
        return max(written, key=lambda answer: answer.at, default=None)


def load(submission: Submission) -> Draft:
    """The draft, read in one query however much is written. Removed items are left out."""
    rows = db.session.execute(_WRITTEN, {"submission": submission.id})
    items: dict[int, DraftItem] = {}
    stored: dict[int, dict[str, DraftAnswer]] = {}
    for row in rows:
        if row.id not in items:
            stored[row.id] = {}
            items[row.id] = DraftItem(
                row.id,
                row.public_id,
                row.group_key,
                stored[row.id],
                row.carried,
                row.initiative_id,
            )
        if row.question_key is not None:
            who = f"{row.given} {row.family}".strip()
            answer = DraftAnswer(row.value, row.version, row.author_id, who, row.at)
            stored[row.id][row.question_key] = answer
    return _sorted(list(items.values()))


# Safe to keep: a published definition never changes (decision 7).
@lru_cache(maxsize=256)
def fields_of(digest: str, group_key: str) -> Mapping[str, Question]:
    """What may be answered in an item of a published definition, by key.

    The item is the root (`""`), `section/theme`, or of the group with that key.
    """
    definition = published.by_digest(digest)
    if not group_key:
        return _by_key(_root_questions(definition))
    if "/" in group_key:
        return _by_key(definition.section(group_key.partition("/")[0]).questions)
    return _by_key(_group_questions(definition, group_key))


def _by_key(questions: Iterable[Question]) -> dict[str, Question]:
    return {field.key: field for question in questions for field in answer_fields(question)}


def _root_questions(definition: Definition) -> Iterator[Question]:
    """The questions asked once: those of the sections, and whether there is anything in a group."""
    for section in definition.sections:
        # These hang on the items of the themes.
        if section.per_theme:
            continue
        yield from section.questions
        if section.group and section.group.none_question:
            yield section.group.none_question


def _group_questions(definition: Definition, group_key: str) -> Iterator[Question]:
    for section in definition.sections:
        if section.group and section.group.key == group_key:
            yield from section.group.questions


def _filled(cards: Iterable[DraftItem]) -> tuple[FilledItem, ...]:
    return tuple(
        FilledItem(card.public_id, card.values, card.carried, group=card.group_key)
        for card in cards
    )


def _sorted(found: list[DraftItem]) -> Draft:
    cards = [item for item in found if item.group_key and "/" not in item.group_key]
    return Draft(
        # `membership.join` makes the root together with the submission, so there always is one.
        root=next(item for item in found if not item.group_key),
        themes={item.group_key: item for item in found if "/" in item.group_key},
        cards=tuple(item for item in cards if item.carried != "ended"),
        ended=tuple(item for item in cards if item.carried == "ended"),
    )

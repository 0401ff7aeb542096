"""The items of a repeating group.

They have ids, never indexes, and what is removed can be brought back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.models import Person, Submission
from annualwheel.models.drafts import Answer, Item
from annualwheel.preparation import answers, deadline
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Group, Section

# As long as replaced texts (`answers.KEPT`); `privacy.retention` erases by both.
KEPT = dt.timedelta(days=30)
# Built once: every save asks it.
_FOUND = sa.select(Item).where(
    Item.submission_id == sa.bindparam("submission"), Item.public_id == sa.bindparam("public_id")
)


@dataclass(frozen=True)
class RemovedItem:
    """An item that can be brought back.

    What it was called ("" without a name), who took it away and when.
    """

    public_id: str
    title: str
    who: str
    at: dt.datetime


def of(submission: Submission, public_id: str) -> Item:
    """An item of the answer: root, theme or card.

    Raises `Missing` when it is not there or has been removed.
    """
    item = _find(submission, public_id)
    if item.removed_at is not None:
        raise Missing("item_removed")
    return item


def add(submission: Submission, section_key: str, now: dt.datetime) -> Item:
    """Adds an empty item last in the section's group.

    Raises `Refused("too_many_items")` at the questionnaire's limit.
    """
    group = group_of(submission, section_key)
    lock(submission, now)
    # Counted under the lock, so that two who add at the limit do not pass it.
    held = present(submission, group.key)
    if len(held) >= group.at_most:
        raise Refused("too_many_items", count=group.at_most)
    last = held[-1].position if held else 0
    item = Item(submission=submission, group_key=group.key, position=last + 1)
    db.session.add(item)
    answers.touch(submission, now)
    db.session.flush()
    return item


def remove(submission: Submission, public_id: str, by: Person, now: dt.datetime) -> Item:
    """Takes an item out of the answer; removing twice is no error.

    `restore` brings it back within 30 days.
    """
    item = _card(submission, public_id)
    lock(submission, now)
    if item.removed_at is None:
        item.removed_at, item.removed_by_id = now, by.id
        answers.touch(submission, now)
        db.session.flush()
    return item


def restore(submission: Submission, public_id: str, now: dt.datetime) -> Item:
    """Brings a removed item back to its position.

    Raises `Refused("too_many_items")` when other items fill the group by now, and `Missing` when
    it was removed more than 30 days ago.
    """
    item = _card(submission, public_id)
    lock(submission, now)
    if item.removed_at is None:
        return item
    if item.removed_at < now - KEPT:
        raise Missing("item_removed")
    # An initiative that has ended is no card and counts towards no limit.
    if item.carried != "ended":
        at_most = published.asked_of(submission).group(item.group_key).at_most
        if len(present(submission, item.group_key)) >= at_most:
            raise Refused("too_many_items", count=at_most)
    item.removed_at = item.removed_by_id = None
    answers.touch(submission, now)
    db.session.flush()
    return item


def move(submission: Submission, public_id: str, step: int, now: dt.datetime) -> Item:
    """Moves an item one position up (-1) or down (+1); at the end it stays where it is."""
    item = _card(submission, public_id)
    lock(submission, now)
    order = present(submission, item.group_key)
    # A colleague may have removed the card while this page was open.
    at = order.index(item) if item in order else -1
    if at < 0 or not 0 <= at + step < len(order):
        return item
    order.insert(at + step, order.pop(at))
    # All positions anew: removed and restored items leave gaps and doubles.
    for position, each in enumerate(order, 1):
        each.position = position
    answers.touch(submission, now)
    db.session.flush()
    return item


def title_of_removed(submission: Submission, group: Group, public_id: str) -> str | None:
    """What a removed item of the group was called ("" when it had no name).

    None when there is no such removed item.
    """
    item = db.session.scalar(
        sa.select(Item).where(
            Item.submission_id == submission.id,
            Item.public_id == public_id,
            Item.group_key == group.key,
            Item.removed_at.is_not(None),
        )
    )
    if item is None:
        return None
    title = db.session.scalar(
        sa.select(Answer.value).where(
            Answer.item_id == item.id, Answer.question_key == group.title_question
        )
    )
    return str(title or "").strip()


def removed(submission: Submission, group: Group, now: dt.datetime) -> list[RemovedItem]:
    """The items of the group that can still be brought back, the one removed last first.

    An ended initiative that was taken back is not here: it is among last year's initiatives again.
    """
    title = sa.and_(Answer.item_id == Item.id, Answer.question_key == group.title_question)
    rows = db.session.execute(
        sa.select(Item.public_id, Answer.value, Person.given, Person.family, Item.removed_at)
        .select_from(Item)
        .outerjoin(Answer, title)
        .outerjoin(Person, Person.id == Item.removed_by_id)
        .where(
            Item.submission_id == submission.id,
            Item.group_key == group.key,
            Item.removed_at >= now - KEPT,
            Item.carried != "ended",
        )
        .order_by(Item.removed_at.desc(), Item.id.desc())
    )
    found = []
    for public_id, value, given, family, at in rows:
        called = str(value or "").strip()
        who = f"{given or ''} {family or ''}".strip()
        found.append(RemovedItem(public_id, called, who, at))
    return found


def lock(submission: Submission, now: dt.datetime) -> None:
    """Lets one caller at a time change the order or the number of items.

    The answer's row is the lock. Raises `Closed` unless the answer may be changed now.
    """
    deadline.require_open(submission, now)
    db.session.execute(
        sa.select(Submission.id).where(Submission.id == submission.id).with_for_update()
    )


def group_of(submission: Submission, section_key: str) -> Group:
    """The repeating group of that section. Raises `Missing` when it has none."""
    for section in published.asked_of(submission).sections:
        if section.key == section_key and section.group is not None:
            return section.group
    raise Missing("no_section")


def section_of(submission: Submission, public_id: str) -> Section:
    """The section whose group holds the card with that public id, also a removed one.

    Raises `Missing("no_item")` for anything else.
    """
    return published.asked_of(submission).groups()[_card(submission, public_id).group_key]


def present(submission: Submission, group_key: str) -> list[Item]:
    """The items that are there, in their order, as the database has them now.

    Initiatives that have ended are none of them.
    """
    there = (
        sa.select(Item)
        .where(
            Item.submission_id == submission.id,
            Item.group_key == group_key,
            Item.removed_at.is_(None),
            Item.carried != "ended",
        )
        .order_by(Item.position, Item.id)
        # What this session loaded before the lock may be older than what the lock has waited for.
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(there))


def _find(submission: Submission, public_id: str) -> Item:
    item = db.session.scalar(_FOUND, {"submission": submission.id, "public_id": public_id})
    if item is None:
        raise Missing("no_item")
    return item


def _card(submission: Submission, public_id: str) -> Item:
    item = _find(submission, public_id)
    # The root and the items of themes have no card: they are never moved or removed.
    if item.group_key not in published.asked_of(submission).groups():
        raise Missing("no_item")
    return item

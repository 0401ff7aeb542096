"""What the organisation submitted the year before.

Its initiatives go on, change or end, and pages show its texts next to this year's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.models import (
    Meeting,
    Organisation,
    Person,
    Questionnaire,
    Submission,
    SubmissionVersion,
    Year,
)
from annualwheel.models.drafts import Answer, Item
from annualwheel.preparation import answers, drafts, items
from annualwheel.preparation.answers import Change
from annualwheel.preparation.drafts import Draft
from annualwheel.questionnaires import content, published
from annualwheel.questionnaires.content import AnswerContent, SectionContent
from annualwheel.questionnaires.definition import (
    CHOOSING,
    WRITING,
    Definition,
    Group,
    Part,
    Question,
    QuestionType,
    Text,
    answer_fields,
)
from annualwheel.questionnaires.values import Value, typed

# What an organisation can say of an initiative it submitted the year before.
WAYS = ("still", "changed", "ended")


# Built once: every page of an answer asks it. The year is this year's.
_LATEST = (
    sa.select(
        Submission.id,
        SubmissionVersion.digest,
        SubmissionVersion.at,
        # Only the sections: the code book is large, and no page about last year reads it.
        SubmissionVersion.content[content.SECTIONS],
    )
    .select_from(SubmissionVersion)
    .join(Submission)
    .join(Questionnaire)
    .join(Meeting)
    .join(Year)
    .where(
        Questionnaire.key == sa.bindparam("key"),
        Meeting.kind == sa.bindparam("kind"),
        Year.number
        == sa.select(Year.number - 1).where(Year.id == sa.bindparam("year")).scalar_subquery(),
        Submission.respondent_key == sa.bindparam("respondent"),
    )
    .order_by(SubmissionVersion.number.desc())
    .limit(1)
)


@dataclass(frozen=True)
class EarlierItem:
    """An initiative as it was submitted the year before, in the group with the key `group`.

    `answers` by question key.
    """

    public_id: str
    initiative_id: int
    title: str
    answers: Mapping[str, AnswerContent]
    group: str

    def text(self, key: str) -> str:
        """What was written there, "" for nothing and for what is no text."""
        return _text(self.answers.get(key))


@dataclass(frozen=True)
class EarlierAnswer:
    """The latest version submitted to the same questionnaire the year before.

    `pages` has the answers by section, theme ("" without) and question.
    """

    digest: str
    at: dt.datetime
    pages: Mapping[tuple[str, str, str], AnswerContent]
    items: Sequence[EarlierItem]

    def on_page(self, part: Part, language: str) -> dict[str, str]:
        """What was written or chosen on the same page, by question key, in words."""
        page = (part.section.key, part.theme.key if part.theme else "")
        return {
            key: ", ".join(given.labels(language)) or _text(given)
            for (*where, key), given in self.pages.items()
            if tuple(where) == page
        }

    def item_of(self, initiative_id: int | None) -> EarlierItem | None:
        """The initiative with that identity."""
        return next((item for item in self.items if item.initiative_id == initiative_id), None)


@dataclass(frozen=True)
class NotCarriedOver:
    """Something that this year's questionnaire cannot hold.

    It is a question that is not asked in the same way (no `options`), options that are gone, or
    several of which `only_one` can be chosen this year: then the member says which.
    """

    question: Text
    options: tuple[Text, ...] = ()
    only_one: bool = False


@dataclass(frozen=True)
class FittedItem:
    """What of an earlier item fits this year's questions, and what does not."""

    values: Mapping[str, Value]
    lost: Sequence[NotCarriedOver]


def before(submission: Submission) -> EarlierAnswer | None:
    """What the same respondent submitted to the same questionnaire the year before.

    None when there is nothing. Two queries.
    """
    asked, meeting = submission.questionnaire, submission.questionnaire.meeting
    same = {"key": asked.key, "kind": meeting.kind, "respondent": submission.respondent_key}
    row = db.session.execute(_LATEST, {"year": meeting.year_id, **same}).first()
    if row is None:
        return None
    submission_id, digest, at, stored = row
    sections = content.read_sections(stored)
    known = _identities(submission_id)
    return EarlierAnswer(digest, at, dict(_pages(sections)), tuple(_items(sections, known)))


def offers(
    submission: Submission, group: Group, earlier: EarlierAnswer | None, draft: Draft
) -> list[EarlierItem]:
    """The initiatives of the year before that nobody has said anything about yet.

    Only those that belong in this year's `group`.
    """
    if earlier is None:
        return []
    told = {draft_item.initiative_id for draft_item in (*draft.cards, *draft.ended)}
    untold = (item for item in earlier.items if item.initiative_id not in told)
    return [item for item in untold if _belongs_in(submission, earlier, item, group)]


def carry(
    submission: Submission,
    public_id: str,
    way: str,
    by: Person,
    now: dt.datetime,
    section: str | None = None,
) -> Item:
    """Says of an initiative of the year before that it goes on, has changed or has ended.

    `public_id` is the one it had then; `section` is the page it is said on, when it matters. An
    initiative that goes on becomes an item with the same identity and what still fits; an ended one
    keeps its name only. A second press changes nothing, whoever presses; an item that was taken
    back is restored with the text it had. Raises `Missing` for an initiative that was not
    submitted, or that no group (or not the section's) holds this year, `Refused("too_many_items")`
    at the group's limit and `Closed` after the last day.
    """
    earlier = before(submission)
    if way not in WAYS or earlier is None:
        raise Missing("no_item")
    found = _submitted(earlier, public_id)
    group = _group_for(submission, earlier, found)
    if group is None or (section and items.group_of(submission, section).key != group.key):
        raise Missing("no_item")
    items.lock(submission, now)
    # Under the lock: colleagues who press at the same moment make one card.
    item = _told(submission, found)
    if item is not None and item.removed_at is None:
        return item
    held = items.present(submission, group.key)
    # An ended initiative is no card, so the group's limit does not count it.
    if way != "ended" and len(held) >= group.at_most:
        raise Refused("too_many_items", count=group.at_most)
    if item is None:
        item = Item(submission=submission, group_key=group.key, initiative_id=found.initiative_id)
        db.session.add(item)
    item.removed_at = item.removed_by_id = None
    item.position, item.carried = held[-1].position + 1 if held else 1, way
    db.session.flush()
    values: Mapping[str, Value] = {group.title_question: found.title}
    if way != "ended":
        values = fitting(submission, group, found, earlier).values
    _fill(item, values, by, now)
    answers.touch(submission, now)
    return item


def fitting(
    submission: Submission, group: Group, found: EarlierItem, earlier: EarlierAnswer
) -> FittedItem:
    """The part of an earlier item that this year's questions and options can hold."""
    asked = drafts.fields_of(submission.digest, group.key)
    asked_then = _questions(published.by_digest(earlier.digest))
    active = _active(option.key for each in found.answers.values() for option in each.chosen or ())
    values: dict[str, Value] = {group.title_question: found.title}
    lost = []
    for key, given in found.answers.items():
        if given.is_blank:
            continue
        then, question = asked_then[key], asked.get(key)
        if question is None or not _same_kind(question, then):
            lost.append(NotCarriedOver(then.label))
            continue
        value, gone = _fitted(question, given, active)
        if question.type is QuestionType.CHOICE and len(value) > 1:
            # Which one, only the member can say.
            several = tuple(option.label for option in given.chosen or () if option.key in value)
            lost.append(NotCarriedOver(question.label, several, only_one=True))
        elif value:
            values[key] = value[0] if question.type is QuestionType.CHOICE else value
        if gone:
            lost.append(NotCarriedOver(question.label, gone))
    return FittedItem(values, lost)


def _belongs_in(
    submission: Submission, earlier: EarlierAnswer, found: EarlierItem, group: Group
) -> bool:
    """Whether an earlier item belongs in this year's `group`."""
    own = _group_for(submission, earlier, found)
    return own is not None and own.key == group.key


def _group_for(submission: Submission, earlier: EarlierAnswer, found: EarlierItem) -> Group | None:
    """The group of this year's questionnaire that an earlier item belongs in.

    The one with the same key. Where both years have a single group, it is that one, whatever it is
    called.
    """
    now, then = published.asked_of(submission), published.by_digest(earlier.digest)
    groups = now.groups()
    if found.group in groups:
        return now.group(found.group)
    if len(groups) == 1 and len(then.groups()) == 1:
        return now.group(*groups)
    return None


def _identities(submission_id: int) -> dict[str, int]:
    """The identities of an answer's initiatives, by the public ids of its items."""
    rows = db.session.execute(
        sa.select(Item.public_id, Item.initiative_id).where(Item.submission_id == submission_id)
    )
    return {public_id: identity for public_id, identity in rows if identity is not None}


def _submitted(earlier: EarlierAnswer, public_id: str) -> EarlierItem:
    for item in earlier.items:
        if item.public_id == public_id:
            return item
    raise Missing("no_item")


def _told(submission: Submission, found: EarlierItem) -> Item | None:
    """The item that says something about the initiative, one that is not removed before others."""
    return db.session.scalar(
        sa.select(Item)
        .where(Item.submission_id == submission.id, Item.initiative_id == found.initiative_id)
        # False sorts before true on both databases.
        .order_by(Item.removed_at.is_not(None), Item.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _fill(item: Item, values: Mapping[str, Value], by: Person, now: dt.datetime) -> None:
    """Writes what is not there yet: a restored item has this year's own text."""
    there = set(db.session.scalars(sa.select(Answer.question_key).where(Answer.item_id == item.id)))
    changes = {key: Change(value, 0) for key, value in values.items() if key not in there}
    answers.save(item, changes, by, now)


def _same_kind(question: Question, other: Question) -> bool:
    types = {question.type, other.type}
    # A text fits every question that is written, and options every one that is chosen from.
    return len(types) == 1 or types <= CHOOSING or types <= WRITING


def _fitted(
    question: Question, given: AnswerContent, active: set[str]
) -> tuple[Value, tuple[Text, ...]]:
    """The value as a form would send it this year, and the labels that are not offered any more.

    What is chosen comes as a list, also for a question with a single choice.
    """
    if question.type not in CHOOSING:
        return typed(content.write_value(given.value)), ()
    # Organisations come and go between the years: only active ones can be chosen again.
    offered = active
    if question.source != "organisations":
        offered = {option.key for option in question.options}
    kept, gone = [], []
    for option in given.chosen or ():
        if option.key in offered:
            kept.append(option.key)
        else:
            gone.append(option.label)
    return kept, tuple(gone)


def _active(codes: Iterable[str]) -> set[str]:
    """Those of the keys that name an organisation one may still choose."""
    named = Organisation.code.in_(set(codes))
    active = sa.select(Organisation.code).where(Organisation.active, named)
    return set(db.session.scalars(active))


def _questions(definition: Definition) -> dict[str, Question]:
    return {
        field.key: field
        for section in definition.sections
        for question in section.all_questions()
        for field in answer_fields(question)
    }


def _text(given: AnswerContent | None) -> str:
    if given is None or given.chosen is not None:
        return ""
    return given.value if isinstance(given.value, str) else ""


def _pages(
    sections: Iterable[SectionContent],
) -> Iterator[tuple[tuple[str, str, str], AnswerContent]]:
    for section in sections:
        theme = section.theme.key if section.theme else ""
        for given in section.answers:
            yield (section.key, theme, given.question), given


def _items(sections: Iterable[SectionContent], known: Mapping[str, int]) -> Iterator[EarlierItem]:
    for group in (section.group for section in sections if section.group):
        for item in group.items:
            if item.public_id in known:
                given = {answer.question: answer for answer in item.answers}
                identity = known[item.public_id]
                yield EarlierItem(item.public_id, identity, item.title, given, group.key)

"""Reading the submitted answers on screen: by organisation and by question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from annualwheel import listing
from annualwheel.db import db
from annualwheel.listing import Order, Page
from annualwheel.models import Meeting, Organisation, Person, Questionnaire, Submission
from annualwheel.questionnaires.content import AnswerContent, CodeBookQuestion, answers_in
from annualwheel.workshop import counts, submitted
from annualwheel.workshop.code_books import code_books, readable
from annualwheel.workshop.counts import Tally
from annualwheel.workshop.submitted import Respondent, Submitted

BY_NAME = Order("name")
# The organisation, and within it the person where each answers: the sign between them sorts first.
_NAME = Organisation.sort_name + "\x01" + sa.func.coalesce(Person.sort_name, "")


@dataclass(frozen=True)
class AnswerPassage:
    """One answer with where it came from. `about` is the theme or the initiative it concerns."""

    by: Respondent
    about: str
    text: str


@dataclass(frozen=True)
class ShownItem:
    """An item as the page shows it: its title, and (question, answer) for what was answered."""

    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class ShownSection:
    """A section as the page shows it; `ended` are titles, `rows` as in `ShownItem`."""

    title: str
    theme: str
    rows: list[tuple[str, str]]
    none: bool
    ended: list[str]
    items: list[ShownItem]


@dataclass(frozen=True)
class QuestionPage:
    """The answers to a question from one page of the respondents.

    `tally` is all there is of one that is read as counts alone.
    """

    passages: list[AnswerPassage]
    respondents: Page[Respondent]
    tally: Tally | None = None


def questions(meeting: Meeting) -> dict[str, list[CodeBookQuestion]]:
    """Everything that was asked, in order, with labels, by the key of the questionnaire."""
    return code_books(submitted.digests(meeting))


def by_question(
    meeting: Meeting, questionnaire: str, asked: CodeBookQuestion, language: str, wanted: int = 1
) -> QuestionPage:
    """A page of the answers to one question of a questionnaire, organisation after organisation.

    In as many queries however many respondents there are.
    """
    if (questionnaire, asked.key) in counts.counted(meeting):
        nobody: Page[Respondent] = listing.page_at(0, 1, lambda _start, _size: [])
        return QuestionPage([], nobody, counts.tally(meeting, questionnaire, asked, language))
    total = submitted.answer_counts(meeting).get(questionnaire, 0)
    query = submitted.chosen(meeting, questionnaire)
    chosen = _page(query, total, wanted, BY_NAME)
    # The page is one of respondents and not of answers: only their versions need to be read.
    found: list[AnswerPassage] = []
    for answer in submitted.stream(list(chosen.rows)):
        found += _passages(answer, asked.key, language)
    return QuestionPage(found, chosen)


def by_respondent(meeting: Meeting, number: int = 1, order: Order = BY_NAME) -> Page[Respondent]:
    """A page of those who have submitted, by name, time or version."""
    total = sum(submitted.answer_counts(meeting).values())
    return _page(submitted.chosen(meeting), total, number, order)


def _page(query: sa.Select[Any], total: int, number: int, order: Order) -> Page[Respondent]:
    """A page of respondents; `total` is how many the query selects, which is counted for less."""
    by: dict[str, listing.Column] = {
        "name": _NAME,
        "submitted": sa.column("submitted"),
        "version": sa.column("number"),
    }
    ordered = listing.sort(query, by, order, BY_NAME, Submission.id)

    def read(start: int, size: int) -> list[Respondent]:
        rows = db.session.execute(ordered.offset(start).limit(size))
        return [submitted.respondent(row) for row in rows]

    return listing.page_at(total, number, read)


def neighbours(meeting: Meeting, one: Respondent) -> tuple[Respondent | None, Respondent | None]:
    """The respondents before and after by name, for *Föregående* and *Nästa*."""
    place = sa.tuple_(_NAME, Submission.id)
    everyone = (
        sa.select(Submission.id)
        .join(Questionnaire, Submission.questionnaire_id == Questionnaire.id)
        .join(Organisation, Submission.organisation_id == Organisation.id)
        .outerjoin(Person, Submission.person_id == Person.id)
        .where(Questionnaire.meeting_id == meeting.id, Submission.submitted_at.is_not(None))
    )
    named = everyone.with_only_columns(_NAME, Submission.id)
    here = sa.tuple_(*db.session.execute(named.where(Submission.id == one.submission_id)).one())
    before = everyone.where(place < here).order_by(_NAME.desc(), Submission.id.desc())
    after = everyone.where(place > here).order_by(_NAME, Submission.id)
    return _first(meeting, before), _first(meeting, after)


def _first(meeting: Meeting, query: sa.Select[int]) -> Respondent | None:
    found = submitted.chosen(meeting).where(Submission.id == query.limit(1).scalar_subquery())
    row = db.session.execute(found).first()
    return submitted.respondent(row) if row else None


def sections(answer: Submitted, language: str) -> list[ShownSection]:
    """One respondent's answer as the page shows it.

    It has labels and readable texts, and nothing that was left empty.
    """
    # From the version's own code book: it is read under the labels it was answered under.
    labels = {question.key: question.label.to(language) for question in answer.questions}

    def rows(given: Iterable[AnswerContent]) -> list[tuple[str, str]]:
        texts = ((labels[each.question], readable(each, language)) for each in given)
        return [(label, text) for label, text in texts if text]

    return [
        ShownSection(
            title=section.title.to(language),
            theme=section.theme_label(language),
            rows=rows(section.answers),
            none=section.none,
            ended=[item.title for item in section.ended],
            items=[ShownItem(item.title, rows(item.answers)) for item in section.items],
        )
        for section in answer.sections
    ]


def _passages(answer: Submitted, key: str, language: str) -> Iterator[AnswerPassage]:
    for section, item, given in answers_in(answer.sections):
        text = readable(given, language) if given.question == key else ""
        if text:
            about = item.title if item else section.theme_label(language)
            yield AnswerPassage(answer.by, about, text)

"""Reading the submitted answers on screen: by organisation and by question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from annualwheel import listing
from annualwheel.listing import Order, Page
from annualwheel.models import Meeting
from annualwheel.questionnaires.content import AnswerContent, CodeBookQuestion, answers_in
from annualwheel.wording.collation import swedish
from annualwheel.workshop import submitted
from annualwheel.workshop.columns import code_books, readable
from annualwheel.workshop.submitted import Respondent, Submitted

BY_NAME = Order("name")


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
    """The answers to a question from one page of the respondents."""

    passages: list[AnswerPassage]
    respondents: Page[Respondent]


def questions(meeting: Meeting) -> dict[str, list[CodeBookQuestion]]:
    """Everything that was asked, in order, with labels, by the key of the questionnaire."""
    return code_books(submitted.digests(meeting))


def by_question(
    meeting: Meeting, questionnaire: str, key: str, language: str, wanted: int = 1
) -> QuestionPage:
    """A page of the answers to one question of a questionnaire, organisation after organisation.

    In as many queries however many respondents there are.
    """
    everyone = [one for one in submitted.respondents(meeting) if one.questionnaire == questionnaire]
    chosen = listing.page_in(everyone, wanted)
    # The page is one of respondents and not of answers: only their versions need to be read.
    found: list[AnswerPassage] = []
    for answer in submitted.stream(list(chosen.rows)):
        found += _passages(answer, key, language)
    return QuestionPage(found, chosen)


def by_respondent(meeting: Meeting, number: int = 1, order: Order = BY_NAME) -> Page[Respondent]:
    """A page of those who have submitted, by name, time or version."""
    by = {
        "name": lambda each: (swedish(each.organisation), swedish(each.person)),
        "submitted": lambda each: each.submitted_at,
        "version": lambda each: each.number,
    }
    rows = listing.sort_rows(submitted.respondents(meeting), by, order, BY_NAME)
    return listing.page_in(rows, number)


def neighbours(
    chosen: list[Respondent], public_id: str
) -> tuple[Respondent | None, Respondent | None]:
    """The respondents before and after, for *Föregående* and *Nästa*."""
    place = next(number for number, each in enumerate(chosen) if each.public_id == public_id)
    before = chosen[place - 1] if place else None
    after = chosen[place + 1] if place + 1 < len(chosen) else None
    return before, after


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

"""How long a questionnaire takes, computed from what it asks.

The formula, in minutes for whoever writes alone:

- a choice 0.25, several choices and every short field 0.5;
- a longer text 1 for each 400 characters that it may have;
- half of that for a question that is asked only after a certain choice, nothing for what is folded;
- the questions of a repeating group twice, or once where it has a single item;
- material to read first 2 a page.

An organisation talks before it writes: its joint answer takes 1.7 times as long, but for the
reading. The sum is rounded to five minutes and is never less; a page that takes less than ten is
told to the minute, so that the pages of a short questionnaire add up to what the whole is said to
take.
"""

from __future__ import annotations

from collections.abc import Iterable

from annualwheel.questionnaires.definition import (
    Definition,
    Part,
    Question,
    QuestionType,
    answer_fields,
)

CHOICE, FIELD, A_PAGE = 0.25, 0.5, 2.0
CHARACTERS = 400
ITEMS = 2
TOGETHER = 1.7
STEP, SHORT = 5, 10


def minutes(definition: Definition, parts: Iterable[Part] | None = None) -> int:
    """About how many minutes the questionnaire takes, or those of its pages that are given."""
    chosen = definition.parts() if parts is None else tuple(parts)
    writing = sum(_of_page(part) for part in chosen)
    if definition.respondent == "organisation":
        writing *= TOGETHER
    if parts is not None and writing < SHORT:
        return max(1, round(writing))
    read_first = reading(definition) if parts is None else 0
    return max(STEP, STEP * round((writing + read_first) / STEP))


def reading(definition: Definition) -> int:
    """About how many of the minutes go to what is to be read first; 0 where there is nothing."""
    return STEP * round(definition.material_pages * A_PAGE / STEP)


def _of_page(part: Part) -> float:
    section, group = part.section, part.section.group
    own = sum(_of_question(question) for question in section.questions)
    if group is None:
        return own
    return own + min(ITEMS, group.at_most) * sum(map(_of_question, group.questions))


def _of_question(question: Question) -> float:
    if question.folded:
        return 0
    whole = sum(_of_field(field) for field in answer_fields(question))
    return whole / 2 if question.show_if else whole


def _of_field(field: Question) -> float:
    if field.type is QuestionType.CHOICE:
        return CHOICE
    if field.type is QuestionType.LONG_TEXT:
        return (field.max_length or 0) / CHARACTERS
    return FIELD

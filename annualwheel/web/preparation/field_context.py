"""What a page shows next to a field.

Who wrote it, the way to its former texts, and what was answered the year before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annualwheel.preparation.drafts import DraftAnswer
from annualwheel.questionnaires.definition import CHOOSING, Question, QuestionType
from annualwheel.questionnaires.values import is_blank
from annualwheel.web.preparation.question_forms import QuestionForm

# Where the year before is worth looking at; a line of text is as soon written anew.
SHOWN = CHOOSING | {QuestionType.LONG_TEXT}


@dataclass(frozen=True)
class FieldContext:
    """What a page shows next to one field.

    `by` is given when several write in the answer. `former`: the field has former texts. `earlier`:
    what was said the year before; `usable`: the field is empty, so that text can be put there.

    `fetched`: it has just been put there; `kept`: it was not, since something had been written.
    """

    by: DraftAnswer | None
    former: bool
    earlier: str
    usable: bool
    fetched: bool
    kept: bool


def of(
    question_form: QuestionForm | None,
    several: bool,
    former: Mapping[int, set[str]],
    earlier: Mapping[str, str],
    asked: Mapping[str, str],
) -> dict[str, FieldContext]:
    """The context of each field, by its key.

    `former` are the fields with former texts by item, `earlier` the texts of the year before by
    question. `asked` is the query of the address, which says what was just done (see `sections`).
    """
    if question_form is None:
        return {}
    draft_item = question_form.item
    with_former = former.get(draft_item.id, set())
    found = {}
    for question in question_form.fields:
        key = question.key
        text = earlier.get(key, "") if question.type in SHOWN else ""
        found[key] = FieldContext(
            by=_written(draft_item.stored.get(key)) if several else None,
            former=key in with_former,
            earlier=text,
            usable=bool(text) and _is_empty_text(question, question_form),
            fetched=asked.get("hamtat") == key,
            kept=asked.get("fanns") == key,
        )
    return found


def _is_empty_text(question: Question, question_form: QuestionForm) -> bool:
    takes_text = question.type is QuestionType.LONG_TEXT
    return takes_text and is_blank(question_form.form[question.key].data)


def _written(stored: DraftAnswer | None) -> DraftAnswer | None:
    """The stored answer of a field, None where nothing is written."""
    return stored if stored and not is_blank(stored.value) else None

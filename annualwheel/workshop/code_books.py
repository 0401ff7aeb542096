"""What was asked, and how an answer reads."""

from __future__ import annotations

from dataclasses import replace

from annualwheel.questionnaires import path, published
from annualwheel.questionnaires.content import AnswerContent, CodeBookQuestion, YearSpan


def code_book(digests: list[str]) -> list[CodeBookQuestion]:
    """Everything the definitions ask, in order, each question once.

    A later version's options are added to an earlier one's.
    """
    merged: dict[str, CodeBookQuestion] = {}
    for digest in digests:
        for question in path.code_book(published.by_digest(digest)):
            known = merged.setdefault(question.key, question)
            # Options that a correction removed keep their columns: older versions have them.
            have = {option.key for option in known.options}
            added = tuple(option for option in question.options if option.key not in have)
            merged[question.key] = replace(known, options=known.options + added)
    return list(merged.values())


def code_books(digests: list[str]) -> dict[str, list[CodeBookQuestion]]:
    """The code book of each questionnaire, by its key: two may use the same key for a question."""
    by_key: dict[str, list[str]] = {}
    for digest in digests:
        by_key.setdefault(published.by_digest(digest).key, []).append(digest)
    return {key: code_book(several) for key, several in by_key.items()}


def readable(answer: AnswerContent, language: str) -> str:
    """An answer as people read it.

    Labels are joined by semicolons, years are written as a span, and texts as they are.
    """
    value = answer.value
    if answer.chosen is not None:
        return "; ".join(answer.labels(language))
    if isinstance(value, YearSpan):
        return _span(value)
    return "" if value is None else str(value)


def _span(years: YearSpan) -> str:
    ends = (years.begins, years.ends)
    if not any(ends):
        return ""
    return "–".join("" if year is None else str(year) for year in ends)

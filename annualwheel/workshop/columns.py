"""Columns come from the published definitions, never from the answers: removing an option shifts
nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from annualwheel.questionnaires import path, published
from annualwheel.workshop.sheets import Column

WIDTHS = {"long_text": 60.0, "text": 30.0, "url": 30.0, "choices": 30.0}


def code_book(digests: list[str]) -> list[dict[str, Any]]:
    """Everything the definitions ask, in order, each question once; a later version's options are
    added to an earlier one's.
    """
    merged: dict[str, dict[str, Any]] = {}
    for digest in digests:
        for question in path.code_book(published.by_digest(digest)):
            known = merged.setdefault(question["key"], question)
            have = {option["key"] for option in known["options"]}
            known["options"] = [
                *known["options"],
                *(o for o in question["options"] if o["key"] not in have),
            ]
    return list(merged.values())


def readable(answer: Mapping[str, Any], language: str) -> str:
    """An answer as people read it: chosen labels with semicolons, years as a span, text as it was
    written.
    """
    value = answer["value"]
    if "chosen" in answer:
        return "; ".join(option["label"][language] for option in answer["chosen"])
    if isinstance(value, dict):
        return (
            "–".join(str(value[end]) if value[end] is not None else "" for end in ("from", "to"))
            if any(value.values())
            else ""
        )
    return "" if value is None else str(value)


class AnswerColumns:
    """The columns of a list with one row an item: one readable for each question, and for a choice
    a 1/0 column for each option.
    """

    def __init__(self, questions: list[dict[str, Any]], language: str) -> None:
        self.questions, self.language = questions, language

    def columns(self) -> list[Column]:
        """The columns; the 1/0 ones are grouped and folded away beside the readable one.

        Headings are unique.
        """
        found: list[Column] = []
        for question in self.questions:
            label = question["label"][self.language]
            found.append(
                Column(
                    label, WIDTHS.get(question["type"], 18.0), wrap=question["type"] == "long_text"
                )
            )
            found.extend(
                Column(f"{label} {option['label'][self.language]}", 12, grouped=True)
                for option in question["options"]
            )
        return found

    def values(self, given: Mapping[str, Mapping[str, Any]]) -> list[object]:
        """One row's values.

        A question that was not asked leaves its cells empty, which is not the same as 0.
        """
        row: list[object] = []
        for question in self.questions:
            answer = given.get(question["key"])
            row.append(self._value(question, answer) if answer else None)
            chosen = {option["key"] for option in answer.get("chosen", ())} if answer else set()
            row.extend(
                (1 if option["key"] in chosen else 0) if answer else None
                for option in question["options"]
            )
        return row

    def _value(self, question: Mapping[str, Any], answer: Mapping[str, Any]) -> object:
        if question["type"] == "date":
            return _day(answer["value"]) or readable(answer, self.language)
        return answer["value"] if question["type"] == "number" else readable(answer, self.language)


def _day(value: object) -> dt.date | None:
    """The day an answer names; None for one that was given while the question was of another type,
    which is read as it stands.
    """
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None

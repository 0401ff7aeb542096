"""A questionnaire as frozen data.

It says what is asked, in two languages. This module also stores, reads and pins it.

A definition is read once from TOML (`reading`), resolved with the year's own lists when it is
published, stored as the text that `dump` gives, and named by its `digest`. Question keys are unique
in the whole definition (`reading` sees to that), so a key alone names a question everywhere: in
forms, in stored answers and in submitted versions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

OTHER_SUFFIX = "_other"
OTHER_MAX_LENGTH = 300
# The key of the choice that a list of the year does not have: "none of them".
NONE_OF_THEM = "inget_av_dem"


@dataclass(frozen=True)
class Text:
    """Words in both languages."""

    sv: str
    en: str

    def to(self, language: str) -> str:
        """The words in `language` ("sv" or "en"; anything else gives Swedish)."""
        return self.en if language == "en" else self.sv


@dataclass(frozen=True)
class Option:
    """A choice. One that stands `alone` says something of all the others: "none of them"."""

    key: str
    label: Text
    alone: bool = False

    @property
    def named(self) -> Option:
        """Its key and its words, which is all that a submitted version keeps of it."""
        return Option(self.key, self.label)


class QuestionType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    URL = "url"
    YEARS = "years"
    CHOICE = "choice"
    CHOICES = "choices"


CHOOSING = frozenset({QuestionType.CHOICE, QuestionType.CHOICES})
OF_THE_YEAR = ("themes", "focus_areas", "goals")
SOURCES = (*OF_THE_YEAR, "organisations")
WRITING = frozenset({QuestionType.TEXT, QuestionType.LONG_TEXT})


@dataclass(frozen=True)
class Condition:
    """Visible when the answer to an earlier question equals, or contains, one of `values`."""

    question: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question.

    `error` is what we say when a required answer is missing; `other_label` asks for more in free
    text.

    `source` names where the options come from: `themes`, `focus_areas` and `goals` are filled in by
    `resolve`, `organisations` stays live. `none_label`: what is chosen after them, alone, by whom
    none of them fits. `folded`: it waits, closed, for whoever has more to say. `counted`: those who
    work with the meeting read how many have chosen what, and never who.
    """

    key: str
    type: QuestionType
    label: Text
    hint: Text | None = None
    required: bool = False
    error: Text | None = None
    max_length: int | None = None
    options: tuple[Option, ...] = ()
    source: str | None = None
    other_label: Text | None = None
    none_label: Text | None = None
    at_most: int | None = None
    show_if: Condition | None = None
    folded: bool = False
    counted: bool = False

    @property
    def other(self) -> bool:
        """Whether a free text of its own (`<key>_other`) goes with it; see `answer_fields`."""
        return self.other_label is not None


@dataclass(frozen=True)
class Group:
    """A block that is repeated, one per item.

    `kind_question` and `status_question` are what items are counted by. `seeks_question` asks for
    wanted collaboration: what is chosen there and does not stand alone is sought, and what is asked
    because of it says more.
    """

    key: str
    label: Text
    add_label: Text
    item_label: Text
    at_most: int
    title_question: str
    error: Text
    questions: tuple[Question, ...]
    none_question: Question | None = None
    kind_question: str | None = None
    status_question: str | None = None
    seeks_question: str | None = None


@dataclass(frozen=True)
class Section:
    """A page of questions; with `per_theme` one page for each theme of the year.

    `minutes` is the time for one page in a definition that was published while it was typed; now it
    is computed (`effort`). Without it an old definition would have another digest.
    """

    key: str
    title: Text
    minutes: int | None = None
    intro: Text | None = None
    per_theme: bool = False
    questions: tuple[Question, ...] = ()
    group: Group | None = None

    def all_questions(self) -> tuple[Question, ...]:
        """The section's own questions and those of its group.

        The group's "we have none" comes before the questions of its items.
        """
        if self.group is None:
            return self.questions
        none = (self.group.none_question,) if self.group.none_question else ()
        return self.questions + none + self.group.questions


class Part(NamedTuple):
    """A page to fill in: a section, and its theme when the section is repeated per theme."""

    section: Section
    theme: Option | None


@dataclass(frozen=True)
class Definition:
    """What is asked of whom.

    `timing` is before or after the meeting. `opens` and `closes` are its first and last day,
    counted from the meeting's day (negative = before); None: as long as the meeting's phase is.
    `minutes` as in `Section`. `material` is what is read first, of so many pages; where it is found
    is said of the meeting.
    """

    key: str
    meeting_kind: str
    respondent: str
    title: Text
    intro: Text
    minutes: int | None = None
    sections: tuple[Section, ...] = ()
    themes: tuple[Option, ...] = ()
    timing: str = "before"
    opens: int | None = None
    closes: int | None = None
    material: Text | None = None
    material_pages: int = 0

    # Kept: every look at an answer asks for it, and writing the whole definition down is dear.
    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON (`dump`), 64 hex digits."""
        return sha256(dump(self).encode()).hexdigest()

    @property
    def counted(self) -> frozenset[str]:
        """The keys of the questions that are read as counts alone."""
        asked = (question for section in self.sections for question in section.questions)
        return frozenset(question.key for question in asked if question.counted)

    def section(self, key: str) -> Section:
        """The section with that key. Raises `KeyError` when there is none."""
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def question(self, section_key: str, question_key: str) -> Question:
        """A question of a section or of its group. Raises `KeyError` when there is none."""
        for question in self.section(section_key).all_questions():
            if question.key == question_key:
                return question
        raise KeyError(question_key)

    def parts(self) -> tuple[Part, ...]:
        """The pages in order: each section once, or once per theme of the year."""
        return tuple(
            Part(section, theme)
            for section in self.sections
            for theme in (self.themes if section.per_theme else (None,))
        )

    def groups(self) -> dict[str, Section]:
        """The sections that hold a repeating group, by the group's key, in order."""
        return {section.group.key: section for section in self.sections if section.group}

    def group(self, key: str) -> Group:
        """The repeating group with that key. Raises `KeyError` when there is none."""
        for section in self.sections:
            if section.group and section.group.key == key:
                return section.group
        raise KeyError(key)


def answer_fields(question: Question) -> tuple[Question, ...]:
    """The fields that are stored and shown for a question.

    They are the question itself and, where it has one, the free text next to it.
    """
    if question.other_label is None:
        return (question,)
    return question, Question(
        question.key + OTHER_SUFFIX,
        QuestionType.TEXT,
        question.other_label,
        max_length=OTHER_MAX_LENGTH,
        # Shown with its choice, so it is also left out of what is submitted together with it.
        show_if=question.show_if,
        folded=question.folded,
    )


def resolve(
    definition: Definition,
    themes: tuple[Option, ...],
    focus_areas: tuple[Option, ...],
    goals: tuple[Option, ...],
) -> Definition:
    """The definition with the year's own lists written in, ready to be published.

    What is published holds its own options, so later changes of the year's themes do not touch it.
    A question whose list is empty could never be answered and disappears, together with the
    questions that are shown because of it.
    """
    lists = {"themes": themes, "focus_areas": focus_areas, "goals": goals}
    # Shared by all sections: a question may wait for one in an earlier section.
    gone: set[str] = set()

    def filled(questions: tuple[Question, ...]) -> tuple[Question, ...]:
        kept = []
        for asked in questions:
            question = _with_options(asked, lists)
            # Organisations are in none of the lists: they stay live, so their question is kept.
            empty = question.source in lists and not lists[question.source]
            waits_in_vain = question.show_if and question.show_if.question in gone
            if empty or waits_in_vain:
                gone.add(question.key)
            else:
                kept.append(question)
        return tuple(kept)

    def section(old: Section) -> Section:
        new = replace(old, questions=filled(old.questions))
        if new.group is None:
            return new
        group = replace(new.group, questions=filled(new.group.questions))
        return replace(new, group=group)

    sections = tuple(section(old) for old in definition.sections)
    return replace(definition, sections=sections, themes=themes)


def dump(definition: Definition) -> str:
    """Canonical JSON.

    Fields at their default are left out, so a field that is added later changes no older digest.
    """
    # Sorted and without spaces: the digest must depend on what is asked, not on how it is written.
    return json.dumps(_plain(definition), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load(text: str) -> Definition:
    """The definition that `dump` wrote down.

    Raises `KeyError`, `TypeError` or `ValueError` for anything else.
    """
    raw = json.loads(text)
    return Definition(
        **{
            **raw,
            **_texts(raw, "title", "intro", "material"),
            "sections": tuple(_section(section) for section in raw.get("sections", ())),
            "themes": _options(raw.get("themes", ())),
        }
    )


def _with_options(question: Question, lists: dict[str, tuple[Option, ...]]) -> Question:
    if question.source not in lists:
        return question
    options = lists[question.source]
    if question.none_label:
        options += (Option(NONE_OF_THEM, question.none_label, alone=True),)
    return replace(question, options=options)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if field.default is MISSING or getattr(value, field.name) != field.default
        }
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _text(raw: Mapping[str, str]) -> Text:
    return Text(**raw)


def _texts(raw: Mapping[str, Any], *keys: str) -> dict[str, Text]:
    return {key: _text(raw[key]) for key in keys if key in raw}


def _options(raw: Any) -> tuple[Option, ...]:
    return tuple(Option(**{**option, "label": _text(option["label"])}) for option in raw)


def _question(raw: Mapping[str, Any]) -> Question:
    condition = raw.get("show_if")
    return Question(
        **{
            **raw,
            **_texts(raw, "label", "hint", "error", "other_label", "none_label"),
            "type": QuestionType(raw["type"]),
            "options": _options(raw.get("options", ())),
            "show_if": condition and Condition(condition["question"], tuple(condition["values"])),
        }
    )


def _questions(raw: Any) -> tuple[Question, ...]:
    return tuple(_question(question) for question in raw)


def _group(raw: Mapping[str, Any]) -> Group:
    none = raw.get("none_question")
    return Group(
        **{
            **raw,
            **_texts(raw, "label", "add_label", "item_label", "error"),
            "questions": _questions(raw["questions"]),
            "none_question": none and _question(none),
        }
    )


def _section(raw: Mapping[str, Any]) -> Section:
    group = raw.get("group")
    return Section(
        **{
            **raw,
            **_texts(raw, "title", "intro"),
            "questions": _questions(raw.get("questions", ())),
            "group": group and _group(group),
        }
    )

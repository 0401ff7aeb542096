"""Submitted content: everything a submitted version says, as frozen data.

A version is stored as JSON that carries its own labels and needs nothing else to be read. `read`
makes these types of it and `write` gives the JSON back; nobody else knows its keys. The JSON (every
label is `{"sv": …, "en": …}`)::

    {"format": 1,
     "questionnaire": {"key": "arbetsmote", "meeting_kind": "work",
                       "respondent": "organisation", "digest": "9f86…", "title": label},
     "themes": [{"key": "arbete", "label": label}],
     "questions": [{"key": "tema", "section": "initiativ", "group": "initiativ",
                    "per_theme": False, "type": "choices", "label": label, "source": "themes",
                    "options": [{"key": "arbete", "label": label}]}],
     "sections": [{"key": "initiativ", "title": label, "theme": None, "answers": [],
                   "group": {"key": "initiativ", "label": label, "none": False,
                             "ended": [{"public_id": "p7…", "title": "Simskola",
                                        "answers": [answer]}],
                             "items": [item]}},
                  {"key": "strukturer", "title": label, "answers": [answer], "group": None,
                   "theme": {"key": "arbete", "label": label}}]}

and an item is::

    {"public_id": "k3…", "number": 1, "title": "Föreningskompis", "carried": "new",
     "themes": ["arbete"], "focus_areas": ["livsvillkor"], "goals": [],
     "organisations": ["RFS"], "kind": "natverk", "status": "pagar", "answers": [answer]}

and an answer is `{"question": "period", "value": {"from": 2021, "to": None}}`, for choice and
choices with `"chosen": [{"key": …, "label": label}]`.

Versions never change, so those of an earlier time keep their shape: items without `carried` and
groups without `ended` were submitted before anything could go on from the year before. `read` takes
the default for what is missing and keeps what has no name here, and `write` writes both as they
were (`Deviation`). Options and labels have never had another shape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from annualwheel.questionnaires.definition import Option, Text
from annualwheel.questionnaires.shapes import Deviation, Field, Shape, Stored, many, perhaps, plain

FORMAT = 1
# A query may ask the database for this part of a stored version alone: the code book is the other
# half. See `read_sections`.
SECTIONS = "sections"


@dataclass(frozen=True, slots=True)
class YearSpan:
    """A span of years; `ends` is None for one that goes on."""

    begins: int | None
    ends: int | None

    @property
    def span(self) -> str:
        """ "2026–2028", "2026–" for one without an end, "2026" for one that ends the same year."""
        if self.begins == self.ends:
            return str(self.begins)
        return f"{self.begins}–{'' if self.ends is None else self.ends}"


@dataclass(frozen=True, slots=True)
class AnswerContent:
    """What was answered to one question.

    `value` is None when the question was seen and left empty. Otherwise it is a text for text,
    long_text, url (with its scheme) and date (ISO), a number for number, `YearSpan` for years, an
    option key for choice and a tuple of them for choices. `chosen` has the options with their
    labels for choice and choices, and is None for all other types.
    """

    question: str
    value: Any
    chosen: tuple[Option, ...] | None = None
    deviation: Deviation | None = None

    @property
    def is_blank(self) -> bool:
        """Whether the question was seen and left empty."""
        return self.value is None or self.value == ()

    def labels(self, language: str) -> list[str]:
        """The labels of what was chosen ("sv" or "en"); none for a question without options."""
        return [option.label.to(language) for option in self.chosen or ()]


@dataclass(frozen=True, slots=True)
class ItemContent:
    """An item of the group; `number` counts from 1 in the order of the answer.

    `themes`, `focus_areas`, `goals` and `organisations` are the keys chosen in the questions with
    that source, `kind` and `status` option keys or None. `carried` is new, still or changed.
    """

    public_id: str
    number: int
    title: str
    carried: str
    themes: tuple[str, ...]
    focus_areas: tuple[str, ...]
    goals: tuple[str, ...]
    organisations: tuple[str, ...]
    kind: str | None
    status: str | None
    answers: tuple[AnswerContent, ...]
    deviation: Deviation | None = None


@dataclass(frozen=True, slots=True)
class EndedContent:
    """An initiative of the year before that has come to an end; only its title is asked."""

    public_id: str
    title: str
    answers: tuple[AnswerContent, ...]
    deviation: Deviation | None = None


@dataclass(frozen=True, slots=True)
class GroupContent:
    """The repeating group of a section; `none` when the respondent said that there is nothing."""

    key: str
    label: Text
    none: bool
    ended: tuple[EndedContent, ...]
    items: tuple[ItemContent, ...]
    deviation: Deviation | None = None


@dataclass(frozen=True, slots=True)
class SectionContent:
    """A page of the answer: a section, and its theme where the section is asked per theme."""

    key: str
    title: Text
    theme: Option | None
    answers: tuple[AnswerContent, ...]
    group: GroupContent | None
    deviation: Deviation | None = None

    @property
    def items(self) -> tuple[ItemContent, ...]:
        """The items of its group, if it has one."""
        return self.group.items if self.group else ()

    @property
    def ended(self) -> tuple[EndedContent, ...]:
        """The initiatives of its group that have come to an end."""
        return self.group.ended if self.group else ()

    @property
    def none(self) -> bool:
        """Whether the respondent said that there is nothing for its group."""
        return self.group is not None and self.group.none

    def theme_label(self, language: str) -> str:
        """The name of its theme ("sv" or "en"), "" without one."""
        return self.theme.label.to(language) if self.theme else ""


@dataclass(frozen=True, slots=True)
class CodeBookQuestion:
    """A question as it was asked, with all its options (none for organisations).

    The free text next to a choice is a question of its own (`aktorer_other`), so that columns come
    from the code book and never from the answers.
    """

    key: str
    section: str
    group: str | None
    per_theme: bool
    type: str
    label: Text
    source: str | None
    options: tuple[Option, ...]
    deviation: Deviation | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Which questionnaire was answered, by the digest of its text."""

    key: str
    meeting_kind: str
    respondent: str
    digest: str
    title: Text
    deviation: Deviation | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """A whole submitted version.

    `questions` is the code book: everything the questionnaire may ask, in order. `questionnaire`
    is None only in a version that does not say.
    """

    format: int
    questionnaire: Origin | None
    themes: tuple[Option, ...]
    questions: tuple[CodeBookQuestion, ...]
    sections: tuple[SectionContent, ...]
    deviation: Deviation | None = None


class LocatedAnswer(NamedTuple):
    """An answer with where it was given; `item` is None outside a group."""

    section: SectionContent
    item: ItemContent | None
    answer: AnswerContent


def answers_in(sections: Iterable[SectionContent]) -> Iterator[LocatedAnswer]:
    """Every answer in the order of the questionnaire, but for initiatives that have ended."""
    for section in sections:
        for answer in section.answers:
            yield LocatedAnswer(section, None, answer)
        for item in section.items:
            for answer in item.answers:
                yield LocatedAnswer(section, item, answer)


def read(stored: Mapping[str, Any]) -> Content:
    """The content of a stored version.

    Raises `KeyError` or `TypeError` for what is no version.
    """
    return _CONTENT.read(stored)


def read_sections(stored: Iterable[Mapping[str, Any]]) -> tuple[SectionContent, ...]:
    """The sections alone, from what a stored version has under `SECTIONS`."""
    sections: tuple[SectionContent, ...] = _SECTIONS.read(stored)
    return sections


def write(content: Content) -> Stored:
    """The JSON that a version stores: the reverse of `read`."""
    return _CONTENT.write(content)


def read_value(value: Any) -> Any:
    """A value as `AnswerContent` has it, from what `values.clean` gives and a version stores."""
    if isinstance(value, list):
        return tuple(value)
    # Only a whole span: a stored object of any other shape is written again as it was.
    if isinstance(value, dict) and value.keys() == _YEARS:
        return YearSpan(value["from"], value["to"])
    return value


def write_value(value: Any) -> Any:
    """The JSON of a value: the reverse of `read_value`."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, YearSpan):
        return {"from": value.begins, "to": value.ends}
    return value


_YEARS = frozenset({"from", "to"})


def _read_answer(raw: Mapping[str, Any]) -> AnswerContent:
    """With `chosen`, or without it where the question has no options."""
    # Two shapes, so that an answer without options has no key `chosen` when it is written again.
    return (_CHOICE if "chosen" in raw else _ANSWER).read(raw)


def _write_answer(answer: AnswerContent) -> Stored:
    return (_ANSWER if answer.chosen is None else _CHOICE).write(answer)


_LABEL = Field(
    lambda raw: Text(raw["sv"], raw["en"]), lambda label: {"sv": label.sv, "en": label.en}
)
_OPTION = Field(
    lambda raw: Option(raw["key"], _LABEL.read(raw["label"])),
    lambda option: {"key": option.key, "label": _LABEL.write(option.label)},
)
_KEYS = Field(tuple, list, ())
_VALUE = Field(read_value, write_value, None)
_ANSWER = Shape(AnswerContent, question=plain(), value=_VALUE)
_CHOICE = Shape(AnswerContent, question=plain(), value=_VALUE, chosen=many(_OPTION))
_ANSWERS = many(Field(_read_answer, _write_answer))
_ENDED = Shape(EndedContent, public_id=plain(), title=plain(""), answers=_ANSWERS)
_ITEM = Shape(
    ItemContent,
    public_id=plain(),
    number=plain(),
    title=plain(""),
    carried=plain("new"),
    themes=_KEYS,
    focus_areas=_KEYS,
    goals=_KEYS,
    organisations=_KEYS,
    kind=plain(None),
    status=plain(None),
    answers=_ANSWERS,
)
_GROUP = Shape(
    GroupContent,
    key=plain(),
    label=_LABEL,
    none=plain(False),
    ended=many(_ENDED),
    items=many(_ITEM),
)
_SECTION = Shape(
    SectionContent,
    key=plain(),
    title=_LABEL,
    theme=perhaps(_OPTION),
    answers=_ANSWERS,
    group=perhaps(_GROUP),
)
_SECTIONS = many(_SECTION)
_QUESTION = Shape(
    CodeBookQuestion,
    key=plain(),
    section=plain(),
    group=plain(None),
    per_theme=plain(False),
    type=plain(),
    label=_LABEL,
    source=plain(None),
    options=many(_OPTION),
)
_ORIGIN = Shape(
    Origin,
    key=plain(),
    meeting_kind=plain(),
    respondent=plain(),
    digest=plain(),
    title=_LABEL,
)
_CONTENT = Shape(
    Content,
    format=plain(FORMAT),
    questionnaire=perhaps(_ORIGIN),
    themes=many(_OPTION),
    questions=many(_QUESTION),
    sections=_SECTIONS,
)

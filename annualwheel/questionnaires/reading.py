"""Reads questionnaires from TOML (`forms/*.toml`).

Reading finds every problem in a file at once, and tells where in the file it is.

Reading never stops at the first problem: it gives a stand-in for what it cannot read and looks at
the rest too. It hands out no definition while there is a problem.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from annualwheel.questionnaires.checks import check
from annualwheel.questionnaires.definition import (
    SOURCES,
    WRITING,
    Condition,
    Definition,
    Group,
    Option,
    Question,
    QuestionType,
    Section,
    Text,
)
from annualwheel.questionnaires.problems import DefinitionError, Findings, Problem
from annualwheel.questionnaires.values import HARD_CAP

MEETING_KINDS = ("work", "direction", "conference")
RESPONDENTS = ("organisation", "person")
TIMINGS = ("before", "after")
MOST_DAYS = 400
__all__ = ["DefinitionError", "Problem", "read", "read_all"]
_KINDS: dict[type, str] = {
    str: "text inom citattecken",
    int: "ett heltal",
    bool: "true eller false",
    list: "en lista",
    dict: "en tabell",
}
_DEFINITION_FIELDS = (
    "key",
    "meeting",
    "respondent",
    "when",
    "opens",
    "closes",
    "title",
    "intro",
    "material",
    "sections",
)
_SECTION_FIELDS = ("key", "title", "intro", "per_theme", "questions", "group")
_GROUP_FIELDS = (
    "key",
    "label",
    "add_label",
    "item_label",
    "at_most",
    "title_question",
    "kind_question",
    "status_question",
    "seeks_question",
    "error",
    "none",
    "questions",
)
_QUESTION_FIELDS = (
    "key",
    "type",
    "label",
    "hint",
    "required",
    "error",
    "max_length",
    "options",
    "source",
    "other",
    "none",
    "at_most",
    "show_if",
    "folded",
    "counted",
)
T = TypeVar("T")


def read(path: Path) -> Definition:
    """The questionnaire in a TOML file.

    Raises `DefinitionError` with every problem in it, and `OSError` when there is no file.
    """
    definition, problems = _read(path)
    if definition is None or problems:
        raise DefinitionError(problems)
    return definition


def read_all(folder: Path) -> list[Definition]:
    """The questionnaires of a folder's TOML files, by file name.

    Raises `DefinitionError` with all problems in all files.
    """
    definitions: dict[str, tuple[Path, Definition]] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.toml")):
        definition, found = _read(path)
        problems += found
        if definition is None or not definition.key:
            continue
        # A meeting finds a questionnaire by its key, so two files may not have the same one.
        other, _ = definitions.setdefault(definition.key, (path, definition))
        if other != path:
            words: dict[str, object] = {"value": definition.key, "other": other.name}
            problems.append(Problem(path.name, None, None, "duplicate_file", words))
    if problems:
        raise DefinitionError(problems)
    return [definition for _, definition in definitions.values()]


def _read(path: Path) -> tuple[Definition | None, list[Problem]]:
    findings = Findings(path)
    try:
        # TOML is UTF-8. Decoding here tells another encoding from an error of syntax.
        raw = tomllib.loads(path.read_bytes().decode())
    except UnicodeDecodeError:
        findings.add("encoding")
    except tomllib.TOMLDecodeError as error:
        findings.add("syntax", reason=str(error))
    else:
        definition = _definition(raw, findings)
        check(definition, findings)
        return definition, findings.problems
    return None, findings.problems


class _Table:
    """One table of the file.

    Its methods give a field's value, or note a problem and give a stand-in.
    """

    def __init__(self, raw: Any, findings: Findings, name: str, *allowed: str) -> None:
        self.findings = findings
        self.raw: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            findings.add("wrong_kind", field=name, kind=_KINDS[dict])
        # A misspelt field would otherwise be passed over, and its default used, without a word.
        for field in sorted(set(self.raw) - set(allowed)):
            findings.add("unknown_field", field=field, allowed=", ".join(allowed))

    def get(self, field: str, kind: type[T], needed: bool) -> T | None:
        value = self.raw.get(field)
        if value is None and needed:
            self.findings.add("missing_field", field=field)
        # Not `isinstance`: for Python true is a whole number too.
        if value is None or type(value) is kind:
            return value
        self.findings.add("wrong_kind", field=field, kind=_KINDS[kind])
        return None

    def word(self, field: str) -> str:
        return self.get(field, str, needed=True) or ""

    def one_of(self, field: str, allowed: Collection[str], needed: bool = True) -> str | None:
        value = self.get(field, str, needed)
        if value is None or value in allowed:
            return value
        self.findings.add("unknown_value", field=field, value=value, allowed=", ".join(allowed))
        return None

    def whole(self, field: str, high: int, needed: bool, low: int = 1) -> int | None:
        value = self.get(field, int, needed)
        if value is not None and not low <= value <= high:
            self.findings.add("out_of_range", field=field, low=low, high=high)
        return value

    def text(self, field: str) -> Text:
        return self.optional_text(field, needed=True) or Text("", "")

    def optional_text(self, field: str, needed: bool = False) -> Text | None:
        raw = self.get(field, dict, needed)
        return None if raw is None else _Table(raw, self.findings, field, "sv", "en").both(field)

    def both(self, field: str) -> Text:
        words = {}
        for language, problem in (("sv", "no_swedish"), ("en", "no_english")):
            value = self.get(language, str, needed=False) or ""
            if not value.strip():
                self.findings.add(problem, field=field)
            words[language] = value.strip()
        return Text(**words)

    def tables(self, field: str, needed: bool) -> list[Any]:
        value = self.get(field, list, needed)
        if needed and value == []:
            self.findings.add("missing_field", field=field)
        return value or []


def _definition(raw: Mapping[str, Any], findings: Findings) -> Definition:
    table = _Table(raw, findings, "", *_DEFINITION_FIELDS)
    sections = table.tables("sections", needed=True)
    material, pages = _material(table.get("material", dict, needed=False), findings)
    return Definition(
        key=table.word("key"),
        meeting_kind=table.one_of("meeting", MEETING_KINDS) or "",
        respondent=table.one_of("respondent", RESPONDENTS) or "",
        title=table.text("title"),
        intro=table.text("intro"),
        sections=tuple(_section(section, findings) for section in sections),
        timing=table.one_of("when", TIMINGS, needed=False) or "before",
        opens=table.whole("opens", MOST_DAYS, needed=False, low=-MOST_DAYS),
        closes=table.whole("closes", MOST_DAYS, needed=False, low=-MOST_DAYS),
        material=material,
        material_pages=pages,
    )


def _material(raw: Mapping[str, Any] | None, findings: Findings) -> tuple[Text | None, int]:
    if raw is None:
        return None, 0
    table = _Table(raw, findings, "material", "label", "pages")
    return table.text("label"), table.whole("pages", 500, needed=True) or 0


def _section(raw: Any, findings: Findings) -> Section:
    findings.section, findings.question = _key_in(raw), None
    table = _Table(raw, findings, "sections", *_SECTION_FIELDS)
    section = Section(
        key=table.word("key"),
        title=table.text("title"),
        intro=table.optional_text("intro"),
        per_theme=table.get("per_theme", bool, needed=False) or False,
        questions=_questions(table, needed=False),
        group=_group(table.get("group", dict, needed=False), findings),
    )
    findings.section = None
    return section


def _group(raw: Mapping[str, Any] | None, findings: Findings) -> Group | None:
    if raw is None:
        return None
    table = _Table(raw, findings, "group", *_GROUP_FIELDS)
    return Group(
        key=table.word("key"),
        label=table.text("label"),
        add_label=table.text("add_label"),
        item_label=table.text("item_label"),
        at_most=table.whole("at_most", 100, needed=True) or 1,
        title_question=table.word("title_question"),
        kind_question=table.get("kind_question", str, needed=False),
        status_question=table.get("status_question", str, needed=False),
        seeks_question=table.get("seeks_question", str, needed=False),
        error=table.text("error"),
        none_question=_none_question(table.get("none", dict, needed=False), findings),
        questions=_questions(table, needed=True),
    )


def _none_question(raw: Mapping[str, Any] | None, findings: Findings) -> Question | None:
    if raw is None:
        return None
    table = _Table(raw, findings, "none", "key", "label")
    label = table.text("label")
    # A lone box is a question with one option, so it is saved like any other.
    return Question(table.word("key"), QuestionType.CHOICES, label, options=(Option("ja", label),))


def _questions(table: _Table, needed: bool) -> tuple[Question, ...]:
    return tuple(_question(raw, table.findings) for raw in table.tables("questions", needed))


def _question(raw: Any, findings: Findings) -> Question:
    findings.question = _key_in(raw)
    found = len(findings.problems)
    table = _Table(raw, findings, "questions", *_QUESTION_FIELDS)
    kind = table.one_of("type", [each.value for each in QuestionType])
    question = Question(
        key=table.word("key"),
        type=QuestionType(kind or QuestionType.TEXT),
        label=table.text("label"),
        hint=table.optional_text("hint"),
        required=table.get("required", bool, needed=False) or False,
        error=table.optional_text("error"),
        max_length=table.whole("max_length", HARD_CAP, needed=table.raw.get("type") in WRITING),
        options=_options(table),
        source=table.one_of("source", SOURCES, needed=False),
        other_label=table.optional_text("other"),
        none_label=table.optional_text("none"),
        at_most=table.whole("at_most", 100, needed=False),
        show_if=_condition(table.get("show_if", dict, needed=False), findings),
        folded=table.get("folded", bool, needed=False) or False,
        counted=table.get("counted", bool, needed=False) or False,
    )
    # Later rules say nothing about this question: it holds a stand-in.
    if len(findings.problems) > found:
        findings.damaged.add(question.key)
    findings.question = None
    return question


def _options(table: _Table) -> tuple[Option, ...]:
    return tuple(_option(raw, table.findings) for raw in table.tables("options", needed=False))


def _option(raw: Any, findings: Findings) -> Option:
    table = _Table(raw, findings, "options", "key", "sv", "en", "alone")
    return Option(
        key=table.word("key"),
        label=table.both(f"options {table.raw.get('key', '')}".strip()),
        alone=table.get("alone", bool, needed=False) or False,
    )


def _condition(raw: Mapping[str, Any] | None, findings: Findings) -> Condition | None:
    if raw is None:
        return None
    table = _Table(raw, findings, "show_if", "question", "values")
    values = table.tables("values", needed=True)
    if not all(isinstance(value, str) for value in values):
        findings.add("wrong_kind", field="values", kind="en lista med text inom citattecken")
    return Condition(table.word("question"), tuple(str(value) for value in values))


def _key_in(raw: Any) -> str | None:
    return str(raw["key"]) if isinstance(raw, dict) and "key" in raw else None

"""The rules that a definition must follow beyond its form.

Keys name one thing each, conditions can be met, and lists fit their questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from annualwheel.questionnaires.definition import (
    CHOOSING,
    OF_THE_YEAR,
    WRITING,
    Condition,
    Definition,
    Group,
    Question,
    QuestionType,
    Section,
    answer_fields,
)
from annualwheel.questionnaires.problems import Findings

# Keys become names of form fields, parts of addresses and of stored keys such as `section/theme`,
# so nothing that needs quoting, and no slash.
KEY = re.compile(r"[a-z][a-z0-9_]*")
# Question keys become attributes of a form class. One with the name of WTForms' own, or of a field
# that every page sends, would replace it without a word.
RESERVED = frozenset(
    (
        "answers",
        "csrf_token",
        "data",
        "errors",
        "form_errors",
        "hidden_tag",
        "is_submitted",
        "meta",
        "populate_obj",
        "post_process",
        "process",
        "validate",
        "validate_fully",
        "validate_on_submit",
        "acting_for",
    )
)
# Sections are pages under the preparation's address, which already has these pages. A section with
# such a key could never be opened.
PAGES = frozenset(
    (
        "granska",
        "har",
        "inskickat",
        "kalender",
        "kollegor",
        "kort",
        "resultat",
        "samordnare",
        "spara",
        "svar",
    )
)
# WTForms takes an attribute with such a name for the validator or filter of another field.
_RESERVED_START = ("validate_", "filter_")


def check(definition: Definition, findings: Findings) -> None:
    """Notes every broken rule, except about a question that could not be read.

    `reading` has noted that problem already, and a second one about its stand-in would mislead.
    """
    _key(definition.key, findings)
    _unique((section.key for section in definition.sections), findings)
    _days(definition, findings)
    taken: set[str] = set()
    before: dict[str, Question] = {}
    groups: set[str] = set()
    for section in definition.sections:
        findings.section = section.key
        _counted(definition, section, findings)
        _key(section.key, findings)
        if section.key in PAGES:
            findings.add("reserved_key", value=section.key)
        _section(section, groups, findings)
        _questions(section, taken, findings)
        _conditions(section, before, findings)
        # The answers of a theme's pages are not in the root, where a condition looks for them.
        if not section.per_theme:
            before |= {question.key: question for question in section.questions}
    findings.section = findings.question = None


def _key(key: str, findings: Findings) -> None:
    if key and not KEY.fullmatch(key):
        findings.add("bad_key", value=key)


def _unique(keys: Iterable[str], findings: Findings) -> None:
    seen: set[str] = set()
    for key in keys:
        if key and key in seen:
            findings.add("duplicate_key", value=key)
        seen.add(key)


def _days(definition: Definition, findings: Findings) -> None:
    """Both days or none, in order, and on the right side of the meeting's day."""
    opens, closes = definition.opens, definition.closes
    if opens is None and closes is None:
        return
    if opens is None or closes is None:
        findings.add("one_day")
    elif opens > closes:
        findings.add("days_backwards")
    elif (definition.timing == "before" and closes > 0) or (
        definition.timing == "after" and opens < 0
    ):
        findings.add("days_on_other_side", timing=definition.timing)


def _section(section: Section, groups: set[str], findings: Findings) -> None:
    if not section.questions and section.group is None:
        findings.add("empty_section")
    if section.group is None:
        return
    if section.per_theme:
        findings.add("group_per_theme")
    _key(section.group.key, findings)
    if section.group.key in groups:
        findings.add("duplicate_key", value=section.group.key)
    groups.add(section.group.key)
    _named_questions(section.group, findings)


def _named_questions(group: Group, findings: Findings) -> None:
    # Items are named and counted by these questions, so they must not be hidden in any item.
    questions = {question.key: question for question in group.questions if question.show_if is None}
    for field, key, kind in (
        ("title_question", group.title_question, QuestionType.TEXT),
        ("kind_question", group.kind_question, QuestionType.CHOICE),
        ("status_question", group.status_question, QuestionType.CHOICE),
        ("seeks_question", group.seeks_question, QuestionType.CHOICES),
    ):
        if not key:
            continue
        named = questions.get(key)
        if named is None or named.type is not kind or named.source:
            findings.add("group_question", field=field, question=key)


def _counted(definition: Definition, section: Section, findings: Findings) -> None:
    for question in section.all_questions():
        # Words of one's own, or an initiative's name, would say whose the answer is.
        fits = question.type is QuestionType.CHOICE and bool(question.options)
        once = question in section.questions and not section.per_theme
        personal = definition.respondent == "person" and not question.other
        if question.counted and not (fits and once and personal):
            findings.question = question.key
            findings.add("counted_place")
    findings.question = None


def _folded_last(questions: Iterable[Question], findings: Findings) -> None:
    folded = False
    for question in questions:
        findings.question = question.key
        # They are shown together, after the others.
        if folded and not question.folded:
            findings.add("folded_first")
        folded = question.folded
    findings.question = None


def _questions(section: Section, taken: set[str], findings: Findings) -> None:
    _folded_last(section.questions, findings)
    _folded_last(section.group.questions if section.group else (), findings)
    for question in section.all_questions():
        findings.question = question.key
        _keys(question, taken, findings)
        if question.key not in findings.damaged:
            _question(question, findings)
    findings.question = None


def _keys(question: Question, taken: set[str], findings: Findings) -> None:
    _key(question.key, findings)
    for field in answer_fields(question):
        if field.key in RESERVED or field.key.startswith(_RESERVED_START):
            findings.add("reserved_key", value=field.key)
        if field.key and field.key in taken:
            findings.add("duplicate_key", value=field.key)
        # Unique in the whole definition: forms, answers and columns go by the key alone.
        taken.add(field.key)


def _question(question: Question, findings: Findings) -> None:
    _settings(question, findings)
    _options(question, findings)
    if question.required and question.error is None:
        findings.add("no_error")
    if question.required and question.folded:
        findings.add("folded_required")


def _settings(question: Question, findings: Findings) -> None:
    chooses = question.type in CHOOSING
    several = question.type is QuestionType.CHOICES
    for field, given, fits in (
        ("options", question.options, chooses),
        ("source", question.source, chooses),
        ("other", question.other, chooses),
        ("none", question.none_label, several and question.source in OF_THE_YEAR),
        ("at_most", question.at_most, several),
        ("max_length", question.max_length, question.type in WRITING),
        ("alone", any(option.alone for option in question.options), several),
    ):
        if given and not fits:
            findings.add("not_for_type", field=field, type=question.type.value)


def _options(question: Question, findings: Findings) -> None:
    if question.type in CHOOSING and not question.options and not question.source:
        findings.add("no_options")
    if question.options and question.source:
        findings.add("two_lists")
    seen: set[str] = set()
    for option in question.options:
        _key(option.key, findings)
        if option.key in seen:
            findings.add("duplicate_option", value=option.key)
        seen.add(option.key)


def _conditions(section: Section, before: dict[str, Question], findings: Findings) -> None:
    """Notes conditions that wait for something else than what a page knows.

    A question may wait for an earlier one in its own list, or for one in an earlier section that is
    always shown. So the page's own answers and the root's decide what is visible, and no others.
    """
    _earlier(section.questions, before, findings)
    if section.group is not None:
        root = before | {question.key: question for question in section.questions}
        _earlier(section.group.questions, root, findings)


def _earlier(questions: Iterable[Question], root: dict[str, Question], findings: Findings) -> None:
    own: dict[str, Question] = {}
    for question in questions:
        findings.question = question.key
        if question.show_if is not None:
            _condition(question, question.show_if, own, root, findings)
        own[question.key] = question
    findings.question = None


def _condition(
    question: Question,
    condition: Condition,
    own: dict[str, Question],
    root: dict[str, Question],
    findings: Findings,
) -> None:
    target = own.get(condition.question) or root.get(condition.question)
    if target is None:
        findings.add("show_if_unknown", question=condition.question)
    # A stand-in has no options, so every value would seem unknown.
    elif findings.damaged.isdisjoint((question.key, target.key)):
        _target(target, condition.values, target.key in own, findings)


def _target(target: Question, values: tuple[str, ...], own: bool, findings: Findings) -> None:
    if target.type not in CHOOSING:
        findings.add("show_if_type", question=target.key)
    elif not own and target.show_if is not None:
        findings.add("show_if_hidden", question=target.key)
    # The options of a source are those of the year in which it is published.
    elif not target.source:
        for value in sorted(set(values) - {option.key for option in target.options}):
            findings.add("show_if_value", question=target.key, value=value)

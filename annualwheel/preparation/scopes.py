"""What of an answer one person may write: the whole, or one share of it.

A questionnaire is divided in one way only. Where it asks anything per theme, a share is a theme:
every page that is repeated for it. Where it asks nothing per theme, a share is a section, with its
cards. A membership's `scope` is the key of a share, or empty for the whole answer. What is not in a
share is denied: the sections that no theme repeats, and handling the answer as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from annualwheel.questionnaires.definition import Definition, Option, Part, Section, answer_fields


def shares(definition: Definition) -> tuple[Option, ...]:
    """The shares that an answer can be divided into, in order.

    Empty when there would be only one.
    """
    found = definition.themes
    if not _by_theme(definition):
        found = tuple(Option(section.key, section.title) for section in definition.sections)
    # A single share would be the whole answer under another name.
    return found if len(found) > 1 else ()


def share(definition: Definition, scope: str) -> Option | None:
    """The share with that key; None for the whole answer and for a key that is none."""
    return next((one for one in shares(definition) if one.key == scope), None)


def covers(definition: Definition, scope: str, part: Part) -> bool:
    """Whether somebody with that scope may write on a page."""
    if not scope:
        return True
    if _by_theme(definition):
        return part.theme is not None and part.theme.key == scope
    return part.theme is None and part.section.key == scope


def covers_fields(
    definition: Definition, scope: str, group_key: str, fields: Iterable[str]
) -> bool:
    """Whether somebody with that scope may write `fields` of an item.

    The item is the root (`group_key` empty), which several sections share and where no field named
    means no, one of a theme (`section/theme`), or a card.
    """
    if not scope:
        return True
    by_theme = _by_theme(definition)
    # Only the items of themes have a slash: the keys that an author may choose cannot contain one.
    if "/" in group_key:
        return by_theme and group_key.rpartition("/")[2] == scope
    section = next((one for one in definition.sections if one.key == scope), None)
    if section is None or by_theme:
        return False
    if group_key:
        return section.group is not None and section.group.key == group_key
    # Several sections share the root item, so every field that is written must belong to the share.
    named = set(fields)
    return bool(named) and named <= _root_fields(section)


def _by_theme(definition: Definition) -> bool:
    return any(section.per_theme for section in definition.sections)


def _root_fields(section: Section) -> set[str]:
    asked = list(section.questions)
    if section.group and section.group.none_question:
        asked.append(section.group.none_question)
    return {field.key for question in asked for field in answer_fields(question)}

"""What a version says is read through its types: nobody but they knows the keys of its JSON."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.structure.sources import CODE, PACKAGE, TEMPLATES, check_none, name_of, nodes, text

# Keys that only submitted content has, and the definition of a questionnaire that it is made of.
KEYS = frozenset(
    {
        "answers",
        "carried",
        "chosen",
        "ended",
        "focus_areas",
        "group",
        "items",
        "options",
        "per_theme",
        "question",
        "questions",
        "sections",
    }
)
QUESTIONNAIRES = PACKAGE / "questionnaires"
# These read and write the text of a definition, whose JSON and TOML are their own.
THEIR_OWN = {QUESTIONNAIRES / name for name in ("content.py", "definition.py", "reading.py")}
IN_TEMPLATE = re.compile(rf"""\[["']({"|".join(sorted(KEYS))})["']\]""")


def looked_up(path: Path) -> Iterator[tuple[ast.expr, str]]:
    """Every `place["key"]` and `place.get("key")` of a file: the place and the key."""
    for node in nodes(path):
        match node:
            case ast.Subscript(value=place, slice=ast.Constant(value=str() as key)):
                yield place, key
            case ast.Call(
                func=ast.Attribute(value=place, attr="get" | "pop"),
                args=[ast.Constant(value=str() as key), *_],
            ):
                yield place, key


def is_content(place: ast.expr, key: str) -> bool:
    """Whether it reads a stored version; the facts of a mail have sections of their own."""
    if isinstance(place, ast.Attribute) and place.attr == "content":
        return True
    return key in KEYS and ast.unparse(place) != "facts"


def test_submitted_content_is_read_by_no_string_key() -> None:
    in_code = [
        f"{name_of(path)}:{place.lineno} {ast.unparse(place)}[{key!r}]"
        for path in CODE
        if path not in THEIR_OWN
        for place, key in looked_up(path)
        if is_content(place, key)
    ]
    in_templates = [
        f"{name_of(path)} {found}"
        for path in TEMPLATES
        for found in sorted(set(IN_TEMPLATE.findall(text(path))))
    ]
    check_none(in_code + in_templates)

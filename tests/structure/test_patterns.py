"""Regular expressions on text from outside: none takes more time than the text is long."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from typing import Any

from tests.cpu_time import within
from tests.structure.sources import PACKAGE, PRODUCT, calls, check_none, name_of

LENGTH = 10_000
SECONDS = 0.1
# What makes a pattern begin anew at each place, or go back over all that it has read.
SIGNS = (
    *'([{<"@ \n\\-.,:;/_=%0aAx\u0301å',
    "a ",
    "a.",
    "a@",
    "1 ",
    "1.",
    "0-",
    "{{",
    "{%",
    "_x",
    "<f",
    "\ue000a",
    "https://",
    "DETAIL:",
    "\n\n[",
    "/i/",
    "från ",
    "METHOD:A\n",
)
TEXTS = [(sign * LENGTH)[:LENGTH] for sign in SIGNS]
TEXTS += [f"{text}!" for text in TEXTS] + [f"x{text}" for text in TEXTS]


def patterns() -> Iterator[tuple[str, Any]]:
    """Every pattern of the application, with where it stands."""
    for path in PRODUCT:
        module = ".".join(("annualwheel", *path.relative_to(PACKAGE).with_suffix("").parts))
        found = vars(importlib.import_module(module.removesuffix(".__init__")))
        for name, value in found.items():
            if isinstance(value, re.Pattern):
                yield f"{name_of(path)} {name}", value
        for written, call in calls(path):
            literal = call.args[0] if call.args and written.startswith("re.") else None
            if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                yield f"{name_of(path)} {literal.value}", re.compile(literal.value)


def test_no_pattern_takes_the_square_of_the_length() -> None:
    """A pattern that goes through hostile text of 10,000 characters in linear time needs some
    milliseconds; one that takes the square needs half a second and more.
    """
    found = dict(patterns())
    assert len(found) >= 30
    check_none(name for name, pattern in found.items() if slow(pattern))


def slow(pattern: re.Pattern[Any]) -> bool:
    """Whether the pattern is slow on one of the texts."""
    for text in TEXTS:
        given = text if isinstance(pattern.pattern, str) else text.encode()
        if not within(
            SECONDS, lambda given=given: (pattern.findall(given), pattern.fullmatch(given))
        ):
            return True
    return False

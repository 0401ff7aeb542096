"""How large things may be, what they are called, and that they are described."""

from __future__ import annotations

import ast

from tests.structure.sources import CODE, TESTS, check_none, functions, name_of, text, tree

FILE_LINES = 400
FUNCTION_LINES = 60
NOTHING_SAID = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "core",
    "manager",
    "managers",
    "handler",
    "handlers",
    "misc",
    "data",
    "info",
}


def test_files_and_functions_stay_small() -> None:
    long_files = [
        f"{name_of(path)} has {lines} lines, at most {FILE_LINES}: divide it"
        for path in CODE
        if (lines := text(path).count("\n")) > FILE_LINES
    ]
    long_functions = [
        f"{name_of(path)}:{f.lineno} {f.name} has {lines} lines, at most {FUNCTION_LINES}"
        for path in CODE
        for f in functions(path)
        if (lines := (f.end_lineno or 0) - f.lineno + 1) > FUNCTION_LINES
    ]
    check_none(long_files + long_functions)


def test_names_say_something() -> None:
    check_none(
        name_of(path)
        for path in (*CODE, *TESTS)
        if {*name_of(path).split("/"), path.stem} & NOTHING_SAID
    )


def test_what_others_call_is_described() -> None:
    files = [
        f"{name_of(path)} does not say what it is for"
        for path in CODE
        if ast.get_docstring(tree(path)) is None
    ]
    bare = [
        f"{name_of(path)}:{node.lineno} {node.name} has no docstring"
        for path in CODE
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    check_none(files + bare)

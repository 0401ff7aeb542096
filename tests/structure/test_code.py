"""What must not be written in code: inner imports, other clocks, names and tokens in the log."""

from __future__ import annotations

import ast
import re

from tests.structure.sources import CODE, PRODUCT, TESTS, calls, check_none, functions, name_of

OTHER_CLOCKS = re.compile(
    r"(?:datetime\.(?:now|utcnow)|date\.today|^time\.time|func\.now|localtime)$"
)
LOGGING = re.compile(r"log\.(?:debug|info|warning|error|exception)$")
SECRETS = {
    "token",
    "email",
    "address",
    "name",
    "url",
    "link",
    "person",
    "recipient",
    "subject",
    "text",
    "password",
}


def test_imports_stand_at_the_top() -> None:
    check_none(
        f"{name_of(path)}:{node.lineno} in {f.name}"
        for path in (*CODE, *TESTS)
        for f in functions(path)
        if f.name != "create_app"
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom)
    )


def test_only_the_clock_knows_what_time_it_is() -> None:
    check_none(
        f"{name_of(path)}:{call.lineno} {name}"
        for path in PRODUCT
        if path.name != "clock.py"
        for name, call in calls(path)
        if OTHER_CLOCKS.search(name)
    )


def test_the_log_is_given_no_names_and_no_tokens() -> None:
    told = [
        f"{name_of(path)}:{call.lineno} {ast.unparse(call)}"
        for path in PRODUCT
        for name, call in calls(path)
        if LOGGING.match(name) and {keyword.arg for keyword in call.keywords} & SECRETS
    ]
    printed = [
        f"{name_of(path)}:{call.lineno} print"
        for path in PRODUCT
        for name, call in calls(path)
        if name == "print"
    ]
    check_none(told + printed)

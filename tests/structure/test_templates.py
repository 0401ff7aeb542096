"""What must not be written in templates."""

from __future__ import annotations

import re

from tests.structure.sources import PACKAGE, TEMPLATES, check_none, name_of, text

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
# What the content security policy refuses, or would have to be loosened for.
REFUSED = {
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*="),
    "a handler attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*="),
    "a script or style without nonce": re.compile(r"<(?:script|style)(?![^>]*nonce)"),
    "fetched from outside": re.compile(
        r"(?:src|action)=[\"'](?:https?:)?//|<link[^>]*href=[\"'](?:https?:)?//"
    ),
}
# Texts are translated with _() only, and everything is escaped.
OTHER_WAYS = ("{% trans", "autoescape")
REQUIRED = re.compile(r"\brequired\b(?=[^<]*>)")
COLUMNS = 120


def test_templates_obey_the_content_security_policy() -> None:
    check_none(
        f"{name_of(path)}: {what}"
        for path in TEMPLATES
        for what, pattern in REFUSED.items()
        if pattern.search(JINJA.sub("", text(path)))
    )


def test_templates_are_translated_one_way_and_escaped() -> None:
    check_none(
        f"{name_of(path)}: {words}"
        for path in TEMPLATES
        for words in OTHER_WAYS
        if words in text(path)
    )


def test_templates_leave_the_errors_of_forms_to_us() -> None:
    """The browser's own validation speaks another language, and before anything is sent."""
    check_none(
        f"{name_of(path)}: required"
        for path in TEMPLATES
        if REQUIRED.search(COMMENT.sub("", text(path)))
    )


def test_templates_have_no_long_lines() -> None:
    """No formatter lays the templates out: a person wraps them, and a person reads them."""
    check_none(
        f"{name_of(path)}:{number} has {len(line)} columns, at most {COLUMNS}"
        for path in sorted((PACKAGE / "templates").rglob("*.*"))
        for number, line in enumerate(text(path).splitlines(), 1)
        if len(line) > COLUMNS
    )

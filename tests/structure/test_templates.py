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
TABLE = re.compile(r"<table\b.*?</thead>", re.DOTALL)
STAFF = ("coordinator", "facilitator", "admin")
# Tables of staff pages that no heading sorts, and why.
FIXED = {
    "admin/erasing.html": "the rules of what is erased, some fifteen",
    "coordinator/_import_rows.html": "the rows of a file, in the file's order",
    "coordinator/deletion_requests.html": "those who wait, the longest first; the newest answers",
    "coordinator/import_preview.html": "the new organisations of a file, in the file's order",
    "coordinator/meeting.html": "numbers",
    "coordinator/needs.html": "numbers, what there is most of first",
    "coordinator/organisation_requests.html": "those who wait, the longest first",
    "coordinator/registration_late.html": "what a search found, at most twenty",
    "coordinator/sending.html": "the newest that did not arrive, at most twenty",
    "coordinator/sending_compose.html": "a form: a press on a heading would lose its ticks",
    "coordinator/waiting_list.html": "a queue, first in line first",
    "coordinator/year.html": "the year's days, in the order of the year",
    "facilitator/answers.html": "the year's three meetings",
}
# Tables that are no list of rows, and what they are on a phone instead.
FIGURES = {
    "coordinator/meeting.html": "a few columns that fit, and figures that are scrolled",
    "templates/komponenter.html": "the sample of figures that are scrolled, and the puzzle",
}
WAY_OR_WRONG = re.compile(r"(?:\{\{-? ?|\}\}|%\})(back|error_summary)\(")
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


def test_the_way_back_stands_above_what_is_wrong() -> None:
    """As on every page with a form: what to put right stands just above the heading."""
    check_none(
        name_of(path)
        for path in TEMPLATES
        if (parts := [part[1] for part in WAY_OR_WRONG.finditer(text(path))]) != sorted(parts)
    )


def test_the_lists_of_staff_are_sorted_by_their_headings() -> None:
    """Every table has headings that sort, or stands in `FIXED` with the reason."""
    tables = [
        (path, table.group())
        for path in TEMPLATES
        if path.parent.name in STAFF
        for table in TABLE.finditer(text(path))
    ]
    fixed = {f"{path.parent.name}/{path.name}" for path, table in tables if "heading(" not in table}
    # The newest ten mailings stand above the log of mails.
    fixed.discard("coordinator/mailings.html")
    check_none(f"{name} has no headings that sort" for name in sorted(fixed - set(FIXED)))
    check_none(f"{name} is named in FIXED" for name in sorted(set(FIXED) - fixed))


def test_lists_are_blocks_on_a_phone() -> None:
    """Every table is a list of rows, which are blocks there, or stands in `FIGURES`."""
    wide = {
        f"{path.parent.name}/{path.name}"
        for path in TEMPLATES
        for tag in re.findall(r"<table\b[^>]*>", COMMENT.sub("", text(path)))
        if not re.search(r'class="[^"]*\brows\b', tag)
    }
    check_none(f"{name} has a table without the class rows" for name in sorted(wide - set(FIGURES)))
    check_none(f"{name} is named in FIGURES" for name in sorted(set(FIGURES) - wide))

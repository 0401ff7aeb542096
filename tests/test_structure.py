"""How the house is built: who may import whom, how large things may be, what must not be written
anywhere.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from config import ROOT

PACKAGE = ROOT / "annualwheel"
OURS = (
    "annualwheel",
    "scenes",
    "scripts",
    "devmail",
    "bench",
    "rehearsal",
    "rehearse",
    "migrations",
)
PRODUCT = sorted(PACKAGE.rglob("*.py"))
CODE = sorted(
    {
        *PRODUCT,
        *(p for name in OURS for p in (ROOT / name).rglob("*.py") if "versions" not in p.parts),
        *ROOT.glob("*.py"),
    }
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
TEMPLATE_COLUMNS = 120

# Every module has a floor; it may import from its own and those below. A longer name wins over a
# shorter one.
FLOORS = {
    "db": 0,
    "errors": 0,
    "clock": 0,
    "dates": 0,
    "names": 0,
    "sorting": 0,
    "models": 1,
    "outbox": 2,
    "ical": 2,
    "links": 2,
    "letters": 2,
    "kinds": 2,
    "audit": 2,
    "limits": 2,
    "ticks": 2,
    "questionnaires.definition": 2,
    "questionnaires.values": 2,
    "questionnaires.path": 2,
    "questionnaires.form": 2,
    "questionnaires.problems": 2,
    "questionnaires.checks": 2,
    "questionnaires.reading": 2,
    "questionnaires": 2,
    "years": 10,
    "reference": 10,
    "contacts": 11,
    "imports": 12,
    "directory": 12,
    "needs": 12,
    "staff": 12,
    "registrations": 13,
    "personal_links": 13,
    "readdressing": 13,
    "undelivered": 14,
    "questionnaires.published": 14,
    "questionnaires.deadline": 14,
    "questionnaires.membership": 14,
    "questionnaires.team": 14,
    "questionnaires.presence": 14,
    "questionnaires.drafts": 14,
    "questionnaires.answers": 14,
    "questionnaires.items": 14,
    "questionnaires.carried": 14,
    "questionnaires.history": 14,
    "questionnaires.progress": 14,
    "questionnaires.notices": 14,
    "questionnaires.submission": 14,
    "registrations.colleagues": 15,
    "questionnaires.reopening": 14,
    "lost_links": 15,
    "departures": 15,
    "own_data": 15,
    "extracts": 15,
    "traces": 15,
    "erasure": 16,
    "feed": 15,
    "announcements": 14,
    "retention": 18,
    "meetings": 15,
    "planning": 15,
    "audiences": 16,
    "results": 16,
    "reminders": 17,
    "orders": 17,
    "mailings": 18,
    "workshop": 19,
    "house": 30,
    "log": 30,
    "delivery": 30,
    "demo": 30,
    "jobs": 31,
    "cli": 32,
    "cli_demo": 32,
    "cli_contacts": 32,
    "cli_rehearse": 32,
    "web": 32,
    "rehearsal": 32,
    "": 33,
}
EDGE = 30
LIBRARIES = {
    "flask": (
        "db",
        "house",
        "log",
        "delivery",
        "demo",
        "jobs",
        "cli",
        "cli_demo",
        "cli_contacts",
        "web",
        "rehearsal",
        "",
    ),
    "flask_babel": ("web",),
    "flask_wtf": ("web",),
    "flask_mail": ("delivery",),
    "flask_sqlalchemy": ("db",),
    "flask_migrate": ("cli",),
    "wtforms": ("web", "questionnaires.form"),
    "openpyxl": ("workshop", "contacts", "imports", "rehearsal"),
    "icalendar": ("ical", "rehearsal"),
    "markdown_it": ("letters",),
    "smtplib": ("delivery",),
    "huey": ("jobs", "house"),
    "config": ("house", "log", "delivery", "jobs", "cli", "cli_rehearse", ""),
}
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
MAY_COMMIT = ("ticks", "workshop.packs")
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


def module_of(path: Path) -> str:
    """ "registrations.states" for a file below annualwheel."""
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place(module: str, places: dict[str, int] | tuple[str, ...]) -> str | None:
    """The entry of a table a module belongs to: its own name, else the nearest package that has
    one.
    """
    parts = module.split(".") if module else []
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in places:
            return name
    return "" if not module and "" in places else None


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, at the top or anywhere; of our packages also the submodules
    taken from them.
    """
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__":
            yield from (
                full if is_module(full := f"{node.module}.{alias.name}") else node.module
                for alias in node.names
            )


def is_module(dotted: str) -> bool:
    path = ROOT / Path(*dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_calls_go_downwards(path: Path) -> None:
    own = place(module_of(path), FLOORS)
    assert own is not None, f"{module_of(path)} is new: give it a floor"
    for name in imports(path):
        if name == "annualwheel" or name.startswith("annualwheel."):
            other = place(name.removeprefix("annualwheel").removeprefix("."), FLOORS)
            assert other is not None and FLOORS[other] <= FLOORS[own], (
                f"{own} (floor {FLOORS[own]}) imports {name}"
            )


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_a_library_is_used_where_it_belongs(path: Path) -> None:
    for name in {name.split(".")[0] for name in imports(path)} & set(LIBRARIES):
        assert place(module_of(path), LIBRARIES[name]) is not None, (
            f"{module_of(path)} must not know {name}"
        )


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_the_workshop_never_sees_a_draft(path: Path) -> None:
    taken = {
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    inside = module_of(path).startswith("workshop")
    assert not inside or not taken & {
        "Answer",
        "AnswerHistory",
        "Item",
        "drafts",
        "answers",
        "items",
    }, "drafts stay with those who write them"


@pytest.mark.parametrize("path", [*CODE, *TESTS], ids=name_of)
def test_imports_stand_at_the_top(path: Path) -> None:
    inner = [
        f"{f.name}:{node.lineno}"
        for f in functions(path)
        if f.name != "create_app"
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inner, inner


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_files_and_functions_stay_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 300, f"{lines} lines: a new word is waiting"
    long = [
        f"{f.name} has {size} lines"
        for f in functions(path)
        if (size := (f.end_lineno or 0) - f.lineno + 1) > 45
    ]
    assert not long, long


@pytest.mark.parametrize("path", [*CODE, *TESTS], ids=name_of)
def test_names_say_something(path: Path) -> None:
    assert path.stem not in NOTHING_SAID and not set(path.relative_to(ROOT).parts) & NOTHING_SAID


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_what_others_call_is_described(path: Path) -> None:
    bare = [
        node.name
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert ast.get_docstring(tree(path)) is not None, "the file does not say what it is for"
    assert not bare, bare


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_only_the_clock_knows_what_time_it_is(path: Path) -> None:
    asked = [
        f"{ast.unparse(node.func)}:{node.lineno}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and re.search(
            r"(?:datetime\.(?:now|utcnow)|date\.today|^time\.time|func\.now|localtime)$",
            ast.unparse(node.func),
        )
    ]
    assert not asked or path.name == "clock.py", asked


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_subjects_never_commit(path: Path) -> None:
    module = module_of(path)
    below_the_edge = FLOORS[place(module, FLOORS) or ""] < EDGE and module not in MAY_COMMIT
    commits = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("session.commit")
    ]
    assert not (below_the_edge and commits), f"commits at lines {commits}"


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_the_log_is_given_no_names_and_no_tokens(path: Path) -> None:
    told = [
        f"{ast.unparse(node)}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and re.match(r"log\.(?:debug|info|warning|error|exception)$", ast.unparse(node.func))
        and {keyword.arg for keyword in node.keywords} & SECRETS
    ]
    printed = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]
    assert not told and not printed, (told, printed)


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_tests_neither_wait_nor_pretend_nor_look_away(path: Path) -> None:
    called = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
    marks = {ast.unparse(d) for f in functions(path) for d in f.decorator_list}
    banned = {
        name
        for name in called | marks
        if re.search(
            r"(?:^|\.)(?:sleep|wait_for_timeout|skip|skipif|xfail|importorskip|Mock|MagicMock|patch)\b",
            name,
        )
    }
    assert not banned and not any("mock" in name for name in imports(path)), banned


@pytest.mark.parametrize("path", [p for p in TESTS if p.name.startswith("test_")], ids=name_of)
def test_every_test_can_fail(path: Path) -> None:
    asserting = {f.name for f in functions(path) if fails_by_itself(f)}
    while more := {
        f.name for f in functions(path) if f.name not in asserting and calls(f) & asserting
    }:
        asserting |= more
    idle = [
        f.name for f in functions(path) if f.name.startswith("test_") and f.name not in asserting
    ]
    assert not idle, f"nothing is asserted in {idle}"


def fails_by_itself(function: ast.AST) -> bool:
    """Whether a function asserts: a statement, an expectation, a look at a page."""
    return (
        any(isinstance(node, ast.Assert) for node in ast.walk(function))
        or bool(calls(function) & {"raises", "see", "miss", "expect", "axe", "check_page", "warns"})
        or any(name.startswith(("check", "assert")) for name in calls(function))
    )


def calls(function: ast.AST) -> set[str]:
    """The last part of the name of everything a function calls."""
    return {
        ast.unparse(node.func).rsplit(".", 1)[-1]
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_obey_the_content_security_policy(path: Path) -> None:
    source = re.sub(r"\{[{%#].*?[}%#]\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.findall(r"<[a-z][^>]*\sstyle\s*=", source), "a style attribute"
    assert not re.findall(r"<[a-z][^>]*\son[a-z]+\s*=", source), "a handler attribute"
    assert not re.findall(r"<(?:script|style)(?![^>]*nonce)", source), (
        "a script or style without nonce"
    )
    assert not re.findall(
        r"(?:src|action)=[\"'](?:https?:)?//|<link[^>]*href=[\"'](?:https?:)?//", source
    ), "fetched from outside"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_are_translated_one_way_and_escaped(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert "{% trans" not in source and "autoescape" not in source
    assert not re.findall(
        r"\brequired\b(?=[^<]*>)", re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    ), "the browser's own validation"


def test_templates_have_no_long_lines() -> None:
    long = [
        f"{name_of(path)}:{number} has {len(line)} columns"
        for path in sorted((PACKAGE / "templates").rglob("*.*"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > TEMPLATE_COLUMNS
    ]
    assert not long, "\n".join(long)


def texts() -> list[Path]:
    """Every text file that belongs to the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    names = listed.splitlines() or [
        name_of(p) for p in (*CODE, *TESTS, *TEMPLATES, *ROOT.glob("docs/*.md"), *ROOT.glob("*.md"))
    ]
    kinds = {".py", ".html", ".md", ".toml", ".txt", ".js", ".css", ".sh", ".cfg", ".ini", ""}
    return [path for name in names if (path := ROOT / name).is_file() and path.suffix in kinds]


def test_nothing_speaks_of_a_machine_it_was_written_on() -> None:
    places = re.compile(r"/(?:root|work|home/\w+|Users/\w+)/|C:\\\\?Users|/tmp/[a-z]")
    found = [
        f"{name_of(path)}: {m.group()}"
        for path in texts()
        if path != Path(__file__)
        for m in places.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found, found


def test_nothing_is_left_for_later() -> None:
    words = re.compile(
        "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3 + r"\b", "NotImplemented" + "Error"))
    )
    found = [
        f"{name_of(path)}: {m.group()}"
        for path in texts()
        if path.name != "LICENSE" and path != Path(__file__)
        for m in words.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found, found


def test_sample_people_live_at_example_addresses() -> None:
    address = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})\b")
    known = re.compile(r"(?:^|\.)(?:example|example\.(?:org|com|net|se)|invalid|localhost|test)$")
    found = [
        f"{name_of(path)}: {m.group()}"
        for path in texts()
        if path.suffix not in ("", ".css") and path.name not in ("requirements.txt",)
        for m in address.finditer(path.read_text(encoding="utf-8", errors="replace"))
        if not known.search(m.group(1).lower())
    ]
    assert not found, found

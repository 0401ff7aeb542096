"""Who may import whom, which library belongs where, and who commits."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from config import ROOT
from tests.structure.sources import PACKAGE, PRODUCT, calls, check_none, imports, name_of, nodes

LIBRARIES = {
    "flask": ("db", "engines", "keys", "services", "demo", "jobs", "cli", "web", ""),
    "flask_babel": ("web",),
    "flask_wtf": ("web",),
    "flask_mail": ("mail.delivery",),
    "flask_sqlalchemy": ("db",),
    "flask_migrate": ("cli",),
    "wtforms": ("web", "questionnaires.form"),
    "openpyxl": ("workbooks", "contacts.imports"),
    "icalendar": ("mail.ical",),
    "markdown_it": ("mail.letters",),
    "smtplib": ("mail.delivery",),
    "huey": ("jobs", "services"),
    "config": ("services", "log", "storage", "mail.delivery", "jobs", "cli", ""),
}
# Above these nothing is called by a subject: requests, commands and jobs begin here, and commit.
EDGE = ("web", "cli", "jobs", "demo", "unit_of_work", "")
# Acts that leave half of what follows to their caller, and the one door that does the rest.
ONE_DOOR = {
    "people.rename": "participation.address_change",
    "membership.hand_over": "participation.substitution",
    "membership.end": "participation.revocation",
}
STEPS = ("registrations", "participation")
# A transaction of a request begins and ends here: the helper that every view acts through, and the
# pages about what failed, which undo it before they are made.
ENDS_A_REQUEST = ("web.acting", "web.error_pages")
ENDING = re.compile(
    r"(?:session\.(?:commit|rollback|begin)|(?:unit_of_work\.)?(?:commit|roll_back|start_writing))$"
)


def module_of(path: Path) -> str:
    """ "registrations.states" for a file below annualwheel."""
    parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place(module: str, places: tuple[str, ...]) -> str | None:
    """The entry of a table a module belongs to: its own name, else the nearest package that has
    one.
    """
    parts = module.split(".") if module else []
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in places:
            return name
    return "" if not module and "" in places else None


def test_a_library_is_used_where_it_belongs() -> None:
    check_none(
        f"{name_of(path)} must not know {name}"
        for path in PRODUCT
        for name in sorted({name.split(".")[0] for name in imports(path)} & set(LIBRARIES))
        if place(module_of(path), LIBRARIES[name]) is None
    )


def test_imports_keep_the_contracts() -> None:
    """The contracts in pyproject.toml: layers, audiences, siblings, the wall around drafts.

    In a process of its own: the tool sets logging up anew and silences every logger that is there,
    so that a later test of the log would wait for lines that nobody writes.
    """
    lint_imports = Path(sys.executable).with_name("lint-imports")
    told = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout


def test_subjects_never_commit() -> None:
    check_none(
        f"{name_of(path)}:{call.lineno} commits"
        for path in PRODUCT
        if is_below_the_edge(path)
        for name, call in calls(path)
        if name.endswith("session.commit")
    )


def test_views_act_through_the_helper() -> None:
    """Which commits, or rolls back and shows the refusal (`web.acting`)."""
    check_none(
        f"{name_of(path)}:{call.lineno} {name}"
        for path in PRODUCT
        if place(module_of(path), ("web",)) and module_of(path) not in ENDS_A_REQUEST
        for name, call in calls(path)
        if ENDING.search(name)
    )


def is_below_the_edge(path: Path) -> bool:
    """Whether a file belongs to the subjects, or to what they build on."""
    return place(module_of(path), EDGE) is None


def test_the_body_of_a_request_is_read_as_json_in_one_place() -> None:
    check_none(
        f"{name_of(path)}:{call.lineno} {name}: web.page.sent_json reads what can be read"
        for path in PRODUCT
        if path.name != "page.py"
        for name, call in calls(path)
        if name.endswith("get_json")
    )


def test_participation_is_the_one_door() -> None:
    """Nobody registers, substitutes, revokes or changes an address by halves."""
    check_none(
        f"{name_of(path)}:{call.lineno} calls {name}: {ONE_DOOR[name]} is the door"
        for path in PRODUCT
        for name, call in calls(path)
        if name in ONE_DOOR and module_of(path) != ONE_DOOR[name]
    )
    check_none(
        f"{name_of(path)} takes registrations from state to state"
        for path in PRODUCT
        if "annualwheel.registrations.states" in imports(path)
        and "step" in taken(path)
        and place(module_of(path), STEPS) is None
    )


def taken(path: Path) -> set[str]:
    """The names that a file imports from registrations.states."""
    return {
        alias.name
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module == "annualwheel.registrations.states"
        for alias in node.names
    }


# How a request ends without a commit; what is asked of the database is asked by a subject.
ENDINGS = ("db.session.rollback", "db.session.flush")


def test_pages_leave_queries_to_the_subjects() -> None:
    """No page builds a query or asks the session for rows: lists and searches lie in subjects."""
    pages = [path for path in PRODUCT if path.is_relative_to(PACKAGE / "web")]
    known = [
        f"{name_of(path)} imports {name}"
        for path in pages
        for name in sorted({*imports(path)})
        if name.split(".")[0] == "sqlalchemy" and not name.endswith(".exc")
    ]
    asked = [
        f"{name_of(path)}:{call.lineno} {name}"
        for path in pages
        for name, call in calls(path)
        if name.startswith("db.") and name not in ENDINGS
    ]
    check_none(known + asked)

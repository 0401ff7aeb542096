"""Chooses the tests for a change: by the import graph, by the folder, by the name.

For code it chooses the tests in `tests/rules`, in `tests/content` and right in `tests` that reach
it through imports, however many modules are between. The journeys reach everything, so they are
chosen by folder: `annualwheel/registrations`, `annualwheel/web/preparation` and
`templates/preparation` have theirs in `tests/journeys`, in a folder of the same name. Nothing is
dropped without a word: a change for which it finds no tests is named.

Paths are as git has them: from the root of the project, with slashes.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

# What each Python file imports, of the files of the project.
Graph = Mapping[str, frozenset[str]]

RULES, CONTENT, JOURNEYS = "tests/rules/", "tests/content/", "tests/journeys/"
# What `make check` always runs, and what it never runs.
ALWAYS = "tests/structure/"
NEVER = ("tests/browser/", "tests/readers/")
# What people read and what they are asked: the rules about words are in `tests/content`.
WORDS = ("email_templates/", "forms/", "annualwheel/translations/", "annualwheel/templates/")
# Only the structure tests look at these.
ONLY_READ = (".md", ".png", "LICENSE", ".gitignore")
# The folders in a path that say nothing of the subject.
NO_SUBJECT = {"annualwheel", "web", "templates", "tests"}
# When so large a part of the rules is reached, all of them are chosen: what the others use through
# their fixtures is not seen in their imports.
MOST = 0.5


@dataclass(frozen=True)
class Selection:
    """Test files, changed ones first; whether all rules are among them; changes without tests."""

    tests: tuple[str, ...]
    all_rules: bool
    unplaced: tuple[str, ...]


def choose(changed: Collection[str], graph: Graph, files: Collection[str]) -> Selection:
    """The tests for the changed paths, out of the files of the project."""
    runnable = {path for path in files if _is_test(path) and not path.startswith((ALWAYS, *NEVER))}
    rules = {path for path in runnable if path.startswith(RULES)}
    by_graph = {path for name in changed for path in _reaching(name, graph)} & runnable
    all_rules = bool(rules) and len(by_graph & rules) >= MOST * len(rules)
    if all_rules:
        by_graph |= rules
    folders = tuple(folder for path in changed for folder in _folders(path, files))
    by_folder = {path for path in runnable if path.startswith(folders)}
    in_order = [*sorted(runnable & set(changed)), *sorted(by_graph), *sorted(by_folder)]
    return Selection(
        tests=tuple(dict.fromkeys(in_order)),
        all_rules=all_rules,
        unplaced=tuple(
            path for path in sorted(changed) if not _has_place(path, graph, files, runnable)
        ),
    )


def importers(path: str, graph: Graph) -> set[str]:
    """The files that import a file, directly or through others, and the file itself."""
    found = {path}
    while more := {name for name, taken in graph.items() if name not in found and taken & found}:
        found |= more
    return found


def import_graph(root: Path, files: Collection[str]) -> dict[str, frozenset[str]]:
    """What each Python file imports of the others."""
    python = {path for path in files if path.endswith(".py")}
    return {path: frozenset(_imports(root / path, python)) for path in python}


def _imports(file: Path, python: Collection[str]) -> Iterator[str]:
    # The fixtures set up the whole application: through them every test would reach everything.
    if file.name == "conftest.py":
        return
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError:  # ruff says where; the other files are still looked at
        return
    for node in ast.walk(tree):
        for candidates in _modules(node):
            yield from [path for name in candidates if (path := _file_of(name, python))][:1]


def _modules(node: ast.AST) -> Iterator[list[str]]:
    """For each thing that is imported the modules it may be, nearest first.

    `from a import b` takes the module a.b when there is one, and else something out of a.
    """
    if isinstance(node, ast.Import):
        yield from ([alias.name] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from ([f"{node.module}.{alias.name}", node.module] for alias in node.names)


def _file_of(module: str, python: Collection[str]) -> str | None:
    """The file of a module or a package of ours."""
    name = module.replace(".", "/")
    return next((p for p in (f"{name}.py", f"{name}/__init__.py") if p in python), None)


def _is_test(path: str) -> bool:
    name = PurePosixPath(path).name
    return path.startswith("tests/") and name.startswith("test_") and name.endswith(".py")


def _reaching(path: str, graph: Graph) -> set[str]:
    """The files that import a changed one. Journeys count only for files among the tests."""
    found = importers(path, graph)
    if path.startswith("tests/"):
        return found
    return {name for name in found if not name.startswith(JOURNEYS)}


def _folders(path: str, files: Collection[str]) -> set[str]:
    """The folders of tests that belong to a changed path."""
    whole = PurePosixPath(path)
    if whole.name == "conftest.py":
        return {f"{whole.parent}/"}
    if path.startswith("tests/"):
        return set()
    found = _journeys(path, files)
    if path.startswith(WORDS):
        found.add(CONTENT)
    return found


def _journeys(path: str, files: Collection[str]) -> set[str]:
    """The folders of journeys named as a folder of the path, or as the file."""
    subjects = {*PurePosixPath(path).with_suffix("").parts} - NO_SUBJECT
    folders = {f"{JOURNEYS}{subject}/" for subject in subjects}
    return {folder for folder in folders if any(name.startswith(folder) for name in files)}


def _has_place(path: str, graph: Graph, files: Collection[str], runnable: Collection[str]) -> bool:
    if path.startswith(ALWAYS) or path.endswith(ONLY_READ):
        return True
    if path.startswith(NEVER):
        return False
    if path.startswith("annualwheel/"):
        return bool(_journeys(path, files))
    return bool(_folders(path, files) or _reaching(path, graph) & set(runnable))

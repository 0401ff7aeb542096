"""What the structure tests read: the files of the project, their syntax trees and their text."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from config import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef

PACKAGE = ROOT / "annualwheel"
OURS = ("annualwheel", "scenes", "scripts", "devmail", "bench", "rehearse", "migrations")
PRODUCT = sorted(PACKAGE.rglob("*.py"))
CODE = sorted(
    {
        *(p for name in OURS for p in (ROOT / name).rglob("*.py") if "versions" not in p.parts),
        *ROOT.glob("*.py"),
    }
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((PACKAGE / "templates").rglob("*.html"))
# Files with one of these endings are read as text.
TEXT_ENDINGS = {".py", ".html", ".md", ".toml", ".txt", ".js", ".css", ".sh", ".cfg", ".ini", ""}


def check_none(offenders: Iterable[str]) -> None:
    """Fails with all offenders, one a line."""
    if found := list(offenders):
        pytest.fail("\n".join([f"{len(found)} found:", *found]), pytrace=False)


def name_of(path: Path) -> str:
    """The path as seen from the root of the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def text(path: Path) -> str:
    """The text of a file."""
    return path.read_text(encoding="utf-8", errors="replace")


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Every node of a Python file."""
    return list(ast.walk(tree(path)))


def functions(path: Path) -> Iterator[Function]:
    """Every function of a Python file, the inner ones too."""
    return (node for node in nodes(path) if isinstance(node, Function))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a Python file, with the name it is written under: "db.session.commit"."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, at the top or anywhere.

    Of our packages also the submodules taken from them.
    """
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module != "__future__":
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if is_module(submodule) else node.module


@cache
def is_module(dotted: str) -> bool:
    """Whether a dotted name is a module or a package of this project."""
    path = ROOT / Path(*dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


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
    paths = [ROOT / name for name in names]
    return [path for path in paths if path.is_file() and path.suffix in TEXT_ENDINGS]

"""Judges mutants in a copy of the project: `python -m scripts.mutant_judge`, started in that copy.

It reads a `Case` a line from stdin and answers each with a `Verdict`, both as JSON. It writes the
file of a mutant, runs its tests in a process of their own, and puts the file back.

What costs most is done once: the libraries are imported before the first process is forked, and
the migrated SQLite template of the first run is kept for the others. The modules of the project
are imported again each time.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib
import importlib.metadata
import itertools
import json
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ROOT

SAID, TEMPLATE = ROOT / "said.txt", ROOT / "kept-template.db"
# Races take long, and it is a matter of chance whether they notice a mutant.
LEFT_OUT = "not postgresql and not browser and not race"
# The first failure is enough, and with a seed the same mutant meets the same examples each time.
USUAL = ("-q", "-x", "-m", LEFT_OUT, "--hypothesis-seed=7")
LATER = itertools.count(2, 2)
# The last lines of what pytest says, for tests that fail without any mutant.
LINES_SHOWN = 15


@dataclasses.dataclass(frozen=True)
class Case:
    """A file with other content, the tests that judge it, and the seconds they have.

    No path: the tests as they are.
    """

    path: str
    source: str
    tests: tuple[str, ...]
    seconds: float


@dataclasses.dataclass(frozen=True)
class Verdict:
    """`outcome` is "survived", "killed" or "hung"; how long it took; what pytest said last."""

    outcome: str
    seconds: float
    said: str


@pytest.fixture(scope="session", autouse=True)
def kept_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Gives the tests the template an earlier run migrated, or keeps the one they make.

    See `tests.databases.SQLite.create`, which looks for it there.
    """
    place = tmp_path_factory.getbasetemp() / "template.db"
    if TEMPLATE.exists():
        shutil.copyfile(TEMPLATE, place)
    yield
    if place.exists() and not TEMPLATE.exists():
        shutil.copyfile(place, TEMPLATE)


def main() -> None:
    """Answers until stdin ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    import_libraries()
    for line in sys.stdin:
        asked = json.loads(line)
        verdict = judged(Case(**(asked | {"tests": tuple(asked["tests"])})))
        print(json.dumps(dataclasses.asdict(verdict)), flush=True)


def import_libraries() -> None:
    """Imports what the project and its tests import from elsewhere.

    It leaves out the packages of pytest's plugins, which pytest must rewrite while importing them.
    """
    plugins = {point.module for point in importlib.metadata.entry_points(group="pytest11")}
    apart = {"_hypothesis_pytestplugin", "hypothesis", *(name.split(".")[0] for name in plugins)}
    ours = {path.stem for path in ROOT.iterdir()}
    for name in sorted(imported_names()):
        if name.split(".")[0] not in apart | ours:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def imported_names() -> set[str]:
    """The absolute names in the import statements of the application and the tests."""
    found: set[str] = set()
    for folder in ("annualwheel", "tests"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found.update(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module)
    return found


def judged(case: Case) -> Verdict:
    """Runs the tests of a case in a process of their own."""
    began = time.monotonic()
    with changed(ROOT / case.path, case.source) if case.path else contextlib.nullcontext():
        run = multiprocessing.get_context("fork").Process(target=run_tests, args=(case,))
        run.start()
        try:
            run.join(case.seconds)
        finally:
            if hung := run.is_alive():
                end(run.pid or 0)
                run.join()
    said = "\n".join(SAID.read_text(errors="replace").splitlines()[-LINES_SHOWN:])
    outcome = "hung" if hung else "killed" if run.exitcode else "survived"
    return Verdict(outcome, time.monotonic() - began, said)


def end(leader: int) -> None:
    """Ends a process and what it has started: it leads a group of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(leader, signal.SIGKILL)
        os.killpg(leader, signal.SIGKILL)


@contextlib.contextmanager
def changed(file: Path, source: str) -> Iterator[None]:
    """The file with another content for a while.

    Its time is moved by whole seconds, by more each time: bytecode is told apart by the second and
    the size, and a process that a test starts writes some.
    """
    original, before = file.read_bytes(), file.stat().st_mtime
    file.write_text(source, encoding="utf-8", newline="")
    moved = before + next(LATER)
    os.utime(file, (moved, moved))
    try:
        yield
    finally:
        file.write_bytes(original)
        os.utime(file, (before, before))


def run_tests(case: Case) -> None:
    """The child: leads a process group of its own, so that all it starts can be ended with it.

    The bytecode of a mutant is not kept.
    """
    os.setsid()
    sys.dont_write_bytecode = bool(case.path)
    with SAID.open("wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    status = pytest.main([*USUAL, *case.tests], plugins=[sys.modules[__name__]])
    sys.stdout.flush()
    os._exit(int(status))


if __name__ == "__main__":
    main()

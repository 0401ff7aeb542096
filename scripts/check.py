"""The checks to run while working, in less than a minute: `python -m scripts.check`.

Lint and types of everything, the structure tests, and the tests that reach what changed (see
`scripts.selection`), on SQLite and without a browser. What changed is the difference between the
working tree and BASE, what git does not know yet included; BASE is `origin/main`, or the commit
before the last one where there is no such branch.

No test begins after LAST_START seconds; what was not run then is listed, and does not count as a
failure. `make test` runs everything.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config import ROOT
from scripts.selection import Selection, choose, import_graph

LAST_START = 40.0
LEFT_OUT = "not postgresql and not browser"
STRUCTURE = "tests/structure"
LINT = {
    "ruff check": ("ruff", "check", "--quiet", "--output-format", "concise", "."),
    "ruff format": ("ruff", "format", "--check", "."),
}
# What git calls a commit without any file.
NOTHING = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


class NoBaseError(Exception):
    """There is nothing to compare with."""


def main(environ: dict[str, str]) -> int:
    """Returns 0 when all holds; everything is run even when something fails."""
    began = time.time()
    try:
        base = find_base(ROOT, environ.get("BASE", ""))
    except NoBaseError as problem:
        print(problem, file=sys.stderr)
        return 2
    # The slowest check begins first, and runs while ruff and git do.
    types = start("mypy")
    failed = [name for name, arguments in LINT.items() if run(*arguments)]
    changed, files = changed_since(ROOT, base), files_of(ROOT)
    selection = choose(changed, import_graph(ROOT, files), files)
    print("\n".join(described(selection, len(changed), base)), flush=True)
    if run(*pytest_arguments(selection, began + LAST_START, environ.get("JOBS", "2"))):
        failed.append("tests")
    said, _ = types.communicate()
    if types.returncode:
        print(said)
        failed.append("mypy")
    print("\n".join(conclusion(failed, selection.unplaced, time.time() - began)))
    return 1 if failed else 0


def start(*arguments: str) -> subprocess.Popen[str]:
    """A Python module at work on the other core; what it says is kept until the end."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(*arguments: str) -> int:
    """The exit status of a Python module."""
    return subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, check=False).returncode


def pytest_arguments(selection: Selection, until: float, jobs: str) -> list[str]:
    """The structure tests first, then those that were chosen, in that order."""
    limit = ["-p", "scripts.time_limit", "--until", str(until)]
    workers = ["-n", jobs, "--dist", "load"]
    return ["pytest", "-q", *workers, *limit, "-m", LEFT_OUT, STRUCTURE, *selection.tests]


def find_base(root: Path, wanted: str) -> str:
    """The commit to compare with: where the work left the wanted one, or the one there is."""
    if not (head := git(root, "rev-parse", "--verify", "--quiet", "HEAD")):
        raise NoBaseError("No commit to compare with. `make test` runs everything.")
    if wanted and not git(root, "rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}"):
        raise NoBaseError(f"BASE={wanted} is not a commit.")
    # The merge base: what others have done on main since is no change of this work.
    for name in [wanted] if wanted else ["origin/main", "HEAD~1"]:
        if found := git(root, "merge-base", name, head[0]):
            return found[0]
    return NOTHING


def changed_since(root: Path, base: str) -> list[str]:
    """What differs from a commit, gone files too, and what git does not know yet."""
    # Without renames, so that a file that was moved is looked for under both names.
    differing = git(root, "diff", "--name-only", "--no-renames", "-z", base)
    unknown = git(root, "ls-files", "--others", "--exclude-standard", "-z")
    return sorted({*differing, *unknown})


def files_of(root: Path) -> list[str]:
    """The files of the project that exist now."""
    listed = git(root, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    return [name for name in listed if (root / name).is_file()]


def git(root: Path, *arguments: str) -> list[str]:
    """The pieces of git's answer; an empty list when it refuses."""
    answer = subprocess.run(
        ["git", *arguments], cwd=root, capture_output=True, text=True, check=False
    )
    return [piece for piece in answer.stdout.replace("\0", "\n").splitlines() if piece]


def described(selection: Selection, changed: int, base: str) -> list[str]:
    """What was chosen, in words."""
    lines = [
        f"Files changed since {base[:10]}: {changed}. They ask for these tests, on SQLite:",
    ]
    shown = selection.tests
    if selection.all_rules:
        lines.append("  everything in tests/rules")
        shown = tuple(path for path in shown if not path.startswith("tests/rules/"))
    return [*lines, *(f"  {path}" for path in shown), "  and tests/structure, as always"]


def conclusion(failed: Sequence[str], unplaced: Sequence[str], seconds: float) -> list[str]:
    """What passed, what failed, and what was not looked at."""
    lines = []
    if unplaced:
        lines += ["Not placed: `make test` runs the journeys and other tests of", ""]
        lines += [f"  {path}" for path in unplaced]
        lines.append("")
    result = f"Does not hold: {', '.join(failed)}." if failed else "All that was run holds."
    return [*lines, f"{result} {seconds:.0f} s."]


if __name__ == "__main__":
    sys.exit(main(dict(os.environ)))

"""What `make mutants` turns, how it chooses, and how it judges."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ROOT
from scripts import mutants
from scripts.mutant_judge import Case
from scripts.mutant_subjects import EQUIVALENT, SUBJECTS, Subject


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a module can be written that is to be turned."""
    monkeypatch.setattr(mutants, "ROOT", tmp_path)
    mutants.text_of.cache_clear()
    yield tmp_path
    mutants.text_of.cache_clear()


def lines_of(project: Path, source: str) -> list[str]:
    """The lines that the mutants of a module change, as they are then."""
    (project / "module.py").write_text(source, encoding="utf-8")
    found = mutants.mutants_of(Subject("one", ("module.py",), ()))
    return sorted(mutant.change[1] for mutant in found if mutant.source)


@pytest.mark.parametrize(
    ("line", "turned"),
    [
        ("x = a < b", ["x = a <= b", "x = a >= b"]),
        ("x = a >= b", ["x = a < b", "x = a > b"]),
        ("x = a == b", ["x = a != b"]),
        ("x = a is None", ["x = a is not None"]),
        ("x = a in b", ["x = a not in b"]),
        ("x = a not in b", ["x = a in b"]),
        ("x = a and b", ["x = a or b"]),
        ("x = not a", ["x =  a"]),
        ("x = f(over=True)", ["x = f(over=False)"]),
        ("x = 1 if a else 2", ["x = 1 if not a else 2"]),
        # the opposite of a comparison stands for its denial
        ("x = 1 if a == b else 2", ["x = 1 if a != b else 2"]),
        ("for x in y: pass", []),
        ("@dataclass(frozen=True)\nclass A: pass", []),
    ],
)
def test_each_comparison_and_each_boolean_is_turned(
    project: Path, line: str, turned: list[str]
) -> None:
    assert lines_of(project, f"{line}\n") == turned


def test_the_same_seed_gives_the_same_sample_with_a_share_for_each_subject() -> None:
    groups = [mutants.mutants_of(subject) for subject in SUBJECTS[:3]]
    first, second = (mutants.sampled(groups, random.Random(7), 9) for _ in range(2))
    assert first == second
    assert [sum(one.subject is subject for one in first) for subject in SUBJECTS[:3]] == [3, 3, 3]


def test_a_line_is_found_by_the_end_of_its_path() -> None:
    found = mutants.mutants_of(SUBJECTS[0])
    one = found[0]
    at = f"{Path(one.path).name}:{one.line}"
    assert {mutant.line for mutant in mutants.mutants_of(SUBJECTS[0], [at])} == {one.line}


# A process that a test starts leaves bytecode behind.
ASKING = """
import subprocess, sys
import answer
def test_it():
    subprocess.run([sys.executable, "-c", "import answer"], check=True)
    assert answer.YES
"""


def test_a_mutant_is_judged_in_a_copy_and_the_file_put_back(tmp_path: Path) -> None:
    """A judge at work on a project of one module and one test."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    shutil.copy(ROOT / "config.py", tmp_path)
    (tmp_path / "answer.py").write_text("YES = True\n", encoding="utf-8")
    (tmp_path / "test_answer.py").write_text(ASKING, encoding="utf-8")
    judge = mutants.Judge(tmp_path)

    def outcome(source: str, seconds: float = 60, path: str = "answer.py") -> str:
        return judge.ask(Case(path, source, ("test_answer.py",), seconds)).outcome

    assert outcome("", path="") == "survived"
    assert outcome("YES = 1234\n") == "survived"
    assert outcome("YES = None\n") == "killed"
    assert outcome("YES = 5678\n") == "survived"
    assert outcome("raise OSError\n") == "killed"
    assert outcome("while True:\n    pass\n", 5) == "hung"
    assert (tmp_path / "answer.py").read_text(encoding="utf-8") == "YES = True\n"
    assert outcome("", path="") == "survived"
    judge.process.communicate()


def test_what_the_subjects_name_is_there() -> None:
    named = {path for subject in SUBJECTS for path in (*subject.modules, *subject.tests)}
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_what_makes_no_difference_still_stands_in_the_code() -> None:
    gone = [
        (path, before)
        for path, changes in EQUIVALENT.items()
        for before, _after in changes
        if before not in map(str.strip, mutants.text_of(path).splitlines())
    ]
    assert gone == []

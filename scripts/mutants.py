"""Turns a comparison or a Boolean in the code and sees whether a test notices: `make mutants`.

    make mutants                                            # 200 mutants of all subjects
    make mutants ARGS="--subject seats --most 30"           # one subject; may be given again
    make mutants ARGS="--seed 7"                            # the same sample as another time
    make mutants ARGS="--at registrations/seats.py:<line>"  # every mutant of one line

Each mutant is one change: `<` becomes `<=` or `>=`, `and` becomes `or`, `in` becomes `not in`, a
condition gets a `not`. The tests of its subject are run on SQLite until one fails; then it is
*killed*. One that hangs is ended, and counts as killed. One that *survives* is shown: either a
test is missing, or the change makes no difference. What has been looked at and makes no
difference stands in `EQUIVALENT` with the reason; it is shown apart, and not counted as killed.

Cosmic Ray knows the changes and makes them. It is used as a library: its own runner writes the
mutant into the working tree, knows one test command, and starts every run from nothing. Here the
mutants live in copies of the project, one for each job (see `scripts.mutant_judge`).
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import difflib
import functools
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from config import ROOT
from scripts.check import files_of
from scripts.mutant_judge import Case, Verdict
from scripts.mutant_subjects import EQUIVALENT, SUBJECTS, Subject

LEAST = 185 / 200
# How long the tests may take with a mutant: a multiple of what they take without, and some more.
TIMES_AS_LONG, SECONDS_MORE = 4, 20
FIRST_RUN = 600
# What each comparison is turned into: its opposite, and the same with the bound moved.
TURNED = {
    "Eq": ["NotEq"],
    "NotEq": ["Eq"],
    "Is": ["IsNot"],
    "IsNot": ["Is"],
    "Lt": ["LtE", "GtE"],
    "LtE": ["Lt", "Gt"],
    "Gt": ["GtE", "LtE"],
    "GtE": ["Gt", "Lt"],
}
BOOLEANS = (
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceUnaryOperator_Delete_Not",
)
Judged = TypeVar("Judged")
Position = tuple[tuple[int, int], tuple[int, int]]


class TurnMembership:
    """`in` becomes `not in` and back; Cosmic Ray has no operator for it."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Where in a node, as `(line, column)` of the beginning and the end."""
        for child in self._turnable(node):
            yield child.start_pos, child.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The node with the comparison at that position turned."""
        turned = self._turnable(node)[index]
        other = " in" if turned.get_code().strip() != "in" else " not in"
        node.children[node.children.index(turned)] = get_ast(other)
        return node

    @staticmethod
    def _turnable(node: Any) -> list[Any]:
        if node.type != "comparison":
            return []
        return [child for child in node.children[1::2] if child.get_code().split()[-1] == "in"]


@dataclass(frozen=True)
class Mutant:
    """One change in one file."""

    subject: Subject
    path: str
    line: int
    operator: Any
    occurrence: int

    @functools.cached_property
    def source(self) -> str:
        """The file with the change; the empty string when it is no Python."""
        source = mutate_code(text_of(self.path), self.operator, self.occurrence)
        try:
            ast.parse(source)
        except SyntaxError:
            return ""
        return str(source)

    @property
    def diff(self) -> str:
        """The change as a diff."""
        before, after = text_of(self.path).splitlines(), self.source.splitlines()
        return "\n".join(difflib.unified_diff(before, after, self.path, self.path, "", "", 2, ""))

    @property
    def change(self) -> tuple[str, str]:
        """The line before and the line after, stripped: how `EQUIVALENT` names it."""
        before, after = text_of(self.path).splitlines(), self.source.splitlines()
        old, new = next(pair for pair in zip(before, after, strict=True) if pair[0] != pair[1])
        return old.strip(), new.strip()

    @property
    def why_equivalent(self) -> str:
        """Why no test can tell it from the original; the empty string for any other."""
        return EQUIVALENT.get(self.path, {}).get(self.change, "")


class Judge:
    """A process at work in its own copy of the project."""

    def __init__(self, copy: Path) -> None:
        environ = {**os.environ, "TMPDIR": str(copy / "tmp")}
        # Without bytecode each run would compile the whole project.
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        (copy / "tmp").mkdir()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scripts.mutant_judge"],
            cwd=copy,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, case: Case) -> Verdict:
        """Waits for the verdict. Raises `ChildProcessError` when the process has ended."""
        assert self.process.stdin and self.process.stdout  # noqa: S101 both are pipes
        print(json.dumps(dataclasses.asdict(case)), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise ChildProcessError(f"a judge has ended with status {self.process.wait()}")
        return Verdict(**json.loads(answer))


class Court:
    """As many judges as jobs; each case goes to one that is free."""

    def __init__(self, judges: Sequence[Judge], pool: ThreadPoolExecutor) -> None:
        self.pool = pool
        self.free: SimpleQueue[Judge] = SimpleQueue()
        for judge in judges:
            self.free.put(judge)
        self.seconds: dict[str, float] = {}

    def each(
        self, judge: Callable[[Judged], Verdict], asked: Sequence[Judged]
    ) -> Iterator[tuple[Judged, Verdict]]:
        """Gives each with its verdict, in the order given, as they come."""
        return zip(asked, self.pool.map(judge, asked), strict=True)

    def first_run(self, subject: Subject) -> Verdict:
        """The tests of a subject without a mutant; remembers how long they take."""
        verdict = self._ask(Case("", "", subject.tests, FIRST_RUN))
        self.seconds[subject.name] = verdict.seconds
        return verdict

    def judge(self, mutant: Mutant) -> Verdict:
        """Runs the tests of its subject with a mutant. `first_run` comes before it."""
        seconds = self.seconds[mutant.subject.name] * TIMES_AS_LONG + SECONDS_MORE
        return self._ask(Case(mutant.path, mutant.source, mutant.subject.tests, seconds))

    def _ask(self, case: Case) -> Verdict:
        judge = self.free.get()
        try:
            return judge.ask(case)
        finally:
            self.free.put(judge)


def main(arguments: Sequence[str]) -> int:
    """Returns 0 when enough mutants were killed, 1 when too few, 2 when nothing could be judged."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asked = parsed(arguments)
    chosen = [subject for subject in SUBJECTS if not asked.subject or subject.name in asked.subject]
    groups = [mutants_of(subject, asked.at) for subject in chosen]
    sample = sampled(groups, random.Random(asked.seed), asked.most)  # noqa: S311 no secret
    subjects = [subject for subject in chosen if any(one.subject is subject for one in sample)]
    print(f"{len(sample)} of {sum(map(len, groups))} mutants, --seed {asked.seed}", flush=True)
    with court_of(asked.jobs) as court:
        for subject, verdict in court.each(court.first_run, subjects):
            print(f"{subject.name:<14} {verdict.seconds:4.0f} s without a mutant", flush=True)
            if verdict.outcome != "survived":
                print(f"The tests of {subject.name} fail without a mutant:\n{verdict.said}")
                return 2
        verdicts = []
        for mutant, verdict in court.each(court.judge, sample):
            print(f"{verdict.outcome:<8} {verdict.seconds:4.0f} s  {name_of(mutant)}", flush=True)
            verdicts.append((mutant, verdict.outcome))
    print("\n".join(report(verdicts)))
    killed = sum(outcome != "survived" for _, outcome in verdicts)
    return 0 if verdicts and killed >= asked.least * len(verdicts) else 1


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(prog="make mutants", description="See scripts/mutants.py.")
    names = [subject.name for subject in SUBJECTS]
    parser.add_argument("--subject", action="append", choices=names, help="one of them; again")
    parser.add_argument("--at", action="append", help="path:line, the end of the path is enough")
    parser.add_argument("--most", type=int, default=200, help="size of the sample")
    parser.add_argument("--seed", type=int, default=random.randrange(1000))  # noqa: S311 no secret
    parser.add_argument("--least", type=float, default=LEAST, help="the part to be killed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at once")
    return parser.parse_args(arguments)


def mutants_of(subject: Subject, at: Sequence[str] | None = None) -> list[Mutant]:
    """Every mutant of the modules of a subject, or those on the given lines."""
    found = [mutant for path in subject.modules for mutant in _mutants_in(subject, path)]
    return [one for one in found if not at or f"{one.path}:{one.line}".endswith(tuple(at))]


def _mutants_in(subject: Subject, path: str) -> Iterator[Mutant]:
    source = text_of(path)
    nodes = list(ast_nodes(get_ast(source)))
    # `not a < b` says the same as `a >= b`, which is another mutant.
    alone = {
        (node.start_pos, node.end_pos) for node in nodes if node.type in ("comparison", "not_test")
    }
    decorators = _decorator_lines(source)
    for operator in operators():
        negates = type(operator).__name__ == "AddNot"
        places = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, place in enumerate(places):
            (line, _), _ = place
            if line not in decorators and not (negates and place in alone):
                yield Mutant(subject, path, line, operator, occurrence)


def _decorator_lines(source: str) -> set[int]:
    """The lines of the decorators: `frozen=True` is a matter of the types."""
    return {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        for decorator in node.decorator_list
        for line in range(decorator.lineno, (decorator.end_lineno or 0) + 1)
    }


def operators() -> list[Any]:
    """The kinds of changes."""
    compared = [
        f"ReplaceComparisonOperator_{one}_{other}"
        for one, others in TURNED.items()
        for other in others
    ]
    names = [f"core/{name}" for name in (*compared, *BOOLEANS, "AddNot")]
    return [*(get_operator(name)() for name in names), TurnMembership()]


def sampled(groups: Iterable[list[Mutant]], chance: random.Random, most: int) -> list[Mutant]:
    """At most so many mutants, the same number from each subject as far as it has that many."""
    shuffled = [chance.sample(group, len(group)) for group in groups]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*shuffled))
    usable = (mutant for mutant in turns if mutant is not None and mutant.source)
    taken = list(itertools.islice(usable, most))
    return sorted(taken, key=lambda mutant: (mutant.path, mutant.line))


@contextmanager
def court_of(jobs: int) -> Iterator[Court]:
    """Judges in copies of the working tree as it is now; the copies go with them.

    The judges are ended before their threads are waited for.
    """
    with ExitStack() as stack:
        pool = ThreadPoolExecutor(jobs)
        stack.callback(pool.shutdown, cancel_futures=True)
        judges = []
        for _ in range(jobs):
            copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutants-")))
            copy_tree(copy)
            judge = Judge(copy)
            stack.callback(judge.process.communicate)
            stack.callback(judge.process.terminate)
            judges.append(judge)
        yield Court(judges, pool)


def copy_tree(copy: Path) -> None:
    """Copies the files of the project, with those that git does not know yet."""
    for name in files_of(ROOT):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)


def report(verdicts: Sequence[tuple[Mutant, str]]) -> list[str]:
    """The survivors, then what became of the mutants of each subject."""
    survivors = [mutant for mutant, outcome in verdicts if outcome == "survived"]
    lines = []
    for mutant in survivors:
        why = mutant.why_equivalent
        lines += ["", f"Makes no difference: {why}" if why else "Survived:", mutant.diff]
    outcomes = Counter((mutant.subject.name, outcome) for mutant, outcome in verdicts)
    lines += ["", f"{'':<14} mutants killed hung survived"]
    for name in [*dict.fromkeys(mutant.subject.name for mutant, _ in verdicts), ""]:
        counts = Counter[str]()
        for (subject, outcome), number in outcomes.items():
            counts[outcome] += number if name in ("", subject) else 0
        row = [counts.total(), counts["killed"], counts["hung"], counts["survived"]]
        lines.append("{:<14} {:7} {:6} {:4} {:8}".format(name or "together", *row))
    new = sum(not mutant.why_equivalent for mutant in survivors)
    return [*lines, f"Of those that survived, {new} have not been looked at."]


def name_of(mutant: Mutant) -> str:
    """Where it is and what it changes."""
    return f"{mutant.path}:{mutant.line}  {mutant.change[1]}"


@functools.cache
def text_of(path: str) -> str:
    """The content of a file of the project, as it was when first asked for."""
    return (ROOT / path).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

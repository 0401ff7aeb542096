"""Lets pytest begin no test after a given moment: `pytest -p scripts.time_limit --until 179…`.

What was not run is listed at the end, as the number of tests of each file. Failures make the run
fail, and so does a time that was up before any test began: nothing is known then.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

import pytest
from _pytest.terminal import TerminalReporter


def pytest_addoption(parser: pytest.Parser) -> None:
    """The moment, in seconds since 1970; the workers of xdist are given it too."""
    parser.addoption("--until", type=float, help="begin no test after this moment (epoch)")


def pytest_configure(config: pytest.Config) -> None:
    """Registers the listing in the first process, which alone sees every report."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Listing())


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Skips a test, without a report, when the time is up."""
    until = item.config.getoption("--until")
    return True if until is not None and time.time() >= until else None


class Listing:
    """Which tests were collected and which were run."""

    def __init__(self) -> None:
        self.collected: set[str] = set()
        self.run: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Notes all tests, when there are no workers."""
        self.collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: Sequence[str]) -> None:
        """Notes all tests, as a worker has found them."""
        self.collected.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes that a test has begun."""
        self.run.add(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fails the run in which no test at all has begun."""
        if self.collected and not self.run and not session.exitstatus:
            session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Tells how many tests of which file were not run, a line for each folder."""
        left = Counter(nodeid.split("::")[0] for nodeid in self.collected - self.run)
        if not left:
            return
        folders: dict[str, list[str]] = {}
        for file, count in sorted(left.items()):
            path = PurePosixPath(file)
            folders.setdefault(str(path.parent), []).append(f"{path.name} {count}")
        terminalreporter.section("the time was up: these were not run")
        for folder, files in folders.items():
            terminalreporter.line(f"{folder}: {', '.join(files)}")

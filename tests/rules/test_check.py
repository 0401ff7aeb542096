"""Which tests `make check` chooses for a change, and when it stops."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts import check
from scripts.selection import Graph, Selection, choose, import_graph, importers

pytest_plugins = ["pytester"]

GRAPH: Graph = {
    "annualwheel/clock.py": frozenset(),
    "annualwheel/registrations/seats.py": frozenset({"annualwheel/clock.py"}),
    "annualwheel/registrations/offers.py": frozenset({"annualwheel/registrations/seats.py"}),
    "annualwheel/letters.py": frozenset(),
    "annualwheel/web/open/views.py": frozenset({"annualwheel/registrations/offers.py"}),
    "tests/guests.py": frozenset({"annualwheel/registrations/seats.py"}),
    "tests/content/test_mails.py": frozenset({"annualwheel/letters.py"}),
    "tests/rules/test_offers.py": frozenset({"annualwheel/registrations/offers.py"}),
    "tests/rules/test_letters.py": frozenset({"annualwheel/letters.py"}),
    "tests/rules/test_seats.py": frozenset({"tests/guests.py"}),
    "tests/rules/test_values.py": frozenset(),
    "tests/rules/test_words.py": frozenset(),
    "tests/journeys/registrations/test_seat.py": frozenset({"tests/guests.py"}),
    "tests/journeys/open/test_start.py": frozenset({"annualwheel/letters.py"}),
    "tests/browser/test_start.py": frozenset({"tests/guests.py"}),
    "tests/structure/test_sizes.py": frozenset(),
}
FILES = [
    *GRAPH,
    "README.md",
    "Makefile",
    "email_templates/sv/invitation.txt",
    "annualwheel/templates/open/start.html",
    "tests/journeys/conftest.py",
]


def chosen(*changed: str) -> Selection:
    return choose(changed, GRAPH, FILES)


def test_importers_are_found_through_others() -> None:
    assert importers("annualwheel/registrations/offers.py", GRAPH) == {
        "annualwheel/registrations/offers.py",
        "annualwheel/web/open/views.py",
        "tests/rules/test_offers.py",
    }


def test_code_asks_for_the_rules_that_reach_it_and_the_journeys_of_its_folder() -> None:
    found = chosen("annualwheel/registrations/offers.py")
    assert found.tests == (
        "tests/rules/test_offers.py",
        "tests/journeys/registrations/test_seat.py",
    )
    assert not found.all_rules and not found.unplaced


def test_journeys_are_named_when_no_folder_of_theirs_is_there() -> None:
    found = chosen("annualwheel/letters.py")
    assert found.tests == ("tests/content/test_mails.py", "tests/rules/test_letters.py")
    assert found.unplaced == ("annualwheel/letters.py",)


def test_what_most_rules_reach_asks_for_all_of_them() -> None:
    few = chosen("annualwheel/clock.py")
    assert not few.all_rules and "tests/rules/test_words.py" not in few.tests
    reached = dict(GRAPH) | {"tests/rules/test_values.py": frozenset({"annualwheel/clock.py"})}
    found = choose(["annualwheel/clock.py"], reached, FILES)
    assert found.all_rules
    assert {path for path in FILES if path.startswith("tests/rules/")} <= set(found.tests)
    assert found.unplaced == ("annualwheel/clock.py",)


@pytest.mark.parametrize(
    "path", ["annualwheel/web/open/views.py", "annualwheel/templates/open/start.html"]
)
def test_a_surface_has_the_journeys_of_its_audience(path: str) -> None:
    found = chosen(path)
    assert "tests/journeys/open/test_start.py" in found.tests and not found.unplaced


def test_texts_ask_for_the_rules_about_words() -> None:
    found = chosen("email_templates/sv/invitation.txt")
    assert found.tests == ("tests/content/test_mails.py",) and not found.unplaced


def test_a_test_that_changed_comes_first() -> None:
    found = chosen("annualwheel/registrations/offers.py", "tests/rules/test_words.py")
    assert found.tests[0] == "tests/rules/test_words.py"


def test_what_tests_share_asks_for_all_that_import_it_but_the_browser() -> None:
    found = chosen("tests/guests.py")
    assert found.tests == (
        "tests/journeys/registrations/test_seat.py",
        "tests/rules/test_seats.py",
    )
    assert not found.unplaced


def test_fixtures_ask_for_the_tests_of_their_folder() -> None:
    assert chosen("tests/journeys/conftest.py").tests == (
        "tests/journeys/open/test_start.py",
        "tests/journeys/registrations/test_seat.py",
    )


def test_the_browser_is_left_to_make_test_and_named() -> None:
    found = chosen("tests/browser/test_start.py")
    assert not found.tests and found.unplaced == ("tests/browser/test_start.py",)


def test_what_cannot_be_placed_is_named() -> None:
    found = chosen("Makefile", "README.md", "tests/structure/test_sizes.py", "scripts/gone.py")
    assert not found.tests and found.unplaced == ("Makefile", "scripts/gone.py")
    assert "  Makefile" in check.conclusion([], found.unplaced, 12.3)


def test_imports_are_read_as_python_reads_them(tmp_path: Path) -> None:
    sources = {
        "house/__init__.py": "",
        "house/rooms.py": "import house.doors\nfrom house import keys, address\n",
        "house/doors.py": "from sys import path\n",
        "house/keys/__init__.py": "def f():\n    from house.doors import open\n",
        "house/broken.py": "import house.rooms\ndef\n",
        "tests/conftest.py": "import house.rooms\n",
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source, encoding="utf-8")
    assert import_graph(tmp_path, list(sources)) == {
        "house/__init__.py": frozenset(),
        "house/rooms.py": {"house/doors.py", "house/keys/__init__.py", "house/__init__.py"},
        "house/doors.py": frozenset(),
        "house/keys/__init__.py": {"house/doors.py"},
        "house/broken.py": frozenset(),
        "tests/conftest.py": frozenset(),
    }


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two commits; a file is changed since, one is gone and one is new."""
    git(tmp_path, "init", "--quiet")
    for number in (1, 2):
        (tmp_path / f"file{number}").write_text("as committed", encoding="utf-8")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "-m", f"Commit {number}")
    (tmp_path / "file1").unlink()
    (tmp_path / "new file").touch()
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    own = ("user.name=Anna", "user.email=anna@kommun.example", "commit.gpgsign=false")
    settings = [word for setting in own for word in ("-c", setting)]
    return subprocess.run(
        ["git", *settings, *arguments], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_without_a_main_branch_the_last_commit_and_what_is_not_committed_count(
    repository: Path,
) -> None:
    base = check.find_base(repository, "")
    assert base == git(repository, "rev-parse", "HEAD~1")
    assert check.changed_since(repository, base) == ["file1", "file2", "new file"]
    assert set(check.files_of(repository)) == {"file2", "new file"}


def test_a_base_that_is_named_is_taken(repository: Path) -> None:
    assert check.changed_since(repository, check.find_base(repository, "HEAD")) == [
        "file1",
        "new file",
    ]
    with pytest.raises(check.NoBaseError, match="BASE=nowhere"):
        check.find_base(repository, "nowhere")


def test_the_first_commit_is_compared_with_nothing(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--force", "HEAD~1")
    assert "file1" in check.changed_since(repository, check.find_base(repository, ""))


def test_no_test_begins_when_the_time_is_up(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_one():\n    assert True\ndef test_two():\n    assert False\n")
    result = pytester.runpytest("-p", "scripts.time_limit", "--until", "0")
    # Nothing was run, so nothing is known.
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(["*the time was up*", "*test_no_test_begins*.py 2"])
    assert pytester.runpytest("-p", "scripts.time_limit", "--until", "1e11").ret == 1


def test_what_was_run_in_time_counts(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import time

        def test_one(request):
            request.config.option.until = time.time() - 1

        def test_two():
            assert False
        """
    )
    result = pytester.runpytest("-p", "scripts.time_limit", "--until", "1e11")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["*the time was up*", "*test_what_was_run*.py 1"])

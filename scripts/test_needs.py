"""Ensures that what the tests need besides Python is there: `python -m scripts.test_needs
postgresql chromium --optional readers proxy`.

It installs what is missing when that needs no answer (apt as root, or with a sudo that wants no
password); otherwise a message says what to do, and the exit status is 1. What is optional may be
missing, except with CI=true: for it an option is printed by which pytest leaves its tests out. All
messages go to standard error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from ctypes.util import find_library
from dataclasses import dataclass

from config import ROOT
from scripts.chromium import find_chromium
from scripts.postgresql import find_programs


@dataclass(frozen=True)
class Need:
    """How to see that each part is there, by the name of its package, and what else helps.

    `fetch` gets what no package brings, and says whether it is there.
    """

    parts: Mapping[str, Callable[[], bool]]
    otherwise: str
    fetch: Callable[[], bool] = lambda: True

    def missing(self) -> list[str]:
        """The packages to install.

        What is there already may have come from elsewhere: Node.js as NodeSource packs it refuses
        Debian's npm.
        """
        return [package for package, is_there in self.parts.items() if not is_there()]


def _programs(*names: str) -> Callable[[], bool]:
    return lambda: all(map(shutil.which, names))


def _fetch_ical_js() -> bool:
    # Once, before the tests: two of their workers could do it at the same time.
    folder = ROOT / "tests" / "readers"
    found = folder / "node_modules" / "ical.js"
    if not found.is_dir():
        patience = ["--fetch-retries=1", "--fetch-timeout=20000"]
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", *patience]
        subprocess.run(command, cwd=folder, stdout=sys.stderr, check=False)
    return found.is_dir()


def find_nginx() -> str | None:
    """Where nginx is: Debian keeps it where only administrators look."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


NEEDS = {
    "postgresql": Need(
        {"postgresql": lambda: bool(os.environ.get("TEST_DATABASE_URL") or find_programs())},
        "or set TEST_DATABASE_URL=postgresql://user:password@host/database of a server where "
        "databases may be created",
    ),
    "chromium": Need(
        {"chromium-headless-shell": lambda: find_chromium() is not None},
        "or set CHROME to a Chromium or Chrome, or run: .venv/bin/python -m playwright install "
        "chromium",
    ),
    "proxy": Need(
        {"nginx-light": lambda: find_nginx() is not None},
        "or install nginx in another way",
    ),
    "readers": Need(
        {
            "libreoffice-calc-nogui": _programs("soffice"),
            "poppler-utils": _programs("pdftotext", "pdfinfo", "pdftohtml"),
            "nodejs": _programs("node"),
            "npm": _programs("npm"),
            "libical3": lambda: find_library("ical") is not None,
        },
        "npm must reach its registry for ical.js",
        _fetch_ical_js,
    ),
}


def main(arguments: list[str]) -> int:
    """Returns 0 when every need is there at the end, or may be missing."""
    parser = ArgumentParser(prog="python -m scripts.test_needs")
    parser.add_argument("needs", nargs="*")
    parser.add_argument("--optional", nargs="*", default=[])
    given = parser.parse_args(arguments)
    is_ci = os.environ.get("CI") == "true"
    for name in [*given.needs, *given.optional]:
        if _is_met(NEEDS[name]):
            continue
        _tell(f"The tests need {name}. {_advice(NEEDS[name])}")
        if name not in given.optional or is_ci:
            return 1
        _tell(f"Without it the tests in tests/{name} are left out.")
        print(f"--ignore=tests/{name}")
    return 0


def _is_met(need: Need) -> bool:
    """Whether all is there, after the attempt to install what is missing."""
    if (packages := need.missing()) and (prefix := _apt()):
        _tell(f"Installing {' '.join(packages)} with apt ...")
        _install(prefix, packages)
    return not need.missing() and need.fetch()


def _advice(need: Need) -> str:
    packages = need.missing()
    command = f"On Debian or Ubuntu: sudo apt install {' '.join(packages)};\n" if packages else ""
    return f"{command}{need.otherwise}."


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _apt() -> list[str]:
    """How to call apt-get without being asked anything; empty when that cannot be done."""
    if not shutil.which("apt-get"):
        return []
    if os.geteuid() == 0:
        return ["apt-get"]
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n", "apt-get"]
    return []


def _install(apt: list[str], packages: list[str]) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        subprocess.run(
            [*apt, *arguments],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            check=False,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

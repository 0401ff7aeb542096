"""Sees to it that what the tests need beside Python is there.

`python -m scripts.test_needs postgresql chromium`. What is missing is installed with apt when that
can be done without asking (root, or sudo without a password); otherwise the message says what to
do, and the exit status is 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from ctypes.util import find_library
from dataclasses import dataclass

from scripts.chromium import find_chromium
from scripts.postgresql import find_programs


@dataclass(frozen=True)
class Need:
    """How to see that each part is there, named by the package that has it, and what else helps."""

    parts: Mapping[str, Callable[[], bool]]
    otherwise: str

    def missing(self) -> list[str]:
        """The packages to install.

        What is there already may have come from elsewhere: Node.js as NodeSource packs it refuses
        Debian's npm.
        """
        return [package for package, is_there in self.parts.items() if not is_there()]


def _programs(*names: str) -> Callable[[], bool]:
    return lambda: all(map(shutil.which, names))


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
    "readers": Need(
        {
            "libreoffice-calc-nogui": _programs("soffice"),
            "poppler-utils": _programs("pdftotext", "pdfinfo"),
            "nodejs": _programs("node"),
            "npm": _programs("npm"),
            "libical3": lambda: find_library("ical") is not None,
        },
        "they read our workbooks and calendar entries",
    ),
}


def main(names: list[str]) -> int:
    """Returns 0 when every one of `names` is there at the end."""
    for name in names:
        need = NEEDS[name]
        if (packages := need.missing()) and (prefix := _apt()):
            print(f"Installing {' '.join(packages)} with apt ...", flush=True)
            _install(prefix, packages)
        if packages := need.missing():
            print(
                f"The tests need {name}. On Debian or Ubuntu: sudo apt install "
                f"{' '.join(packages)};\n{need.otherwise}.",
                file=sys.stderr,
            )
            return 1
    return 0


def _apt() -> list[str]:
    """How to call apt-get without being asked anything; empty when that cannot be done."""
    if not shutil.which("apt-get"):
        return []
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo"):
        silent = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if silent.returncode == 0:
            return ["sudo", "-n", "apt-get"]
    return []


def _install(apt: list[str], packages: list[str]) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["install", "-y", "-qq", "--no-install-recommends", *packages]
    for arguments in (["update", "-qq"], install):
        subprocess.run([*apt, *arguments], env=environ, stdin=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

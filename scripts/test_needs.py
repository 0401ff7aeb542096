"""Sees to it that what the tests need beside Python is there: `python -m scripts.test_needs postgresql chromium`.

What is missing is installed with apt when that can be done without asking (root, or sudo without a password); otherwise the
message says what to do, and the exit status is 1.
"""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from dataclasses import dataclass

from scripts.chromium import find_chromium
from scripts.postgresql import find_programs


@dataclass(frozen=True)
class Need:
    """How to see that it is there, which packages bring it, and what else helps."""

    is_met: Callable[[], bool]
    packages: tuple[str, ...]
    otherwise: str


NEEDS = {
    "postgresql": Need(lambda: bool(os.environ.get("TEST_DATABASE_URL") or find_programs()), ("postgresql",),
                       "or set TEST_DATABASE_URL=postgresql://user:password@host/database of a server where databases may be created"),
    "chromium": Need(lambda: find_chromium() is not None, ("chromium-headless-shell",),
                     "or set CHROME to a Chromium or Chrome, or run: .venv/bin/python -m playwright install chromium"),
    "readers": Need(lambda: all(map(shutil.which, ("soffice", "pdftotext", "node", "npm"))) and find_library("ical") is not None,
                    ("libreoffice-calc-nogui", "poppler-utils", "nodejs", "npm", "libical3"), "they read our workbooks and calendar entries"),
}


def main(names: list[str]) -> int:
    """Returns 0 when every one of `names` is there at the end."""
    missing = [name for name in names if not NEEDS[name].is_met()]
    for name in missing:
        need = NEEDS[name]
        if prefix := _apt():
            print(f"Installing {' '.join(need.packages)} with apt ...", flush=True)
            _install(prefix, need.packages)
        if not need.is_met():
            print(f"The tests need {name}. On Debian or Ubuntu: sudo apt install {' '.join(need.packages)};\n{need.otherwise}.",
                  file=sys.stderr)
            return 1
    return 0


def _apt() -> list[str]:
    """How to call apt-get without being asked anything; empty when that cannot be done."""
    if not shutil.which("apt-get"):
        return []
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n", "apt-get"]
    return []


def _install(apt: list[str], packages: tuple[str, ...]) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        subprocess.run([*apt, *arguments], env=environ, stdin=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

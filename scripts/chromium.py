"""Finds the browser that the tests and the pictures drive."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

# The first one has no window at all, and takes half the time.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
PLAYWRIGHTS_OWN = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)


def find_chromium() -> str | None:
    """The program, or None.

    The one CHROME names, an installed one, or one that playwright has fetched.
    """
    for name in (os.environ.get("CHROME", ""), *NAMES):
        if name and (found := shutil.which(name)):
            return found
    folder = _playwrights_folder()
    fetched = sorted(path for pattern in PLAYWRIGHTS_OWN for path in folder.glob(pattern))
    return str(fetched[-1]) if fetched else None


def _playwrights_folder() -> Path:
    caches = "~/Library/Caches" if Path("/Library").is_dir() else "~/.cache"
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    return Path(named or f"{caches}/ms-playwright").expanduser()


def launch_options() -> dict[str, object]:
    """What playwright's `chromium.launch` needs here.

    Chromium has no sandbox for root, nor in most containers.
    """
    # `--disable-dev-shm-usage`: in most containers /dev/shm is too small for Chromium.
    sandbox = [] if os.geteuid() != 0 and not os.environ.get("CI") else ["--no-sandbox"]
    # Chromium would start a process for each page that is opened, and read its scripts anew: half
    # of the time it takes to show one.
    args = [*sandbox, "--disable-dev-shm-usage", "--renderer-process-limit=1"]
    return {"executable_path": find_chromium(), "args": args}

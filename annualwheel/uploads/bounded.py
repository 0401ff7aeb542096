"""Runs what reads an upload in a process of its own, bounded in time and memory.

A file that costs too much ends that process and nothing else. The process is started anew, not
forked: the web server has threads, and a fork would copy their locks. It gets no environment, so no
keys, and loads no more of the application than it reads with.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import structlog

from annualwheel.errors import Unreadable

log = structlog.get_logger()

PACKAGE = Path(__file__).parents[1]
# By the clock. The process bounds its work itself (`uploads.child`).
SECONDS = 20
# The package without what it imports to be an application, which takes more than a second.
START = """
import importlib, sys, types
package = types.ModuleType("annualwheel")
package.__path__ = [sys.argv[1]]
sys.modules["annualwheel"] = package
importlib.import_module(sys.argv[2]).main()
"""


def run(module: str, content: bytes) -> list[Any]:
    """What `main` of a module writes about a file, one JSON value a line.

    `main` calls `uploads.child.answer`.

    Raises `Unreadable`: what reading the file raised, and `file_takes_too_much` when the process
    was ended by its bounds.
    """
    command = [sys.executable, "-E", "-s", "-S", "-X", "utf8", "-c", START, str(PACKAGE), module]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # A traceback could hold what stands in the file.
        stderr=subprocess.DEVNULL,
        env={},
    ) as process:
        try:
            written, _nothing = process.communicate(content, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            written, _nothing = process.communicate()
    return _values(written, process.returncode)


def _values(written: bytes, code: int) -> list[Any]:
    if code != 0:
        log.warning("upload_reader_ended", code=code)
        # A signal ends what takes more than its bounds.
        raise Unreadable("file_takes_too_much" if code < 0 else "file_broken")
    values = [json.loads(line) for line in written.splitlines()]
    if refused := values[0].get("refused"):
        raise Unreadable(refused, **values[0]["params"])
    return values[1:]

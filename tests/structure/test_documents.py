"""What the documents name is there: files, folders and what else documents lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from config import ROOT
from tests.structure.sources import PACKAGE, check_none, name_of

# A decision tells of its own time: what it names may be gone.
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(ROOT / "bench").glob("*.md"),
    *(path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "decisions"),
]
QUOTED = re.compile(r"```.*?```|`[^`\n]+`|\]\([^)\n]+\)", re.DOTALL)
# A path with a folder, written out; `…/<kind>.txt` names no file.
WRITTEN_OUT = re.compile(r"(?<![\w./<>:-])[\w.][\w.-]*(?:/[\w.-]+)+/?(?![\w/<>{*])")
# What commands make, what git knows, and addresses of the service.
MADE = (".venv/", "instance/", "pictures/", "rehearsal/", "bench/results.json", "origin/")


def test_paths_in_the_documents_lead_somewhere() -> None:
    check_none(
        f"{name_of(document)} names {path}"
        for document in DOCUMENTS
        for path in sorted(set(paths_in(document)))
        if not path.startswith(MADE) and not leads_somewhere(document, path)
    )


def paths_in(document: Path) -> Iterator[str]:
    """The paths that a document puts in backticks, in a block of code or in a link."""
    for quoted in QUOTED.findall(document.read_text(encoding="utf-8")):
        if "://" not in quoted:
            yield from WRITTEN_OUT.findall(quoted)


def leads_somewhere(document: Path, path: str) -> bool:
    """Whether a path is there: from the root, the package, its templates or the document."""
    starts = (ROOT, PACKAGE, PACKAGE / "templates", document.parent)
    return any((start / path).exists() for start in starts)

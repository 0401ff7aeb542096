"""The parts of an Office file (ECMA-376 Part 2), also as other programs than Excel write them.

Names are found in any case, with slashes of either kind. Only what is asked for is unpacked.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from annualwheel.errors import Unreadable
from annualwheel.uploads.cells import MEGABYTE, Budget

UNPACKED_LIMIT = 50 * MEGABYTE
PIECE = 64 * 1024
LONGEST_TAG = MEGABYTE


class Handler:
    """What is done at each element of a part. Names come without their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """A piece of the text of an element."""


class Parts:
    """The parts of a file that is a zip archive. Raises `Unreadable` for one that is not."""

    def __init__(self, content: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(content))
        entries = self.archive.infolist()
        # Before anything is unpacked: a small archive may hold gigabytes.
        if sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
            raise Unreadable("file_unpacks_too_large")
        self.entries = {_normal(entry.filename): entry for entry in entries}
        self.left = UNPACKED_LIMIT * 2
        self.budget = Budget()

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return _normal(name) in self.entries

    def ending(self, end: str) -> str:
        """The first part whose name ends so, "" without one."""
        return next((name for name in self.entries if f"/{name}".endswith(end)), "")

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of a part, a piece at a time."""
        with self.archive.open(self.entries[_normal(name)]) as part:
            while piece := part.read(PIECE):
                # What the archive says of sizes may be wrong. A sheet is gone through twice.
                self.left -= len(piece)
                if self.left < 0:
                    raise Unreadable("file_unpacks_too_large")
                yield piece

    def parse(self, name: str, handler: Handler) -> Iterator[None]:
        """Hands the elements of a part to `handler`, and stops after each piece."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = PIECE
        budget, local = self.budget, _LocalNames()

        def start(tag: str, attributes: dict[str, str]) -> None:
            budget.elements -= 1
            handler.start(local[tag], attributes)

        parser.StartElementHandler = start
        parser.EndElementHandler = lambda tag: handler.end(local[tag])
        parser.CharacterDataHandler = handler.text
        parser.StartDoctypeDeclHandler = _refuse
        handed = 0
        for piece in self.pieces(name):
            parser.Parse(piece, False)
            handed += len(piece)
            budget.take()
            # A tag that does not end would be read anew with each piece.
            if handed - parser.CurrentByteIndex > LONGEST_TAG:
                raise Unreadable("file_takes_too_much")
            yield
        parser.Parse(b"", True)
        yield

    def read(self, name: str, handler: Handler) -> None:
        """Hands all elements of a part to `handler`."""
        for _piece in self.parse(name, handler):
            pass

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: (last word of the type, name of the part) by id."""
        folder, _slash, file = name.rpartition("/")
        relations = _Relations(folder)
        beside = posixpath.join(folder, "_rels", f"{file}.rels")
        if self.has(beside):
            self.read(beside, relations)
        return relations.found


class _Relations(Handler):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            if not target.startswith("/"):
                target = posixpath.join(self.folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")] = (kind, _normal(target))


class _LocalNames(dict[str, str]):
    """Names without their prefix: the same few come again and again."""

    def __missing__(self, tag: str) -> str:
        self[tag] = tag.rpartition(":")[2]
        return self[tag]


def _normal(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/")).strip("/").lower()


def _refuse(*_declaration: object) -> None:
    # A document type can declare entities that grow without end, and Excel writes none.
    raise Unreadable("file_broken")

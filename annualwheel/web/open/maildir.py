"""Reads the development mailbox: one file for each mail, with the bytes as they came over SMTP."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

LINK = re.compile(r"https?://[^\s<>\"')\]]+")


@dataclass(frozen=True)
class Mail:
    """One mail in the folder.

    `name` is its file's name, which begins with the moment it came, in nanoseconds.
    """

    name: str
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def came_at(self) -> dt.datetime:
        """When the mailbox took it, aware UTC."""
        return dt.datetime.fromtimestamp(int(self.name.split(".")[0]) / 1e9, dt.UTC)

    @property
    def to(self) -> str:
        """The recipient that the sending server named, else the header's."""
        return str(self.message["Delivered-To"] or self.message["To"] or "")

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"] or "")

    @property
    def language(self) -> str:
        """The language that the mail says it is written in."""
        return str(self.message["Content-Language"] or "sv")

    @property
    def calendar_method(self) -> str:
        """REQUEST or CANCEL for a calendar mail, else ""."""
        for part in self.message.walk():
            if part.get_content_type() == "text/calendar":
                return str(part.get_param("method") or "")
        return ""

    def part(self, content_type: str) -> str:
        """The text of the first part of that type, "" when there is none."""
        for part in self.message.walk():
            if part.get_content_type() == content_type:
                return str(part.get_content())
        return ""

    @property
    def links(self) -> list[str]:
        """The addresses in the plain text, each once, in order."""
        found = LINK.findall(self.part("text/plain"))
        # A full stop or a comma after an address belongs to the sentence.
        return list(dict.fromkeys(link.rstrip(".,") for link in found))


def newest(folder: Path, first: int, count: int) -> list[Mail]:
    """`count` mails, newest first, after the `first` newest."""
    files = sorted(_files(folder).items(), reverse=True)
    return [Mail(name, path.read_bytes()) for name, path in files[first : first + count]]


def size(folder: Path) -> int:
    """How many mails there are."""
    return len(_files(folder))


def find(folder: Path, name: str) -> Mail | None:
    """The mail with that file name, or None."""
    # Looked up and never joined to a path: a name from the address could lead out of the folder.
    path = _files(folder).get(name)
    return Mail(name, path.read_bytes()) if path else None


def _files(folder: Path) -> dict[str, Path]:
    """The files of the mails by name, without the flags after the colon."""
    paths = [path for part in ("new", "cur") for path in (folder / part).glob("*")]
    return {path.name.split(":")[0]: path for path in paths if path.is_file()}

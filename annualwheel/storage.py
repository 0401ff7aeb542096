"""The folders that the service writes in: what is wrong with them, in words."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from config import ROOT, Settings, SettingsError

# Bytes: with less, the next backup, import or pack may fill the disk.
LEAST = 100 * 2**20
SQLITE = "sqlite:///"
MISSING = "mappen {folder} finns inte. Skapa den, eller ändra {setting}."
FORBIDDEN = (
    "tjänsten får inte skriva i {folder}. Ge användaren som kör den rätt att läsa och skriva där."
)
FULL = "disken där {folder} ligger är full. Frigör plats: inget går att spara."
WORDS = {
    errno.ENOENT: MISSING,
    errno.ENOTDIR: MISSING,
    errno.EACCES: FORBIDDEN,
    errno.EPERM: FORBIDDEN,
    errno.EROFS: "disken där {folder} ligger går bara att läsa. Montera den så att den går att "
    "skriva på.",
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
}
OTHERWISE = "det går inte att skriva i {folder} ({error})."


def require(settings: Settings) -> None:
    """Raises `SettingsError` naming every folder that cannot be written in.

    The service's own folder is made where it is missing. A disk with little left is no reason not
    to start: people can still read.
    """
    (ROOT / "instance").mkdir(exist_ok=True)
    wrong = [sentence for sentence in _unwritable(settings) if sentence]
    if wrong:
        raise SettingsError(wrong)


def problems(settings: Settings) -> list[str]:
    """What keeps the service from saving, or soon will: a Swedish sentence each."""
    return [sentence for sentence in (*_unwritable(settings), *_nearly_full(settings)) if sentence]


def _files(settings: Settings) -> dict[str, Path]:
    """The files of this machine that are written, by the setting that names them."""
    urls = {"DATABASE_URL": settings.database_url, "QUEUE_URL": settings.queue_url}
    return {
        setting: Path(url.removeprefix(SQLITE))
        for setting, url in urls.items()
        if url.startswith(SQLITE)
    }


def _unwritable(settings: Settings) -> Iterator[str]:
    for setting, file in _files(settings).items():
        try:
            _try(file)
        except OSError as error:
            words = WORDS.get(error.errno or 0, OTHERWISE)
            yield f"{setting}: " + words.format(
                folder=file.parent, setting=setting, error=error.strerror
            )


def _try(file: Path) -> None:
    """Writes beside the file. Raises `OSError`.

    Only a write shows that a disk is full, or that its file system can only be read. The file
    itself is not opened: closing it again would end the locks that SQLite holds on it in this
    process (https://sqlite.org/howtocorrupt.html 2.2).
    """
    with tempfile.TemporaryFile(dir=file.parent, buffering=0) as trial:
        trial.write(bytes(4096))
    if file.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if file.exists() and not os.access(file, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _nearly_full(settings: Settings) -> Iterator[str]:
    for setting, file in _files(settings).items():
        if file.parent.is_dir() and (free := shutil.disk_usage(file.parent).free) < LEAST:
            yield (
                f"{setting}: disken där {file.parent} ligger har {free // 2**20} MiB kvar. "
                f"Frigör plats innan den är full."
            )

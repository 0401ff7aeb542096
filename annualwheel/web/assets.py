"""Style sheets, scripts and pictures.

Their addresses hold the release, so that a browser asks for each of them once.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from flask import Flask, Response, send_from_directory

YEAR = 365 * 24 * 60 * 60
OF_RELEASE = re.compile(r"([0-9a-f]{12})/(.+)", re.DOTALL)


def register(app: Flask) -> None:
    """Puts the release into every address: `static("css/arshjul.css")` in a template makes it.

    A module that a script imports by a relative path inherits the release.

    A browser may keep only an address of this release (RFC 8246): while machines change release one
    after the other, an old machine may answer what a page of the new release asks for.
    """
    folder = Path(str(app.static_folder))
    release = _digest(folder)

    def address(filename: str) -> str:
        return f"{app.static_url_path}/{release}/{filename}"

    # A page has nine of them: `url_for` takes as long for each as a short text takes.
    app.jinja_env.globals["static"] = address

    def static(filename: str) -> Response:
        found = OF_RELEASE.fullmatch(filename)
        current = found is not None and found[1] == release
        name = found[2] if found else filename
        # Another release gets what is here: a refusal would leave its page without style.
        response = send_from_directory(folder, name, max_age=YEAR if current else None)
        response.cache_control.immutable = current
        return response

    app.view_functions["static"] = static


def _digest(folder: Path) -> str:
    """A name for what lies in the folder: other contents, another name."""
    content = hashlib.sha256()
    # A file system lists files in any order; all machines of a release must give the same name.
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder).as_posix().encode()
        # The zero bytes keep names and contents apart, so that no byte can move between them.
        content.update(name + b"\0" + file.read_bytes() + b"\0")
    return content.hexdigest()[:12]

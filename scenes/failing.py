"""Views that fail in every way there is, so that the pages for it can be looked at.

They exist in scenes only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NoReturn

from flask import Flask, abort
from sqlalchemy.exc import OperationalError

from annualwheel.errors import Closed, TooMany, Unreadable
from scenes.world import START


def add_to(app: Flask) -> None:
    """Adds /fel/<status> to an application that has answered nothing yet."""
    app.add_url_rule("/fel/<int:status>", "open.fail", _fail)


def _fail(status: int) -> NoReturn:
    if status in RAISED:
        raise RAISED[status]()
    abort(status)


RAISED: Mapping[int, Callable[[], Exception]] = {
    410: lambda: Closed("registration_closed", day=START),
    422: lambda: Unreadable("bad_address"),
    429: lambda: TooMany("too_many_attempts"),
    500: lambda: RuntimeError("as in a scene"),
    503: lambda: OperationalError("select 1", {}, Exception("as in a scene")),
}

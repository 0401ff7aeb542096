"""What `autosave.js` sends: the fields that were written in, and the token of their page."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import abort, request
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

from annualwheel.web import page


class SentField(NamedTuple):
    """A field's text, the version that it was written on, and whether it was sent before."""

    value: str
    base: str
    again: bool


def require_token() -> None:
    """Answers 400 unless the request carries the page's token."""
    try:
        # The script sends JSON and has no form: the token is in a header, checked by the same
        # library.
        validate_csrf(request.headers.get("X-CSRFToken"))
    except ValidationError:
        abort(400)


def fields() -> dict[str, SentField]:
    """The fields by name, from `{"fields": {name: {"value", "base", "again"}}}`; 400 otherwise."""
    sent = (page.sent_json() or {}).get("fields")
    if not isinstance(sent, dict):
        abort(400)
    if not all(_is_readable(each) for each in sent.values()):
        abort(400)
    return {
        name: SentField(each["value"], each["base"], each.get("again") is True)
        for name, each in sent.items()
    }


def _is_readable(sent: Any) -> bool:
    """Whether it has a field's text and the version it was written on."""
    if not isinstance(sent, dict):
        return False
    return isinstance(sent.get("value"), str) and isinstance(sent.get("base"), str)

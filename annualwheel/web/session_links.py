"""The links that were opened in this browser.

A secretary opens those of several people in tabs beside each other: each page says for whom it
acts, and acts for nobody else, whatever was opened after it.
"""

from __future__ import annotations

from typing import Any

from flask import g, request, session
from markupsafe import Markup

from annualwheel.access.links import Target

# So many people of each kind a browser remembers; the cookie stays small.
MOST = 8
READS = ("GET", "HEAD", "OPTIONS")


def note(kind: str, public_id: str, version: int) -> None:
    """Remembers a link that a pressed button has opened, as the newest one.

    `kind`: registration or member.
    """
    session[kind] = [*_others(kind, public_id), [public_id, version]][-MOST:]


def forget(kind: str, public_id: str) -> None:
    """Lets this browser out of one link; the others stay open."""
    session[kind] = _others(kind, public_id)


def newest(kind: str) -> Target | None:
    """The link that was opened last."""
    known = _known(kind)
    return Target(kind, *known[-1]) if known else None


def target(kind: str) -> Target | None:
    """The link a request acts by.

    The newest one for a page that is opened; for what is sent from a page, the one the page was
    made for, and none when it was not opened here.
    """
    if request.method in READS:
        return newest(kind)
    acting_for = named()
    return next((Target(kind, *one) for one in _known(kind) if one[0] == acting_for), None)


def let_in(target: Target | None) -> None:
    """Notes that the request acts by a link that holds.

    Whose form was sent last is the newest: the page that follows is theirs.
    """
    if target and request.method not in READS and not request.is_json:
        note(target.purpose, target.public_id, target.version)


def named() -> str:
    """The public id of whose page a request was sent from.

    The hidden field of a form, or the header of a script.
    """
    return request.form.get("acting_for") or request.headers.get("X-Acting-For", "")


def field() -> Markup:
    """The hidden field that says whose page this is; nothing on a page that is nobody's."""
    if "acting_for" not in g:
        return Markup()
    return Markup('<input type="hidden" name="acting_for" value="{}">').format(g.acting_for)


def _known(kind: str) -> list[Any]:
    """What the session holds, oldest first.

    One from before there were several holds a single link.
    """
    kept = session.get(kind) or []
    return [kept] if kept and isinstance(kept[0], str) else kept


def _others(kind: str, public_id: str) -> list[Any]:
    return [one for one in _known(kind) if one[0] != public_id]

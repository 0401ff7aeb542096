"""The links that were opened in this browser.

A secretary opens the links of several people in tabs of one browser. Each page says for whom it
acts, and acts for nobody else, whatever was opened after it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import g, request, session
from markupsafe import Markup

from annualwheel.access.links import Target
from annualwheel.models import Member, Registration

# A browser remembers this many links of each kind, so that the cookie stays small.
MOST = 8
READS = ("GET", "HEAD", "OPTIONS")


class OpenedLink(NamedTuple):
    """A link that was opened here, and how often somebody had signed out of it until then.

    When somebody has signed out since, what was opened before is over, in every copy of the cookie.
    """

    target: Target
    sign_outs: int


def note(kind: str, row: Registration | Member) -> None:
    """Remembers the link to `row`, which a pressed button has opened, as the newest one.

    `kind`: registration or member.
    """
    _note(kind, row.public_id, row.link_version, row.sign_outs)


def _note(kind: str, public_id: str, version: int, sign_outs: int) -> None:
    session[kind] = [*_others(kind, public_id), [public_id, version, sign_outs]][-MOST:]


def forget(kind: str, public_id: str) -> None:
    """Closes one link in this browser; the others stay open."""
    session[kind] = _others(kind, public_id)


def newest(kind: str) -> OpenedLink | None:
    """The link that was opened last."""
    known = opened(kind)
    return known[-1] if known else None


def opened(kind: str) -> list[OpenedLink]:
    """The links of that kind that are open in this browser, the one opened last at the end."""
    return [_link(kind, *one) for one in _known(kind)]


def _link(kind: str, public_id: str, version: int, sign_outs: int = 0) -> OpenedLink:
    # A session from before sign-outs were counted has none.
    return OpenedLink(Target(kind, public_id, version), sign_outs)


def used(kind: str) -> OpenedLink | None:
    """The link that a request acts by.

    A page that is opened acts by the newest link. What is sent from a page acts by the link that
    the page was made for, and by none when that link was not opened in this browser.
    """
    if request.method in READS:
        return newest(kind)
    # Never the newest instead: a text was saved in another organisation's answer that way.
    acting_for = named()
    return next((one for one in opened(kind) if one.target.public_id == acting_for), None)


def let_in(link: OpenedLink | None) -> None:
    """Notes that the request acts by a link that holds.

    The link whose form was sent last becomes the newest, so that the page that follows is theirs.
    """
    # No page follows autosave, and it must not change whose page is opened next.
    if link and request.method not in READS and not request.is_json:
        _note(link.target.purpose, link.target.public_id, link.target.version, link.sign_outs)


def named() -> str:
    """The public id of the link whose page sent the request.

    It is in the hidden field of a form, or in the header of a script.
    """
    return request.form.get("acting_for") or request.headers.get("X-Acting-For", "")


def field() -> Markup:
    """The hidden field that says whose page this is; nothing on a page that is nobody's."""
    if "acting_for" not in g:
        return Markup()
    return Markup('<input type="hidden" name="acting_for" value="{}">').format(g.acting_for)


def _known(kind: str) -> list[Any]:
    """What the session holds, oldest first.

    A session from before there could be several links holds a single one.
    """
    kept = session.get(kind) or []
    return [kept] if kept and isinstance(kept[0], str) else kept


def _others(kind: str, public_id: str) -> list[Any]:
    return [one for one in _known(kind) if one[0] != public_id]

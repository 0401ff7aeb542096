"""What a member with a share of the answer may do.

Everything that is not named here is denied, so a page that is added later is closed to them until
somebody has thought about it.

They may read the whole draft, as everybody in the organisation may, and write their share. They do
not handle the answer as a whole: they do not review or submit it, and do not choose who else writes
or who leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from annualwheel.models import Member
from annualwheel.preparation import membership, scopes
from annualwheel.questionnaires import published
from annualwheel.questionnaires.definition import Part
from annualwheel.web import page

READ = frozenset(
    f"preparation.{name}"
    for name in ("hub", "answer", "download", "receipt", "printing", "results", "authors")
)
# Pages about the member alone: where they are, and their own calendar.
OWN = frozenset(("preparation.here", "preparation.subscription"))


def allowed(member: Member) -> bool:
    """Whether the member may do what the request asks.

    A member with the whole answer always may. A member with a share may use pages about themselves,
    pages that read, and pages that name a section or an item within the share.
    """
    if not member.scope or _is_open_to_every_share():
        return True
    named = request.view_args or {}
    if "section" in named and not _page_is_theirs(member, named):
        return False
    if "item" in named:
        return membership.may_write(member, named["item"], _fields(named))
    # What names neither is about the answer as a whole, and so denied.
    return "section" in named


def _is_open_to_every_share() -> bool:
    reads = request.method in ("GET", "HEAD") and request.endpoint in READ
    return reads or request.endpoint in OWN


def _page_is_theirs(member: Member, named: Mapping[str, Any]) -> bool:
    definition = published.asked_of(member.submission)
    wanted = (named["section"], named.get("theme"))
    named_parts = (part for part in definition.parts() if _keys(part) == wanted)
    return any(scopes.covers(definition, member.scope, part) for part in named_parts)


def _keys(part: Part) -> tuple[str, str | None]:
    return part.section.key, part.theme.key if part.theme else None


def _fields(named: Mapping[str, Any]) -> Iterable[str]:
    """The questions that the request would write in an item: autosave's, or that of the address."""
    saved = (page.sent_json() or {}).get("fields")
    in_body = list(saved) if isinstance(saved, dict) else []
    in_address = [named[key] for key in ("question", "key") if key in named]
    return in_body + in_address

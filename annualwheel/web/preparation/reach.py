"""How far a member with a share of the answer reaches.

Everything is denied but what is named here, so a page that is added later is closed to them until
somebody has thought about it.

They may read all of the draft, as everybody in the organisation may, and write their share. They do
not handle the answer as a whole: looking over and submitting, who else writes, who leads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from annualwheel.models import Member
from annualwheel.questionnaires import membership, published, shares
from annualwheel.questionnaires.definition import Definition, Part

READ = frozenset(
    f"preparation.{name}"
    for name in ("hub", "answer", "download", "receipt", "printing", "results", "authors")
)
# About the member alone: where they are, and their own calendar.
OWN = frozenset(("preparation.here", "preparation.subscription"))


def allowed(member: Member) -> bool:
    """Whether the member may do what the request asks: always with the whole answer, else what is
    about them alone, what reads, and what names a page or an item within the share.
    """
    if not member.scope or request.endpoint in OWN:
        return True
    if request.method in ("GET", "HEAD") and request.endpoint in READ:
        return True
    named = request.view_args or {}
    if not named.keys() & {"section", "item"}:
        return False
    definition = published.definition_of(member.submission.questionnaire)
    return ("section" not in named or _page_is_theirs(definition, member.scope, named)) and (
        "item" not in named or membership.may_write(member, named["item"], _fields(named))
    )


def _page_is_theirs(definition: Definition, scope: str, named: Mapping[str, Any]) -> bool:
    wanted = (named["section"], named.get("theme"))
    return any(
        shares.covers(definition, scope, part)
        for part in definition.parts()
        if _keys(part) == wanted
    )


def _keys(part: Part) -> tuple[str, str | None]:
    return part.section.key, part.theme.key if part.theme else None


def _fields(named: Mapping[str, Any]) -> Iterable[str]:
    """The questions that the request would write in an item: those of a save, or the one in the
    address.
    """
    body = request.get_json(silent=True) if request.is_json else None
    saved = body.get("fields") if isinstance(body, dict) else None
    return [
        *(saved if isinstance(saved, dict) else ()),
        *(named[key] for key in ("question", "key") if key in named),
    ]

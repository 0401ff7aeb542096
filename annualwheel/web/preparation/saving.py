"""Autosave: JSON in, versions and conflicts out.

It makes no page and no audit row, and few queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, jsonify
from werkzeug.wrappers import Response

from annualwheel.preparation import answers, items, presence
from annualwheel.preparation.answers import Change, Conflict, SaveResult
from annualwheel.questionnaires.values import Value
from annualwheel.web import autosave, page
from annualwheel.web.acting import carry_out
from annualwheel.web.preparation import blueprint
from annualwheel.web.preparation import presence as open_pages
from annualwheel.web.preparation.presence import sentences
from annualwheel.wording import dates


@blueprint.post("/spara/<item>")
def save(item: str) -> Response:
    """Saves what was written in an item.

    Takes `{"fields": {name: {"value": text, "base": stamp}}, "where": "strukturer/arbete"}`;
    several choices are joined by `|`.

    Answers `{"at": "14.32", "saved": {name: stamp}, "conflicts": {name: {"value", "ver", "who",
    "at"}}}`, with `others` (see `here`) when the save counts as a sign of life too. 400: no
    valid token or unreadable; 401: the link no longer holds, 403: another share of the answer (the
    guard); 404: the card is removed; 410: the last day has passed, or the meeting is cancelled
    (`reason`); 422: too long. A field with `"again": true` (see `Change`) may be named in neither
    `saved` nor `conflicts`.
    """
    autosave.require_token()
    changes = _changes()
    saved, alive = carry_out(lambda: _saved(item, changes))
    language = page.language()
    answer: dict[str, Any] = {
        "at": dates.time_short(page.now(), language),
        "saved": saved.stamps,
        "conflicts": {key: _theirs(theirs, language) for key, theirs in saved.conflicts.items()},
    }
    if alive:
        answer["others"] = sentences()
    return jsonify(answer)


def _saved(item: str, changes: Mapping[str, Change]) -> tuple[SaveResult, bool]:
    """Saves, and notes a sign of life when one is due. Returns also whether it noted one."""
    row = items.of(g.member.submission, item)
    saved, alive = answers.save(row, changes, g.member.person, page.now()), False
    # Asked first, since finding the page reads the questionnaire: most saves are no sign of life.
    if presence.is_due(g.member, page.now()):
        where = open_pages.place((page.sent_json() or {}).get("where"))
        alive = presence.note(g.member, where, page.now())
    return saved, alive


def _changes() -> dict[str, Change]:
    return {
        name: Change(sent.value, answers.base_of(sent.base), again=sent.again)
        for name, sent in autosave.fields().items()
    }


def _theirs(theirs: Conflict, language: str) -> dict[str, str | bool]:
    return {
        "value": _joined(theirs.value),
        "ver": answers.stamp(theirs.version, theirs.value),
        "who": theirs.who,
        "own": theirs.own,
        "at": dates.time_short(theirs.at, language),
    }


def _joined(value: Value) -> str:
    return value if isinstance(value, str) else "|".join(value)

"""Saving while one writes: JSON in, versions and conflicts out.

No page, no audit row, few queries.
"""

from __future__ import annotations

from typing import Any

from flask import abort, g, jsonify, request
from werkzeug.wrappers import Response

from annualwheel import dates, jobs
from annualwheel.questionnaires import answers, items, presence
from annualwheel.questionnaires.answers import Change, Theirs
from annualwheel.questionnaires.values import Value
from annualwheel.web import page
from annualwheel.web.preparation import blueprint, here


@blueprint.post("/spara/<item>")
def save(item: str) -> Response:
    """Saves `{"fields": {name: {"value": text, "base": stamp}}, "where": "strukturer/arbete"}`;
    several choices are joined by `|`.

    Answers `{"at": "14.32", "saved": {name: stamp}, "conflicts": {name: {"value", "ver", "who",
    "at"}}}`, with `others` (see `here`) when the save was taken as a sign of life too. 400: no
    valid token or unreadable; 401: the link no longer holds, 403: another share of the answer (the
    guard); 404: the card is removed; 410: the last day has passed, or the meeting is cancelled
    (`reason`); 422: too long. A field with `"again": true` (see `Change`) may be named in neither
    `saved` nor `conflicts`.
    """
    here.proven()
    saved = answers.save(
        items.of(g.member.submission, item), _changes(), g.member.person, page.now()
    )
    alive = presence.is_due(g.member, page.now()) and presence.note(
        g.member, here.place(request.get_json().get("where")), page.now()
    )
    jobs.commit()
    language = page.language()
    answer = {
        "at": dates.time_short(page.now(), language),
        "saved": saved.stamps,
        "conflicts": {key: _theirs(theirs, language) for key, theirs in saved.conflicts.items()},
    }
    return jsonify({**answer, "others": here.sentences()} if alive else answer)


def _changes() -> dict[str, Change]:
    try:
        body: Any = request.get_json()
    except RecursionError:  # nested a hundred thousand times
        abort(400)
    fields = body.get("fields") if isinstance(body, dict) else None
    if not isinstance(fields, dict):
        abort(400)
    found = {}
    for name, sent in fields.items():
        if (
            not isinstance(sent, dict)
            or not isinstance(sent.get("value"), str)
            or not isinstance(sent.get("base"), str)
        ):
            abort(400)
        found[name] = Change(
            sent["value"], answers.base_of(sent["base"]), again=sent.get("again") is True
        )
    return found


def _theirs(theirs: Theirs, language: str) -> dict[str, str]:
    return {
        "value": _joined(theirs.value),
        "ver": answers.stamp(theirs.version, theirs.value),
        "who": theirs.who,
        "at": dates.time_short(theirs.at, language),
    }


def _joined(value: Value) -> str:
    return value if isinstance(value, str) else "|".join(value)

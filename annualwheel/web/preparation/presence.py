"""A sign of life from an open page, and who else is there.

Autosave sends the same, so a page that is saving needs no request of its own for it.
"""

from __future__ import annotations

from flask import abort, g, jsonify
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from annualwheel.preparation import deadline, presence
from annualwheel.questionnaires import published
from annualwheel.web import autosave, page
from annualwheel.web.acting import carry_out
from annualwheel.web.preparation import blueprint
from annualwheel.web.preparation.steps import Step, steps


@blueprint.post("/har")
def here() -> Response:
    """Notes that the member is on the page, and answers who else is.

    Takes `{"where": "strukturer/arbete", "away": false}` and answers `{"others": [sentence, …]}`.
    `away`: the page is open and nobody has touched it for minutes, so it is no sign of life. 400:
    no valid token or unreadable; 401: the link no longer holds (the guard); 410: the answer may not
    be written now.
    """
    autosave.require_token()
    if not deadline.is_open(g.member.submission, page.now()):
        return jsonify(status=410), 410  # type: ignore[return-value]
    body = page.sent_json()
    if body is None:
        abort(400)
    if not body.get("away"):
        carry_out(lambda: presence.note(g.member, place(body.get("where")), page.now()))
    return jsonify(others=sentences())


def place(where: object) -> str:
    """The key of a page of this questionnaire, "" for anything else."""
    # What is returned is stored, so it must be the key of a page that exists.
    known = {step.key for step in _pages()}
    return where if isinstance(where, str) and where in known else ""


def sentences() -> list[str]:
    """What colleagues are doing now, one sentence each."""
    titles = {step.key: step.about or step.title for step in _pages()}
    others = presence.others(g.member, page.now())
    return [_sentence(one.name, titles.get(one.where)) for one in others]


def _sentence(name: str, section: str | None) -> str:
    if section is None:
        return str(_("%(name)s är här nu", name=name))
    return str(_("%(name)s skriver nu under ”%(section)s”", name=name, section=section))


def _pages() -> list[Step]:
    return steps(published.asked_of(g.member.submission))

"""The meeting's results for those who wrote."""

from __future__ import annotations

from flask import g, url_for
from flask_babel import gettext as _

from annualwheel.preparation import submission
from annualwheel.web.parts import results_page
from annualwheel.web.preparation import blueprint


@blueprint.get("/resultat")
def results() -> str:
    """Shows the meeting's results next to the own answer."""
    answer = g.member.submission
    own = submission.latest(answer)
    return results_page.show(
        answer.questionnaire.meeting,
        [own] if own else [],
        (_("Till översikten"), url_for("preparation.hub")),
    )

"""What is erased and when: the rules, how much they would erase now, and a button that does it."""

from __future__ import annotations

import datetime as dt

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.jobs import sweep
from annualwheel.privacy import retention
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.admin import blueprint
from annualwheel.web.forms import Press
from annualwheel.web.wording import retention_words

HOUR = dt.timedelta(hours=1)
# This many batches of each kind are erased while the administrator waits, the rest within the hour.
BATCHES = 4


@blueprint.get("/installningar/gallring")
def erasing() -> str:
    """Lists each kind of thing, and how many would be erased now."""
    now = page.now()
    said = retention_words.of_rules()
    counts = {key: retention.count(rule, now) for key, rule in retention.RULES.items()}
    return render_template(
        "admin/erasing.html",
        active="settings",
        rows=[(said[key], count) for key, count in counts.items()],
        total=sum(counts.values()),
        next_run=now.replace(minute=0, second=0, microsecond=0) + HOUR,
        form=Press(),
    )


@blueprint.post("/installningar/gallring")
def erase_now() -> AnyResponse:
    """Erases now instead of at the full hour, one batch in each transaction."""
    if Press().accepted():
        actor = audit.staff(g.staff.id)
        gone = carry_out(lambda: sweep.erase_old(page.now(), actor, BATCHES))
        said = retention_words.of_rules()
        told = ", ".join(f"{said[key].what} ({count})" for key, count in gone.items())
        flash(_("Raderat: %(what)s.", what=told) if gone else _("Det fanns inget att radera."))
    return redirect(url_for("admin.erasing"), code=303)

"""What there is to do that belongs to no meeting: what people ask for, the mail server, clocks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from annualwheel import machine_clocks
from annualwheel.clock import ahead_of_shared
from annualwheel.privacy import erasure
from annualwheel.services import services
from annualwheel.web.coordinator.mailings import mail_server
from annualwheel.web.coordinator.meetings.agenda import row
from annualwheel.web.wording import words


def requests_to_do() -> list[dict[str, Any]]:
    """What people ask of coordinators that belongs to no meeting."""
    waiting = erasure.count()
    if not waiting:
        return []
    title = ngettext("%(num)s person ber om radering", "%(num)s personer ber om radering", waiting)
    href = url_for("coordinator.deletion_requests")
    text, link = _("Svara inom en månad"), _("Läs begäran")
    return [row("warn", _("Väntar"), title, text, link, href)]


def clocks_to_do(now: dt.datetime) -> list[dict[str, Any]]:
    """The machines whose clocks are wrong, for whoever runs the system."""
    rows = []
    for one in machine_clocks.differing(now, ahead_of_shared(services().clock)):
        title = (
            _("Klockan på %(machine)s går %(count)s sekunder före", **_differs(one))
            if one.ahead > 0
            else _("Klockan på %(machine)s går %(count)s sekunder efter", **_differs(one))
        )
        text = _(
            "Årshjulet räknar med databasens klocka i stället, så inget går fel nu. "
            "Be den som sköter systemet att ställa klockan."
        )
        rows.append(row("warn", _("Systemet"), title, text, "", ""))
    return rows


def _differs(one: machine_clocks.Difference) -> dict[str, Any]:
    return {"machine": one.machine or _("webbservern"), "count": abs(one.ahead)}


def mail_to_do(now: dt.datetime) -> list[dict[str, Any]]:
    """The row about a mail server that takes nothing from us, which concerns every meeting."""
    stands = mail_server.shown()
    if stands is None:
        return []
    title = _("Mejlen står still")
    text = _(
        "%(count)s mejl väntar sedan %(when)s",
        count=words.number(stands.waiting),
        when=words.moment(stands.since, now),
    )
    href = url_for("coordinator.mailings")
    return [row("err", _("Mejl stoppat"), title, text, _("Visa vad servern säger"), href)]

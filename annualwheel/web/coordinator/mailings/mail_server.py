"""A mail server that takes nothing from us: what pages say of it, and the press that tries it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.jobs import queue
from annualwheel.mail import standstill, waiting
from annualwheel.mailings import sending
from annualwheel.models import Mailing
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.forms import Press


@dataclass(frozen=True)
class Shown:
    """What a page says of a standstill: since when, how far the talk came, what the server said,
    when it is tried again, how many mails wait for it, and how many wait for a person besides."""

    since: dt.datetime
    stage: str
    reply: str
    retry_at: dt.datetime
    waiting: int
    held: int


def shown() -> Shown | None:
    """The standstill as it is now; None while the server takes mail, or nothing waits for it."""
    found = standstill.current()
    count = waiting.count_waiting() if found else 0
    if found is None or not count:
        return None
    # A turn that has come and has not been taken is taken within a minute.
    retry_at = max(found.retry_at, page.now())
    return Shown(found.since, found.stage, found.reply, retry_at, count, waiting.count_held())


@blueprint.post("/utskick/mejlservern")
def try_mail_server() -> AnyResponse:
    """Tries the mail server now instead of at its next turn."""
    if Press().accepted():
        carry_out(lambda: sending.try_server(page.now(), audit.staff(g.staff.id)))
        queue.start_drains()
        flash(_("Mejlservern provas nu. Ladda om sidan om en stund."))
    return redirect(_back(), code=303)


def _back() -> str:
    """The page of the mailing where it was pressed, else that of all mailings."""
    mailing = request.form.get("utskick", "")
    if mailing:
        return url_for("coordinator.sending", public_id=mailing)
    return url_for("coordinator.mailings")


def stands_in_the_way(mailing: Mailing, left: int) -> Shown | None:
    """The standstill that a mailing with so many mails left waits for."""
    return shown() if mailing.state == "sending" and left else None

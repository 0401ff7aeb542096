"""Following a mailing: how far it has come, pausing it and letting it go on."""

from __future__ import annotations

from flask import abort, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from annualwheel import audit
from annualwheel.jobs import queue
from annualwheel.mail.mailing_states import BY_A_JOB
from annualwheel.mailings import log
from annualwheel.mailings.kinds import asked, registry
from annualwheel.mailings.sending import (
    by_public_id,
    is_left,
    pause,
    progress_of,
    resume,
    wait_anew,
)
from annualwheel.meetings import changes, settling
from annualwheel.services import enqueue
from annualwheel.web import page
from annualwheel.web.acting import carry_out
from annualwheel.web.coordinator import blueprint
from annualwheel.web.coordinator.mailings import kind_words, mail_server
from annualwheel.web.forms import Press
from annualwheel.web.parts import mail_names

FAILED = 20


def set_going(mailing_id: int, state: str) -> None:
    """Starts the job that writes a large mailing, or the one that sends what is written.

    Call it after the commit: a worker must find the rows.
    """
    if state in BY_A_JOB:
        enqueue("prepare_mailing", mailing_id)
    else:
        queue.start_drains()


@blueprint.get("/utskick/<public_id>")
def sending(public_id: str) -> str:
    """Shows how far a mailing has come. The page reloads by itself, and may be closed."""
    mailing = by_public_id(public_id)
    counts, kind = progress_of(mailing), registry.of(mailing.kind)
    # The page reloads itself only while this holds, so that it does not ask for ever.
    running = mailing.state in BY_A_JOB or (mailing.state == "sending" and counts.waiting > 0)
    return render_template(
        "coordinator/sending.html",
        active="mailings",
        mailing=mailing,
        name=mail_names.in_running_text(mailing.kind, asked.of_mailing(mailing)),
        about=mail_names.mailings([mailing])[mailing.id].title,
        counts=counts,
        running=running,
        is_left=is_left(mailing, page.now()),
        standing=mail_server.stands_in_the_way(mailing, counts.waiting),
        announced=not kind.address,
        told=None if kind.address else changes.told(mailing),
        follows=settling.progress(mailing) if settling.is_under_way(mailing) else None,
        reminds=kind.reminds,
        said=kind_words.PAGES.get(mailing.kind),
        form=Press(),
        failed=log.newest(log.LogFilter(group="stopped", mailing_id=mailing.id), FAILED),
    )


@blueprint.post("/utskick/<public_id>/<act>")
def steer(public_id: str, act: str) -> AnyResponse:
    """Pauses a mailing, or lets one go on that was paused or has stopped."""
    mailing, actor = by_public_id(public_id), audit.staff(g.staff.id)
    if act not in ("pausa", "fortsatt"):
        abort(404)
    if Press().accepted():
        steered, now = pause if act == "pausa" else resume, page.now()
        # One transaction after another: there may be tens of thousands of mails.
        while act == "fortsatt" and carry_out(lambda: wait_anew(mailing, now)):
            pass
        carry_out(lambda: steered(mailing, now, actor))
        if act == "fortsatt":
            set_going(mailing.id, mailing.state)
    return redirect(url_for("coordinator.sending", public_id=public_id), code=303)

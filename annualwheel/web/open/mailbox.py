"""The development mailbox as pages.

They show what has been sent as the recipient, the mail program and the wire see it.

They exist only where `DEV_MAILBOX` names a folder, which the settings refuse in production.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from flask import Response, abort, render_template, request
from flask_babel import gettext as _

from annualwheel import listing
from annualwheel.services import services
from annualwheel.web import lists
from annualwheel.web.open import blueprint, maildir
from annualwheel.web.open.maildir import Mail

VIEWS = ("html", "text", "calendar", "source")
# The frame shows the mail as a mail program does: with its own styles, without scripts, fetching
# nothing, and with links that open a new window. Of our own origin, so that the page around it can
# see how high the mail is.
MAIL_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


@blueprint.get("/brevlada")
def mailbox() -> str:
    """Lists the mails, newest first."""
    folder = _folder()
    found = listing.page_at(maildir.size(folder), lists.number(), partial(maildir.newest, folder))
    return render_template("open/mailbox.html", mails=lists.ListPage(found), kind_of=_kind)


@blueprint.get("/brevlada/<name>")
def mail(name: str) -> str:
    """Shows one mail as HTML, text, calendar or source, and its links."""
    found = _mail(name)
    shown = [view for view in VIEWS if view != "calendar" or found.calendar_method]
    view = request.args.get("visa", "html")
    return render_template(
        "open/mailbox_mail.html",
        mail=found,
        kind=_kind(found),
        views=shown,
        view=view if view in shown else "html",
        content=_content(found, view),
    )


@blueprint.get("/brevlada/<name>/innehall")
def mail_content(name: str) -> Response:
    """Gives the HTML part alone, for the frame."""
    # Our pages refuse to be framed, so a link must open a window of its own.
    html = _mail(name).part("text/html").replace("<head>", '<head><base target="_blank">', 1)
    return Response(
        html,
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": MAIL_POLICY},
    )


@blueprint.get("/brevlada/<name>/fil")
def mail_file(name: str) -> Response:
    """Gives the mail as it came, to open in a mail program."""
    return Response(
        _mail(name).raw,
        content_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="{name}.eml"'},
    )


def _folder() -> Path:
    settings = services().settings
    # Asked twice, here and by the settings: everybody's links can be read in these mails.
    if settings.dev_mailbox is None or settings.environment == "production":
        abort(404)
    return settings.dev_mailbox


def _mail(name: str) -> Mail:
    found = maildir.find(_folder(), name)
    if found is None:
        abort(404)
    return found


def _content(found: Mail, view: str) -> str:
    if view == "source":
        return found.raw.decode("utf-8", "replace")
    content_types = {"text": "text/plain", "calendar": "text/calendar"}
    return found.part(content_types.get(view, "text/html"))


def _kind(found: Mail) -> str:
    if found.calendar_method == "CANCEL":
        return str(_("Kalenderavbokning"))
    return str(_("Kalenderbokning") if found.calendar_method else _("Mejl"))

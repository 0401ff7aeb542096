"""Our own pages for everything that can go wrong, in plain words that say what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog
from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import InternalError, OperationalError
from werkzeug.exceptions import HTTPException

from annualwheel.db import db
from annualwheel.engines import BeingRestored, is_busy
from annualwheel.errors import Busy, DomainError
from annualwheel.log import new_code
from annualwheel.web import error_messages, security

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()
# `read_only_sql_transaction`, PostgreSQL's appendix A.
READ_ONLY = "25006"
PAGES = (400, 403, 404, 405, 410, 413, 422, 429, 500, 503)


# What is shown when even the error page cannot be made: it needs nothing that could be broken.
BARE = """<!doctype html>
<html lang="sv"><head><meta charset="utf-8"><title>Något gick fel hos oss</title></head>
<body><h1>Något gick fel hos oss</h1>
<p>Det du har sparat finns kvar. Försök igen om en stund.</p>
<p>Felkod: {code}. Berätta den om du hör av dig till oss.</p>
<div lang="en"><h2>Something went wrong on our side</h2>
<p>What you have saved is still there. Try again in a while.</p>
<p>Error code: {code}. Mention it if you contact us.</p></div></body></html>
"""


class LastResort:
    """Answers with a bare page when the application fails while it answers, as on its error page.

    Otherwise the web server would: without our headers, and with a traceback outside the log.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's answer, or the bare page (PEP 3333)."""
        try:
            return self.application(environ, start_response)
        except Exception as error:
            code = _logged(error)
            response = Response(BARE.format(code=code), 500, mimetype="text/html")
            response.headers.update(security.HEADERS)
            response.headers["Content-Security-Policy"] = "default-src 'none'"
            response.headers["Cache-Control"] = "no-store"
            return response(environ, start_response)


def register(app: Flask) -> None:
    """Sets the error handlers, so that nobody sees the framework's own pages."""
    app.wsgi_app = LastResort(app.wsgi_app)  # type: ignore[method-assign]
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(InternalError, _internal)
    app.register_error_handler(BeingRestored, _being_restored)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        return error.get_response()  # type: ignore[return-value]
    if code in PAGES:
        return _page(code)
    return _page(400 if code < 500 else 500)


def _refused(error: DomainError) -> Response:
    db.session.rollback()
    log.info("refused", key=error.key, status=error.status)
    return _page(error.status, reason=error.key, sentence=error_messages.sentence(error))


def _database(error: OperationalError) -> Response:
    db.session.rollback()
    if is_busy(error):
        return _refused(Busy("busy"))
    # A server out of reach passes: 503 asks people to try again.
    return _with_code(503, error)


def _internal(error: InternalError) -> Response:
    # A standby, or a server whose disk is full, only reads: that passes as well.
    only_reads = getattr(error.orig, "sqlstate", "") == READ_ONLY
    db.session.rollback()
    return _with_code(503 if only_reads else 500, error)


def _being_restored(error: BeingRestored) -> Response:
    return _with_code(503, error)


def _unexpected(error: Exception) -> Response:
    db.session.rollback()
    return _with_code(500, error)


def _with_code(status: int, error: Exception) -> Response:
    return _page(status, code=_logged(error))


def _logged(error: Exception) -> str:
    """The code of the error, which the page shows, and under which the log has the rest."""
    # Short enough to be said on the phone.
    code = new_code()
    log.error("failure", code=code, exc_info=error)
    return code


def _page(status: int, reason: str = "", **values: object) -> Response:
    # Autosave stays on its page and reads the reason; an HTML page would tell it nothing.
    if request.is_json or request.accept_mimetypes.best == "application/json":
        response = make_response({"status": status, "reason": reason}, status)
    else:
        html = render_template("errors/error.html", status=status, reason=reason, **values)
        response = make_response(html, status)
    # These two pass by themselves.
    if status in (429, 503):
        response.headers["Retry-After"] = "60"
    return response

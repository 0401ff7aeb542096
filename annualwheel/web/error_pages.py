"""Our own pages for everything that can go wrong, in plain words that say what to do."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from annualwheel.db import db
from annualwheel.errors import DomainError
from annualwheel.web import error_messages

log = structlog.get_logger()
PAGES = (400, 403, 404, 405, 410, 413, 422, 429, 500, 503)


def register(app: Flask) -> None:
    """Sets the error handlers, so that nobody sees the framework's own pages."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(OperationalError, _database)
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
    # A lock that took too long or a server out of reach passes: 503 asks people to try again.
    return _with_code(503, error)


def _unexpected(error: Exception) -> Response:
    db.session.rollback()
    return _with_code(500, error)


def _with_code(status: int, error: Exception) -> Response:
    # Short enough to be said on the phone: the page shows it, and the log has the rest under it.
    code = secrets.token_hex(2).upper()
    log.error("failure", code=code, exc_info=error)
    return _page(status, code=code)


def _page(status: int, reason: str = "", **values: object) -> Response:
    # Autosave stays on its page and reads the reason; an HTML page would tell it nothing.
    if request.is_json or request.accept_mimetypes.best == "application/json":
        response = make_response({"status": status, "reason": reason}, status)
    else:
        html = render_template("errors/error.html", status=status, **values)
        response = make_response(html, status)
    # These two pass by themselves.
    if status in (429, 503):
        response.headers["Retry-After"] = "60"
    return response

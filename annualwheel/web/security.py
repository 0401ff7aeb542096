"""Headers and guards: every blueprint has a guard, and only that of `open` lets everybody in."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from annualwheel.accounts import staff
from annualwheel.web import page, session_expired

CSP = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' "
    "data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors {ancestors}; "
    "base-uri 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # A mailed link has its token in the address: other sites are not told it.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

Guard = Callable[[], AnyResponse | None]


class Sessions(SecureCookieSessionInterface):
    """The session in a signed cookie. Every page renews it, so that its 14 days slide.

    A style sheet or a script does not renew it: one that arrives after somebody has signed out
    would bring the old session back.
    """

    def __init__(self, app: Flask) -> None:
        # Made once: the keys stay the same, and each page reads a cookie and writes one.
        self._signing = super().get_signing_serializer(app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs the cookies of the application and reads them."""
        return self._signing

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether this answer carries the cookie."""
        return request.endpoint != "static" and super().should_set_cookie(app, session)


def register(app: Flask) -> None:
    """Makes a nonce before each request and adds the security headers after it."""
    app.session_interface = Sessions(app)
    lasting = dict(HEADERS)
    if app.config["SESSION_COOKIE_SECURE"]:
        lasting["Strict-Transport-Security"] = "max-age=31536000"

    @app.before_request
    def _nonce() -> None:
        g.nonce = secrets.token_urlsafe(16)
        # A thread serves many requests: the log would name the one before.
        structlog.contextvars.clear_contextvars()
        number = secrets.token_hex(4)
        structlog.contextvars.bind_contextvars(request=number, endpoint=request.endpoint)

    @app.after_request
    def _headers(response: Response) -> Response:
        # Where an address is put right, the library names the host that the request claims to be
        # for, which anybody can write.
        if response.location and response.location.startswith(request.host_url):
            response.location = f"/{response.location.removeprefix(request.host_url).lstrip('/')}"
        policy = CSP.format(nonce=g.get("nonce", ""), ancestors="'none'")
        ours = lasting | {"Content-Security-Policy": policy}
        if request.endpoint != "static":
            # The browser's way back shows what is true now, and nothing after one has signed out.
            ours["Cache-Control"] = "no-store"
        # What a page has set stays: the viewer of mails sets a policy of its own.
        given = {name.lower() for name, _value in response.headers}
        response.headers.extend(
            {name: value for name, value in ours.items() if name.lower() not in given}
        )
        return response


def open_to_all() -> None:
    """The guard of pages that anyone may see."""


def staff_only(*roles: str) -> Guard:
    """A guard that lets in signed-in staff with one of `roles`.

    It asks others to sign in; staff with another role get 403.
    """

    def guard() -> AnyResponse | None:
        signed_in = session.get("staff")
        person = staff.of_session(signed_in, page.now()) if signed_in else None
        if person is None:
            return _asked_to_sign_in()
        # Before the role is checked, so that the page that refuses still has the person's menu.
        page.show_staff(person)
        if not staff.has_role(person, roles):
            abort(403)
        return None

    return guard


def require_let_in() -> None:
    """Asks the guard of the page once more, in the transaction that acts.

    A link that was revoked or an account that was closed since the request came no longer acts: the
    request ends with the answer of the guard.
    """
    for guard in current_app.before_request_funcs.get(request.blueprint, ()):
        answer = guard()
        if answer is not None:
            abort(make_response(answer))


def _asked_to_sign_in() -> AnyResponse:
    if session_expired.typed():
        return session_expired.again("staff")
    # Only an opened page is a way back: a redirect cannot send a form once more.
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("open.sign_in", back=back), code=303)


def client() -> str:
    """The caller's network address. Attempts are counted for it where no mail address is known."""
    return request.remote_addr or ""

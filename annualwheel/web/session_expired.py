"""Keeps what was typed when the session is over.

The texts stay on the page, and a button sends them again once the person is let in.
"""

from __future__ import annotations

from flask import Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l

from annualwheel.web.forms import AskForLink

# Fields that nobody types in: the page's proof, buttons, choices, and the versions it was built on.
QUIET = frozenset(
    (
        "csrf_token",
        "acting_for",
        "shown",
        "lang_switch",
        "mode",
        "lunch",
        "consent",
        "answer",
        "resolve",
        "act",
        "steg",
        "seen",
        "live",
    )
)
BUILT_ON = ("base-", "theirs-", "sent-")
WAYS = {
    "owner": ("open.own_data", _l("Öppna dina uppgifter igen"), _l("Få en ny länk med e-post")),
    "participant": ("open.new_link", _l("Öppna din länk igen"), _l("Få en ny länk med e-post")),
    "staff": ("open.sign_in", _l("Logga in igen"), _l("Logga in")),
}


def typed() -> list[str]:
    """The texts in the posted form, in order.

    Empty for a page that was only opened or a button that was only pressed. Nobody here has typed
    what another site sends (Sec-Fetch-Site, W3C Fetch Metadata), so the page must not keep it ready
    to be sent with one press.
    """
    # Browsers from before Fetch Metadata send no such header, and count as our own page.
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if request.method != "POST" or site not in ("same-origin", "none"):
        return []
    fields = request.form.items(multi=True)
    return [value for name, value in fields if _is_text(name, value)]


def _is_text(name: str, value: str) -> bool:
    """Whether somebody has typed the value, and would miss it."""
    if name in QUIET or name.startswith(BUILT_ON):
        return False
    # Ticks, numbers of versions and one-letter codes are no words that anybody would miss.
    return len(value.strip()) > 2 and not value.isdecimal()


def again(kind: str) -> Response:
    """The page with what was typed and a button that sends it again to the same address.

    `kind`: owner, participant or staff.
    """
    endpoint, title, way = WAYS[kind]
    fields = request.form.items(multi=True)
    # The old session's token would be refused; the page has a new one, and its own language.
    kept = [(name, value) for name, value in fields if name not in ("csrf_token", "lang_switch")]
    html = render_template(
        "open/ended.html",
        kind=kind,
        title=title,
        way=way,
        endpoint=endpoint,
        texts=typed(),
        kept=kept,
        to=request.full_path.rstrip("?"),
    )
    return make_response(html, 401)


def answer() -> Response:
    """The page that turns a participant away: what was typed, else the form for a new link."""
    if typed():
        return again("participant")
    html = render_template(
        "open/new_link.html", form=AskForLink(formdata=None), dead=False, ended=True
    )
    return make_response(html, 401)

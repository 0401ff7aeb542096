"""Where a coordinator came from, so that a page can lead back there: a list as it was filtered, a
person, a waiting list.

The address of that page stands in the address of this one. Whoever writes an address can write
anything into it: only the pages in `PAGES` are led to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import HTTPException

from annualwheel.web import page

# What the link back is called, by the endpoint of the page that it leads to.
PAGES: Mapping[str, LazyString] = {
    "coordinator.late": _l("Bjud in en person"),
    "coordinator.organisation": _l("Organisationen"),
    "coordinator.people": _l("Personer"),
    "coordinator.people_of": _l("Personer på mötet"),
    "coordinator.person": _l("Personen"),
    "coordinator.waiting_list": _l("Väntelista"),
}


@dataclass(frozen=True)
class Origin:
    """The page that somebody came from: its address, and what a link to it is called."""

    href: str
    text: str


def origin() -> Origin | None:
    """The page that the address says somebody came from; None where it names none of `PAGES`."""
    asked = page.own_path("fran")
    if asked is None:
        return None
    try:
        found, _values = current_app.url_map.bind("").match(urlsplit(asked).path, method="GET")
    except HTTPException:
        return None
    text = PAGES.get(found)
    return Origin(asked, str(text)) if text else None


def kept(endpoint: str, **values: Any) -> str:
    """The address of a page that leads back to the same page as this one."""
    came = origin()
    return url_for(endpoint, **values, fran=came.href if came else None)


def values() -> dict[str, object]:
    """What the templates have: the origin, `kept` as `kept_url`, and the page's own address."""
    return {"origin": origin(), "kept_url": kept, "this_page": _here()}


def _here() -> str:
    # The session remembers the language.
    asked = [pair for pair in request.args.items(multi=True) if pair[0] != "lang"]
    return request.path + (f"?{urlencode(asked)}" if asked else "")

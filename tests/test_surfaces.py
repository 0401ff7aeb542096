"""What holds for every endpoint at once: somebody guards it, it lives in an audience, and mailed
links lead to one.
"""

from __future__ import annotations

import pytest
from flask import Flask

from annualwheel import log
from annualwheel.access import links
from annualwheel.web import error_pages, security
from tests.conftest import Places
from tests.tiny_browser import Browser

OPEN = {"open"}


@pytest.fixture
def app(places: Places) -> Flask:
    """One database is enough: no row is read."""
    places.database("sqlite").reset()
    return places.app("sqlite")


def test_every_endpoint_belongs_to_an_audience(app: Flask) -> None:
    homeless = {rule.endpoint for rule in app.url_map.iter_rules() if "." not in rule.endpoint} - {
        "static"
    }
    assert not homeless


def test_every_audience_has_a_guard_and_only_one_lets_everybody_in(app: Flask) -> None:
    guards = {name: app.before_request_funcs.get(name, []) for name in app.blueprints}
    assert all(guards.values()), (
        f"no guard: {[name for name, found in guards.items() if not found]}"
    )
    assert {name for name, found in guards.items() if security.open_to_all in found} == OPEN


def test_nothing_behind_a_guard_is_shown_to_a_stranger(app: Flask) -> None:
    visitor = Browser(app)
    for rule in app.url_map.iter_rules():
        if (
            rule.endpoint != "static"
            and rule.endpoint.split(".")[0] not in OPEN
            and "GET" in (rule.methods or ())
        ):
            values = {
                name: 1 if "int" in type(converter).__name__.lower() else "x"
                for name, converter in rule._converters.items()
            }
            with app.test_request_context():
                path = app.url_for(rule.endpoint, **values)
            reply = visitor.fetch("GET", path)
            assert reply.status_code in (303, 401, 403, 404, 410), (
                f"{path} answers a stranger with {reply.status_code}"
            )


def test_a_form_sent_from_elsewhere_changes_nothing(app: Flask) -> None:
    visitor = Browser(app)
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.arguments:
            reply = visitor.fetch("POST", rule.rule, data={"email": "a@kommun.example"})
            assert reply.status_code in (303, 400, 401, 403, 404, 410, 422), (
                f"{rule.rule} answers {reply.status_code}"
            )
            assert reply.status_code != 303 or reply.headers["Location"].startswith(
                ("/logga-in", "/utloggad")
            ), f"{rule.rule} acted without a CSRF token"


def test_mailed_links_lead_to_pages(app: Flask) -> None:
    adapter = app.url_map.bind("localhost")
    for path in links.PATHS.values():
        endpoint, _values = adapter.match(path.format(token="x"), method="GET")
        assert endpoint.split(".")[0] == "open", f"{path} leads to {endpoint}, which is not open"


@pytest.mark.parametrize("path", links.PATHS.values())
def test_the_log_cuts_the_token_of_every_kind_of_link(path: str) -> None:
    line = f"GET https://arshjulet.example{path.format(token='hemlig.1.underskrift')} HTTP/1.1"
    assert "hemlig" not in log._clean(None, "", {"event": line})["event"]


def test_addresses_are_swedish_words_in_plain_letters(app: Flask) -> None:
    strange = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.rule.isascii() or "_" in rule.rule.split("<")[0]
    ]
    assert not strange


@pytest.mark.parametrize("status", error_pages.PAGES)
def test_every_failure_has_a_page_of_our_own_in_both_languages(app: Flask, status: int) -> None:
    for language in ("sv", "en"):
        with app.test_request_context(f"/?lang={language}"):
            app.preprocess_request()
            response = error_pages._page(status)
        assert response.status_code == status
        assert f'lang="{language}"' in response.get_data(as_text=True)

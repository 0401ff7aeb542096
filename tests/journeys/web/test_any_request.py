"""Any request at all, by any person: it gets a page of ours with our headers, and never a failure.

Every endpoint with every method, and strange paths, queries, names and values of fields, and JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from jinja2 import DictLoader
from structlog.testing import capture_logs
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from config import ROOT
from scenes.table import SCENES
from scenes.world import World
from tests.furnished_worlds import enter
from tests.tiny_browser import Browser

METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS")
# NUL, half a letter, half a pair of surrogates, a way out of the folder, a header, what no column
# holds, a picture sign, a text turned around.
PATHS = (
    "%00",
    "a%00b",
    "%ff",
    "%ED%A0%80",
    "..%2f..%2f",
    "%0d%0aX:y",
    "x" * 3000,
    "9" * 40,
    "%F0%9F%9A%83",
    "%E2%80%AE",
)
VALUES = ("%00", "%ED%A0%80%EF%BF%BF", "%ff", "9" * 40, "[")
FORM = "application/x-www-form-urlencoded"
# The same in the name of a field, a field that comes twice, names that mean something to us.
BODIES = (
    b"%00=a&a%00b=c&%ff=d&%ED%A0%80=e&%F0%9F%9A%83=f",
    b"acting_for=%00&acting_for=%ED%A0%80&lang_switch=%00&csrf_token=%00&act=%00",
    b"\0\xff\xed\xa0\x80=\0&&&===&%&%zz",
)
JSON = (
    b"[" * 100_000,
    b'{"fields": ' * 50_000,
    b"\xff\xfe",
    b'{"fields": {"a": {"value": "\\ud800", "base": null}}}',
    b'{"fields": {"\\u0000": {"value": 1e999, "base": "0"}}, "lang_switch": []}',
    b'{"fields": [], "value": {}, "here": 5}',
    b"NaN",
    b"",
)
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="a\0"\r\n\r\nx\r\n--b--\r\n',
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="\xff\0.csv"\r\n\r\nx\r\n--b--',
    b"--b\r\nContent-Disposition: \xff\xfe\r\nX\r\n\r\n",
    b"no boundary at all",
)
ASKED = re.compile(r"""args(?:\.get)?[(\[]\s*"(\w+)"|"(\w+)" in request\.args""")


def names_of_queries() -> list[str]:
    """Every name that a page looks for in its address."""
    sources = "".join(path.read_text() for path in (ROOT / "annualwheel/web").rglob("*.py"))
    found = {one or other for one, other in ASKED.findall(sources)}
    assert len(found) > 15
    return sorted(found | {"ordning", "sida", "\0", "lang"})


def wrong(reply: TestResponse, what: str) -> Iterator[str]:
    """What is not as it should be in a reply to `what`."""
    if reply.status_code >= 500:
        yield f"{reply.status_code} {what}"
    if "Content-Security-Policy" not in reply.headers:
        yield f"no headers of ours {what}"
    if reply.status_code >= 400 and reply.mimetype == "text/html" and "<h1" not in reply.text:
        yield f"no page of ours {what}"


def send(browser: Browser, method: str, path: str, **options: Any) -> Iterator[str]:
    """What is wrong with the reply to one request."""
    reply = browser.client.open(path, method=method, buffered=True, **options)
    body = str(options.get("data", ""))[:60]
    yield from wrong(reply, f"{method} {path[:120]} {body}")


def addresses(rule: Rule, strange: str) -> str:
    """The address of a rule, with something strange in every place."""
    filled: Mapping[str, str] = {"int": "9" * 40, "meeting": "arbetsmote"}
    return re.sub(
        r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda m: filled.get(m[1] or "", strange), rule.rule
    )


def test_every_endpoint_with_every_method_and_strange_addresses(
    furnished_world: Callable[[str], World],
) -> None:
    world, found = furnished_world("year"), list[str]()
    insiders = {scene.audience: scene for scene in SCENES if scene.world == "year"}
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint == "open.fail":  # the scenes' own, which fails on purpose
            continue
        insider = insiders.get(rule.endpoint.partition(".")[0], insiders["open"])
        known, stranger = enter(world, insider), enter(world, insider, "")
        for strange in PATHS if rule.arguments else ("",):
            for method in METHODS if strange in ("", "%00") else ("GET", "POST"):
                found += send(known, method, addresses(rule, strange))
        for method in METHODS:
            found += send(stranger, method, addresses(rule, "%00"))
    assert not found, "\n".join(found)


def test_strange_queries_names_values_and_json_on_every_page(
    furnished_world: Callable[[str], World],
) -> None:
    world, found, tried = furnished_world("year"), list[str](), set[str]()
    names = names_of_queries()
    for scene in SCENES:
        if scene.world != "year" or scene.endpoint in (*tried, "open.fail"):
            continue
        tried.add(scene.endpoint)
        with world.at(scene):
            browser, path = enter(world, scene), world.address(scene).partition("?")[0]
            for value in VALUES:
                query = "&".join(f"{name}={value}" for name in names)
                found += send(browser, "GET", f"{path}?{query}")
            for body in BODIES:
                found += send(browser, "POST", path, data=body, content_type=FORM)
            for body in JSON:
                found += send(browser, "POST", path, data=body, content_type="application/json")
            for body in MULTIPART:
                kind = "multipart/form-data; boundary=b"
                found += send(browser, "POST", path, data=body, content_type=kind)
    assert len(tried) > 80
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", ["/kontakt", "/finns-inte"])
def test_a_failure_of_the_error_page_too_gets_a_page_of_ours(app: Flask, path: str) -> None:
    """No template can be read any more, so not that of the error page either."""
    loader = app.jinja_env.loader
    app.jinja_env.cache.clear()  # type: ignore[union-attr]
    app.jinja_env.loader = DictLoader({})
    try:
        with capture_logs() as lines:
            reply = Browser(app).client.get(path, buffered=True)
    finally:
        app.jinja_env.loader = loader
    code = re.search(r"Felkod: ([0-9A-F]{4})", reply.text)
    assert (reply.status_code, reply.mimetype) == (500, "text/html")
    assert code and 'lang="en"' in reply.text and "Content-Security-Policy" in reply.headers
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert code[1] in [line.get("code") for line in lines]

"""Style sheets and scripts are fetched once, and anew when there is another release."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from annualwheel.web import assets
from tests.tiny_browser import Browser


def addresses(visitor: Browser) -> list[str]:
    """What the start page asks for."""
    page = visitor.open("/").page
    found = [link.get("href") for link in page.all("link") if link.get("rel") != "alternate"]
    return found + [script.get("src") for script in page.all("script") if script.get("src")]


def test_what_a_page_asks_for_is_kept_for_a_year(visitor: Browser) -> None:
    found = addresses(visitor)
    assert len(found) > 5 and len({address.split("/")[2] for address in found}) == 1
    for address in found:
        with visitor.fetch("GET", address) as answer:
            assert (answer.status_code, answer.headers["Cache-Control"]) == (
                200,
                "public, max-age=31536000, immutable",
            ), address


@pytest.mark.parametrize(
    "place", ["/static/css/arshjul.css", "/static/0123456789ab/css/arshjul.css"]
)
def test_the_address_of_another_release_is_answered_and_asked_for_anew(
    visitor: Browser, place: str
) -> None:
    with visitor.fetch("GET", place) as answer:
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
        assert b"--lake" in answer.data
        with visitor.fetch(
            "GET", place, headers={"If-None-Match": answer.headers["ETag"]}
        ) as again:
            assert again.status_code == 304


@pytest.mark.parametrize(
    "place",
    [
        "0123456789ab/../../config.py",
        "0123456789ab/%2e%2e/web/page.py",
        "0123456789ab/",
        "0123456789ab/none.css",
    ],
)
def test_nothing_else_is_reached(visitor: Browser, place: str) -> None:
    assert visitor.fetch("GET", f"/static/{place}").status_code == 404


def test_other_contents_have_another_name(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a", encoding="utf-8")
    first = assets._digest(tmp_path)
    (tmp_path / "css" / "a.css").write_text("b", encoding="utf-8")
    assert assets._digest(tmp_path) != first and re.fullmatch("[0-9a-f]{12}", first)

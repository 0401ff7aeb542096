"""Nothing that people see is without a picture: every page, every mail, every way to fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from annualwheel.mail.kinds import KINDS
from annualwheel.mail.letters import LANGUAGES
from annualwheel.web.error_pages import PAGES
from scenes.mails import rendered
from scenes.table import FILES, SCENES
from scenes.worlds import MAKERS
from scripts.pictures import AUDIENCES, Taken, index
from tests.conftest import Places


@pytest.fixture
def app(places: Places) -> Flask:
    """One database is enough: no row is read."""
    places.database("sqlite").reset()
    return places.app("sqlite")


def test_every_endpoint_one_can_open_has_a_scene(app: Flask) -> None:
    openable = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert openable - {scene.endpoint for scene in SCENES} - set(FILES) == set()


def test_every_scene_is_of_an_endpoint_that_is_there(app: Flask) -> None:
    there = {rule.endpoint for rule in app.url_map.iter_rules()} | {"open.fail"}
    assert {scene.endpoint for scene in SCENES} | set(FILES) <= there
    for scene in SCENES:
        assert scene.world in MAKERS and scene.audience in AUDIENCES, scene


def test_every_way_to_fail_has_a_scene() -> None:
    assert set(PAGES) <= {scene.status for scene in SCENES if scene.endpoint == "open.fail"}


def test_every_form_that_can_be_wrong_is_shown_with_its_error(app: Flask) -> None:
    """A page that takes a form under its own address has a scene that answers 409 or 422, or is
    named here with its reason.
    """
    takes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if {"GET", "POST"} <= (rule.methods or set())
    }
    shown = {scene.endpoint for scene in SCENES if scene.status in (409, 422)}
    without_error = {
        "participant.decline",  # the reason is optional
        "participant.withdraw",
        "coordinator.cancel",
        "preparation.remove_colleague",
        "facilitator.publish_results",  # nothing to fill in
        "coordinator.invite_found",  # the same page as act_on
        "coordinator.person_inactive",
        "coordinator.person_place_end",
        "admin.account",
        "admin.theme",
    }  # the same fields as on the page for a new one
    assert takes - shown == without_error


def test_names_of_scenes_are_names_of_files() -> None:
    names = [scene.name for scene in SCENES]
    assert len(names) == len(set(names))
    assert not [name for name in names if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)]


def test_every_kind_of_mail_can_be_pictured_in_both_languages() -> None:
    for kind in KINDS:
        for language in LANGUAGES:
            assert f'lang="{language}"' in rendered(kind, language).html


def test_the_index_shows_every_picture_once_in_its_group(tmp_path: Path) -> None:
    taken = [
        Taken(group, f"{group}-sida", "Sidan <b>", language, 390)
        for group in AUDIENCES
        for language in LANGUAGES
    ]
    page = index(taken)
    for picture in taken:
        assert page.count(f'<img src="{picture.file}"') == 1
    assert page.count("<h2") == len(AUDIENCES) and "Sidan &lt;b&gt;" in page

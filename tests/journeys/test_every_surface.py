"""Every page in every state, on both databases: whole, in the language asked for, shown to whom it is for, and harmless to open."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from scenes.scene import Scene
from scenes.table import SCENES
from scenes.world import World
from scenes.worlds import MAKERS
from tests.conftest import Fixed
from tests.stages import enter, stage, visit


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", MAKERS)
def test_every_page_is_whole_and_in_one_language(make_app: Callable[..., Flask], clock: Fixed, tmp_path: Path, name: str,
                                                 language: str) -> None:
    world, problems = stage(make_app, clock, tmp_path, name), list[str]()
    for scene in (scene for scene in SCENES if scene.world == name):
        try:
            look(world, scene, language)
        except AssertionError as problem:
            problems.append(f"{scene.name}: {problem}")
    assert not problems, "\n".join(problems)


def look(world: World, scene: Scene, language: str) -> None:
    """Opens the scene; what `page_checks` knows of is asserted for every page on the way."""
    if scene.framed:
        with world.at(scene):
            assert enter(world, scene).fetch("GET", world.address(scene)).status_code == scene.status
        return
    browser = visit(world, scene, language)
    assert browser.status == scene.status, f"answers {browser.status}: {browser.heading()}"
    assert browser.page.all("html")[0].get("lang") == language

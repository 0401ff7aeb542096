"""Every page in every state, on both databases: whole, in the language asked for, shown to whom it
is for, and harmless to open.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import pytest
import sqlalchemy as sa

from annualwheel.db import db
from scenes.scene import Scene
from scenes.table import FILES, SCENES
from scenes.world import World
from scenes.worlds import MAKERS
from tests.databases import in_turn
from tests.furnished_worlds import enter, visit


@pytest.mark.parametrize("name", MAKERS)
def test_every_page_is_whole_and_in_swedish(
    furnished_world: Callable[[str], World], name: str
) -> None:
    look_at_all(furnished_world, name, "sv")


@pytest.mark.parametrize(("name", "database"), in_turn(MAKERS), indirect=["database"])
def test_every_page_is_whole_and_in_english(
    furnished_world: Callable[[str], World], name: str
) -> None:
    look_at_all(furnished_world, name, "en")


def look_at_all(furnished_world: Callable[[str], World], name: str, language: str) -> None:
    """Opens every scene of the world."""
    world, problems = furnished_world(name), list[str]()
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
            assert (
                enter(world, scene).fetch("GET", world.address(scene)).status_code == scene.status
            )
        return
    browser = visit(world, scene, language)
    assert browser.status == scene.status, f"answers {browser.status}: {browser.heading()}"
    assert browser.page.all("html")[0].get("lang") == language


def test_no_scene_opens_itself_anew_while_somebody_looks_at_it(
    furnished_world: Callable[[str], World],
) -> None:
    scene = next(scene for scene in SCENES if scene.name == "import-pagar")
    world = furnished_world(scene.world)
    answer = enter(world, scene).fetch("GET", world.address(scene))
    assert answer.status_code == 200
    assert "Refresh" not in answer.headers


# What each kind of visitor is answered where they do not belong: pages of the year's world.
STRANGERS = ("", "invited", "half", "owner")
STAFF = ("coordinator", "facilitator", "administrator")
MAY = {
    "open": (*STRANGERS, *STAFF),
    "participant": ("invited",),
    "preparation": ("half",),
    "owner": ("owner",),
    "coordinator": ("coordinator", "administrator"),
    "facilitator": STAFF,
    "admin": ("administrator",),
}


def refusal(audience: str, who: str) -> int:
    """How somebody is turned away: asked for their link, asked to sign in, or told that it is not
    theirs.
    """
    if audience in ("participant", "preparation", "owner"):
        return 401
    return 403 if who in STAFF else 303


def one_of_each(world: World) -> list[Scene]:
    """One scene for every endpoint: as for those who may, whoever the scene itself is about."""
    found: dict[str, Scene] = {}
    for scene in SCENES:
        if scene.world == "year" and scene.status == 200 and scene.at == "now":
            found.setdefault(scene.endpoint, scene)
    return [
        *found.values(),
        *(scene for _media_type, scene in FILES.values() if scene.audience != "static"),
    ]


def digest(world: World) -> dict[str, str]:
    """A mark of every table's content."""
    with world.app.app_context(), db.engine.connect() as connection:
        tables = (table for table in db.metadata.sorted_tables if table.name != "alembic_version")
        return {
            table.name: sha256(
                "\n".join(
                    sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
                ).encode()
            ).hexdigest()
            for table in tables
        }


@pytest.fixture
def year(furnished_world: Callable[[str], World]) -> World:
    return furnished_world("year")


def test_everybody_opens_what_is_theirs_and_nothing_else_and_opening_changes_nothing(
    year: World,
) -> None:
    before, wrong = digest(year), list[str]()
    for scene in one_of_each(year):
        for who in (*STRANGERS, *STAFF):
            for method in ("GET", "HEAD") if who == scene.who else ("GET",):
                browser = enter(year, scene, who)
                answered = browser.fetch(method, year.address(scene)).status_code
                allowed = who in MAY[scene.audience]
                # A link or a half-done form of somebody else leads on, or is not there.
                fine = (
                    answered in (200, 303, 404)
                    if allowed
                    else answered == refusal(scene.audience, who)
                )
                if not fine:
                    wrong.append(f"{method} {scene.name} as {who or 'stranger'}: {answered}")
                if allowed and who == scene.who and answered != 200:
                    wrong.append(f"{method} {scene.name} is {who}'s own and answers {answered}")
    assert not wrong, "\n".join(wrong)
    assert digest(year) == before


def test_a_button_does_nothing_for_those_it_is_not_for(year: World) -> None:
    """Every endpoint that acts, pressed by everybody without the form's proof: turned away, or
    nothing done.
    """
    before, wrong = digest(year), list[str]()
    for rule in year.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.endpoint.startswith("open."):
            continue
        with year.app.test_request_context():
            values = {
                name: {
                    "number": 2027,
                    "kind": "work",
                    "act": "pausa",
                    "section": "initiativ",
                    "theme": "arbete",
                }.get(name, "finnsinte")
                for name in rule.arguments
            }
            path = year.app.url_for(rule.endpoint, **values)
        audience = rule.endpoint.partition(".")[0]
        for who in (*STRANGERS, *STAFF):
            acting_for = next(
                (kept[0] for kept in year.sessions[who].values() if isinstance(kept, list)), ""
            )
            answered = (
                enter(year, SCENES[0], who)
                .fetch("POST", path, data={"acting_for": acting_for})
                .status_code
            )
            fine = (
                answered in (303, 400, 404, 409, 422)
                if who in MAY[audience]
                else answered == refusal(audience, who)
            )
            if not fine:
                wrong.append(f"POST {path} as {who or 'stranger'}: {answered}")
    assert not wrong, "\n".join(wrong)
    assert digest(year) == before


def test_files_are_what_they_say(year: World) -> None:
    for media_type, scene in FILES.values():
        with enter(year, scene).fetch("GET", year.address(scene)) as answered:
            assert (answered.status_code, answered.mimetype) == (200, media_type), scene.name


def test_nothing_counts_down_to_a_meeting_that_is_cancelled(
    furnished_world: Callable[[str], World],
) -> None:
    world = furnished_world("turns")
    scenes = {scene.name: scene for scene in SCENES}
    visit(world, scenes["mote-fullt"], "sv").see("dagar kvar")
    visit(world, scenes["mote-installt"], "sv").see("Mötet är inställt").miss("dagar kvar")
    assert visit(world, scenes["arshjul-turer"], "sv").text.count("av tiden har gått") == 2

"""Scenes over HTTP: a world in a test's database, and the small browser brought to one of its
scenes. See the fixture `furnished_world`.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.datastructures import MultiDict

from annualwheel.db import db
from rehearse.dom import Node, Unexpected
from rehearse.fields import Pairs, fields_in, sent
from scenes import failing, worlds
from scenes.scene import Press, Scene
from scenes.world import Settable, World
from tests.databases import PostgreSQL, SQLite
from tests.tiny_browser import Browser


@dataclass(frozen=True)
class Kept:
    """A world that has been furnished once: what is in its database and its mailbox, and what it
    knows of its people.
    """

    database: Any
    mails: dict[str, bytes]
    known: tuple[dict[str, dict[str, Any]], dict[str, str], dict[str, dt.datetime]]

    @classmethod
    def of(cls, world: World, database: SQLite | PostgreSQL) -> Kept:
        """As the world is now."""
        mails = {path.name: path.read_bytes() for path in (world.mailbox / "new").glob("*")}
        return cls(database.save(), mails, (world.sessions, world.names, world.moments))

    def put_into(self, world: World, database: SQLite | PostgreSQL) -> None:
        """Makes the world as it was."""
        with world.app.app_context():
            db.engine.dispose()
        database.load(self.database)
        (world.mailbox / "new").mkdir(parents=True)
        for name, content in self.mails.items():
            (world.mailbox / "new" / name).write_bytes(content)
        world.sessions, world.names, world.moments = self.known


def furnished(
    app: Flask,
    clock: Settable,
    mailbox: Path,
    database: SQLite | PostgreSQL,
    name: str,
    folder: Path,
) -> World:
    """The world of that name in the test's database: played once in a run, which takes seconds,
    kept in the folder of all workers, and put back afterwards.
    """
    failing.add_to(app)
    world, file = World(app, clock, mailbox), folder / f"{name}-{database.kind}.world"
    if file.exists():
        kept: Kept = pickle.loads(file.read_bytes())
        kept.put_into(world, database)
    else:
        worlds.furnish(world, name)
        # Two workers may have played it at the same time: the one is as good as the other.
        own = file.with_suffix(f".{os.getpid()}")
        own.write_bytes(pickle.dumps(Kept.of(world, database)))
        own.rename(file)
    return world


def enter(world: World, scene: Scene, who: str | None = None) -> Browser:
    """A browser that holds the cookie of the scene's person, or of somebody else."""
    browser = Browser(world.app)
    browser.client.set_cookie("arshjulet", world.cookie(scene.who if who is None else who))
    browser.expects_failure = scene.status == 500
    return browser


def visit(world: World, scene: Scene, language: str) -> Browser:
    """Opens the scene and presses what it says; every page on the way is checked."""
    browser = enter(world, scene)
    with world.at(scene):
        browser.open(world.address(scene, language))
        for press in scene.presses:
            if press.at:
                world.clock.set(world.moments[press.at])
            send(browser, world, press)
    return browser


def send(browser: Browser, world: World, press: Press) -> None:
    """Sends a form as the page holds it, with the fields of the press."""
    ending = press.form.format_map(world.names)
    if press.forgets:
        browser.client.delete_cookie("arshjulet")
    within = browser.page if press.form else browser.page.all("main")[0]
    form = next(
        (
            f
            for f in within.all("form")
            if f.get("method") == "post"
            and f.get("action").endswith(ending)
            and set(press.fields) <= {c.get("name") for c in fields_in(browser.page, f)}
        ),
        None,
    )
    if form is None:
        raise Unexpected(f"no form that posts {list(press.fields)} to …{ending} on {browser.url}")
    held = MultiDict(
        [(c.get("name"), value) for c in fields_in(browser.page, form) for value in sent(c, {})]
    )
    for name, value in press.fields.items():
        held.setlist(name, [value])
    pairs: Pairs = list(held.items(multi=True))
    if press.button:
        name, _equal, value = press.button.partition("=")
        pairs.append((_button(browser.page, form, name, value).get("name"), value))
    browser.send(
        "POST",
        form.get("action") or browser.url,
        pairs,
        form.get("enctype") == "multipart/form-data",
    )


def _button(page: Node, form: Node, name: str, value: str) -> Node:
    for button in page.all("button"):
        own = (
            button.get("form") == form.get("id")
            if button.get("form")
            else button.up("form") is form
        )
        if own and button.get("name") == name and button.get("value") == value:
            return button
    raise Unexpected(f"the form has no button {name}={value}")

"""Chromium in front of a scene.

The world behind a port on loopback, one page for every scene in turn.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import flask_migrate
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Response
from werkzeug.serving import make_server

from annualwheel import create_app
from annualwheel.db import db
from annualwheel.jobs.queue import queue_of
from config import ROOT, Settings
from scenes import failing, worlds
from scenes.scene import Press, Scene
from scenes.world import StandingClock, World

SEND = """([fields, button, ending]) => {
  const names = Object.keys(fields)
  const forms = [...document.querySelectorAll(ending ? "form" : "main form")]
  const form = forms.find(f => f.method === "post"
    && (f.getAttribute("action") || "").endsWith(ending) && names.every(n => f.elements[n]))
  for (const n of names) form.elements[n].value = fields[n]
  const [name, value] = button.split("=")
  const pressed = [...form.elements].find(e => e.name === name && e.value === value)
  form.requestSubmit(button ? pressed : null)
}"""


@contextmanager
def built(name: str) -> Iterator[World]:
    """The world of that name in a SQLite file of its own, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        place, clock = Path(folder), StandingClock()
        settings = Settings(
            secret_keys=("k" * 40,),
            environment="test",
            database_url=f"sqlite:///{place / 'scenes.db'}",
            worker="separate",
            queue_url=f"sqlite:///{place / 'queue.db'}",
            base_url="http://localhost",
            dev_mailbox=place / "mailbox",
            mail_allow=("example", "example.org"),
        )
        app = create_app(settings, clock)
        with app.app_context():
            flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        failing.add_to(app)
        world = World(app, clock, place / "mailbox")
        worlds.furnish(world, name)
        yield world
        with app.app_context():
            db.engine.dispose()
        queue_of(app).storage.close()


class Underway:
    """The requests that are being answered, each in a thread of its own."""

    def __init__(self) -> None:
        self._count, self._over, self._changed = 0, False, threading.Condition()

    def begin(self) -> bool:
        """Counts one more; false when no more are answered."""
        with self._changed:
            self._count += not self._over
            return not self._over

    def end(self) -> None:
        """Counts one less."""
        with self._changed:
            self._count -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """Returns when the last has been answered, and lets no more begin."""
        with self._changed:
            self._changed.wait_for(lambda: not self._count)
            self._over = True


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port; its address.

    Afterwards no request is under way any more: a page that was left may have asked for something
    at the last moment, and its answer must not reach into what comes next in the same database.
    """
    underway = Underway()

    def whole(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """An answer that has been read to its end.

        Werkzeug's server forgets to close a file when the browser has gone meanwhile.
        """
        if not underway.begin():
            start_response("503 Service Unavailable", [])
            return []
        try:
            with closing(app(environ, start_response)) as parts:  # type: ignore[type-var]
                return [b"".join(parts)]
        finally:
            underway.end()

    server = make_server("127.0.0.1", 0, whole, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        underway.close()


class Camera:
    """One page of Chromium that goes from scene to scene as whoever the scene asks for."""

    def __init__(
        self, browser: Browser, world: World, url: str, width: int, **options: object
    ) -> None:
        usual: dict[str, object] = {
            "viewport": {"width": width, "height": 844 if width < 600 else 900},
            "timezone_id": "Europe/Stockholm",
        }
        self.world, self.url = world, url
        self.context: BrowserContext = browser.new_context(**(usual | options))  # type: ignore[arg-type]
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()

    def show(self, scene: Scene, language: str) -> int:
        """Opens the scene and presses what it says; the status of the last answer."""
        # The page before is left first, so that its scripts do not ask anything as somebody else.
        self.page.goto("about:blank")
        self.context.clear_cookies()
        session = self.world.cookie(scene.who)
        self.context.add_cookies([{"name": "arshjulet", "value": session, "url": self.url}])
        with self.world.at(scene):
            answer = self.page.goto(self.url + self.world.address(scene, language))
            for press in scene.presses:
                if press.at:
                    self.world.clock.set(self.world.moments[press.at])
                answer = self._press(press)
        return answer.status if answer else 0

    def _press(self, press: Press) -> Response | None:
        if press.forgets:
            self.context.clear_cookies()
        ending = press.form.format_map(self.world.names)
        with self.page.expect_navigation() as arriving:
            self.page.evaluate(SEND, [dict(press.fields), press.button, ending])
        return arriving.value

    def picture(self, file: Path) -> None:
        """The whole page as PNG.

        The window is made as tall as the page, so that what clings to its lower edge is at the
        page's end.
        """
        size = self.page.viewport_size
        width, height = (size["width"], size["height"]) if size else (0, 0)
        whole = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": width, "height": max(height, whole)})
        self.page.screenshot(path=file, full_page=True, animations="disabled")
        self.page.set_viewport_size({"width": width, "height": height})

    def close(self) -> None:
        """Lets go of the page and its cookies."""
        self.context.close()

"""The scanners that run scripts: Chromium opens a link of every kind of mail, lives on the page for
a while, follows its links, and nothing in the database is another.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Request

from scenes.camera import Camera, served
from scenes.world import World
from tests.browser.lasting import stand_still, until
from tests.journeys.web.test_every_surface import digest
from tests.scanner import links, one_of_every_kind

pytestmark = pytest.mark.browser

LINKS = """[...document.querySelectorAll('a[href]')].map(a => a.href).filter(
  href => href.startsWith(location.origin) && !href.includes('#'))"""
# Together longer than any interval of our scripts; only the page's own clock is wound on, so nobody
# waits.
STEP, STEPS = 20_000, 3


class Scanner:
    """A page whose clock stands, and what it has asked for and not been answered yet."""

    def __init__(self, page: Page) -> None:
        self.page, self.unanswered = page, set[Request]()
        page.on("request", self.begins)
        page.on("requestfinished", self.ends)
        page.on("requestfailed", self.ends)
        stand_still(page)

    def begins(self, request: Request) -> None:
        """Notes a request that is not answered yet."""
        self.unanswered.add(request)

    def ends(self, request: Request) -> None:
        """Notes that a request is answered, or has failed."""
        self.unanswered.discard(request)

    def live(self, address: str) -> list[str]:
        """Opens the address and lets the page's scripts run for a minute of its own time; the links
        on it, none for a file. A calendar file is fetched beside the page, as a browser would save
        it.
        """
        if address.endswith(".ics"):
            assert self.page.request.get(address).status == 200
            return []
        self.unanswered.clear()
        answer = self.page.goto(address)
        if answer is None or "text/html" not in answer.headers["content-type"]:
            return []
        for _ in range(STEPS):
            self.page.clock.run_for(STEP)
            until(self.page, lambda: not self.unanswered)
        found: list[str] = self.page.evaluate(LINKS)
        return found

    def scan(self, url: str, paths: list[str]) -> set[str]:
        """Opens every path and what it links to, each once."""
        opened = set[str]()
        for path in paths:
            opened.add(url + path)
            for link in self.live(url + path):
                if link not in opened:
                    opened.add(link)
                    self.live(link)
        return opened


def test_a_scanner_that_runs_scripts_changes_nothing(
    browser: Browser, furnished_world: Callable[[str], World]
) -> None:
    world = furnished_world("turns")
    with served(world.app) as url:
        with world.app.app_context():
            one_of_every_kind(world)
            paths = links(world)
        before = digest(world)
        camera = Camera(browser, world, url, 1280)
        opened = Scanner(camera.page).scan(url, paths)
        camera.close()
        assert {f"{url}{path}" for path in paths} < opened
    # No request is under way any more.
    assert digest(world) == before

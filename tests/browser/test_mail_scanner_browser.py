"""The scanners that run scripts: Chromium opens a link of every kind of mail, lives on the page for
a while, follows its links, and nothing in the database is another.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page

from scenes.camera import Camera, served
from scenes.world import World
from tests.journeys.web.test_every_surface import digest
from tests.scanner import links, one_of_every_kind

LINKS = """[...document.querySelectorAll('a[href]')].map(a => a.href)
  .filter(href => href.startsWith(location.origin) && !href.includes('#'))"""
# Longer than any interval of our scripts; the page's own clock is wound on, so nobody waits.
WHILE = 60_000


def live(page: Page, address: str) -> list[str]:
    """Opens the address and lets the page's scripts run for a minute of its own time; the links on
    it, none for a file. A calendar file is fetched beside the page, as a browser would save it.
    """
    if address.endswith(".ics"):
        assert page.request.get(address).status == 200
        return []
    answer = page.goto(address)
    if answer is None or "text/html" not in answer.headers["content-type"]:
        return []
    page.clock.run_for(WHILE)
    page.wait_for_load_state("networkidle")
    found: list[str] = page.evaluate(LINKS)
    return found


def scan(page: Page, url: str, paths: list[str]) -> set[str]:
    """Every path and what it links to, each once."""
    opened = set[str]()
    for path in paths:
        opened.add(url + path)
        for link in live(page, url + path):
            if link not in opened:
                opened.add(link)
                live(page, link)
    return opened


def test_a_scanner_that_runs_scripts_changes_nothing(
    browser: Browser, stage: Callable[[str], World]
) -> None:
    world = stage("turns")
    with served(world.app) as url:
        with world.app.app_context():
            one_of_every_kind(world)
            paths = links(world, every=False)
        before = digest(world)
        camera = Camera(browser, world, url, 1280)
        camera.page.clock.install()
        opened = scan(camera.page, url, paths)
        camera.close()
        assert {f"{url}{path}" for path in paths} < opened
        assert digest(world) == before

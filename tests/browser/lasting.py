"""Waiting for what lasts.

A sentence that the next save replaces may be gone before a test has looked. What the server has
stored, and what the page says of itself in an attribute, is there until the test goes on.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

# How long anything may take, in milliseconds. Only a test that fails waits so long.
PATIENCE = 60_000


def until(page: Page, fact: Callable[[], object]) -> None:
    """Waits until the fact holds.

    Each question to the page lets the browser's events in, so the fact may be one that a listener
    or a route notes.
    """
    end = time.monotonic() + PATIENCE / 1000
    while not fact():
        assert time.monotonic() < end, "what the test waits for does not come"
        page.evaluate("0")


def all_saved(page: Page) -> None:
    """Waits until the server has every answer as it stands on the page."""
    expect(page.locator("form[data-autosave]")).to_have_attribute("data-unsaved", "")


def stand_still(page: Page) -> None:
    """Stops the page's clock before anything is opened: time passes only when the test says so, and
    no slow machine makes a second of it.
    """
    assert page.url == "about:blank", "what runs already has its timers on the real clock"
    page.clock.install()
    # Far enough ahead that the moment has not passed before the clock is stopped.
    page.clock.pause_at(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))

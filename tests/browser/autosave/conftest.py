"""Saving while one writes, in a real browser: nothing that was typed is lost, and nothing is
overwritten.

The page is rendered from the macros and the server is played by the test, so that every answer it
can give is tried.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.autosave.played import Server, opened


@pytest.fixture
def server() -> Server:
    """The server the test plays."""
    return Server()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The page in front of that server; its clock stands still."""
    context = browser.new_context()
    yield opened(context, server)
    context.close()

"""A small browser over the test client: the rehearsal's reader of pages, with every page it meets
checked (`page_checks`), and what each request does to the database (`watching`).
"""

from __future__ import annotations

import io
from contextvars import Context
from typing import Self
from urllib.parse import urljoin, urlsplit

from flask import Flask, has_app_context
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from annualwheel.db import db
from rehearse.dom import Node, parse
from rehearse.fields import Pairs
from rehearse.reader import Reader
from tests.page_checks import check_page
from tests.watching import watched

REDIRECTS = 8
ORIGIN = "http://localhost"


class Browser(Reader):
    """One person's browser: cookies, the page at hand, and what has been typed on it."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.app = app
        self.client = app.test_client()
        self.headers: dict[str, str] = {}
        self.expects_failure = False
        self.response: TestResponse | None = None
        self._unopened = ""

    def lie_at(self, url: str) -> Self:
        """Opens the page when somebody first looks at it: many tests go elsewhere at once."""
        self.show(url, None)
        self._unopened = url
        return self

    def show(self, url: str, page: Node | None) -> None:
        """Lays a new page on the table."""
        super().show(url, page)
        self._unopened = ""

    @property
    def page(self) -> Node:
        """The page at hand, as a tree. Fails for a file."""
        if self._unopened:
            self.open(self._unopened)
        return super().page

    @property
    def status(self) -> int:
        """The status of the last reply."""
        assert self.response is not None, "nothing has been opened"
        return self.response.status_code

    @property
    def body(self) -> bytes:
        """The last reply's bytes, for files."""
        assert self.response is not None, "nothing has been opened"
        return self.response.data

    def open(self, url: str, **query: str) -> Self:
        """Goes to an address: a path, or a whole one of this service."""
        return self._go(
            "GET", urljoin(self.url, _path(url)), query=MultiDict(query) if query else None
        )

    def send(self, method: str, url: str, pairs: Pairs, multipart: bool) -> Self:
        """Sends what a form holds."""
        if method == "GET":
            return self._go(
                "GET", url, query=MultiDict([(n, v) for n, v in pairs if isinstance(v, str)])
            )
        data: MultiDict[str, object] = MultiDict()
        for name, value in pairs:
            data.add(
                name, value if isinstance(value, str) else (io.BytesIO(value.content), value.name)
            )
        return self._go(
            "POST",
            url,
            data=data,
            content_type="multipart/form-data"
            if multipart
            else "application/x-www-form-urlencoded",
        )

    def fetch(self, method: str, url: str, **options: object) -> TestResponse:
        """One bare request with this browser's cookies: no redirects, no checks.

        For files, APIs and attacks. It says whose the page at hand is, as the page's own scripts
        do.
        """
        acting_for = (
            next(
                (n.get("value") for n in self.page.all("input") if n.get("name") == "acting_for"),
                None,
            )
            if self._page
            else None
        )
        if acting_for and method == "POST":
            options["headers"] = {"X-Acting-For": acting_for, **dict(options.get("headers") or {})}  # type: ignore[call-overload]
        return self._isolated(method, url, options)

    def _go(
        self, method: str, url: str, query: MultiDict[str, str] | None = None, **options: object
    ) -> Self:
        if query is not None:
            options["query_string"] = query
        response = self._isolated(method, url, options)
        for _hop in range(REDIRECTS):
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            assert method == "GET" or response.status_code == 303, (
                f"{method} {url} answers {response.status_code}, not 303"
            )
            target = urljoin(f"{ORIGIN}{url}", response.headers["Location"])
            assert target.startswith(ORIGIN + "/"), f"{url} leads out of the service, to {target}"
            method, url = "GET", _path(target)
            response = self._isolated(method, url, {})
        else:
            raise AssertionError(f"{url} leads round in a circle")
        self._arrive(url, query, response)
        return self

    def _isolated(self, method: str, url: str, options: dict[str, object]) -> TestResponse:
        """A request sees nothing of the test's own context: what the test has made is committed
        first, what it reads after is fresh.
        """
        if has_app_context() and db.session.registry.has():
            db.session.commit()
            db.session.expire_all()
        headers = {**self.headers, **dict(options.pop("headers", {}))}  # type: ignore[call-overload]

        def request() -> TestResponse:
            with watched():
                # As a server does, the answer is taken whole and closed.
                return self.client.open(
                    url,
                    method=method,
                    headers=headers,
                    buffered=True,
                    **options,  # type: ignore[arg-type]
                )

        return Context().run(request)

    def _arrive(self, url: str, query: MultiDict[str, str] | None, response: TestResponse) -> None:
        self.response = response
        self.show(url, None)
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            assert name in response.headers, f"{url} has no {name}"
        assert response.status_code != 500 or self.expects_failure, f"{url} fails, see the log"
        if response.mimetype == "text/html":
            self.show(url, parse(response.get_data(as_text=True)))
            check_page(self.page, f"{response.status_code} {url}")


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or ("" if parts.query else "/" if parts.netloc else "")) + (
        f"?{parts.query}" if parts.query else ""
    )

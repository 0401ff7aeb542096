"""Who visits: what each kind of visitor does, read from the pages as they are."""

from __future__ import annotations

import html
import http.client
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
AUTOSAVE = re.compile(r'data-autosave="([^"]+)"')
ACTING_FOR = re.compile(r'name="acting_for" value="([^"]+)"')
AUTOSAVE_CSRF = re.compile(r'data-csrf="([^"]+)"')
SEEN = re.compile(r'name="seen" value="([^"]+)"')
SENTENCE = "Vi har lärt oss att det blir lättare när någon äger frågan från början till slut. "


class Page:
    """An answer: status, where it sends us, text."""

    def __init__(self, status: int, location: str, text: str) -> None:
        self.status, self.location, self.text = status, location, text

    def find(self, pattern: re.Pattern[str]) -> str:
        """What the pattern's group holds, as a browser would read it. Raises `LookupError`."""
        found = pattern.search(self.text)
        if found is None:
            raise LookupError(f"no {pattern.pattern} in the page: {self.text[:300]}")
        return html.unescape(found[1])


class Browser:
    """One connection, kept alive, with its cookies."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.acting_for = ""

    def somebody_else(self) -> Browser:
        """The same connection without cookies, as behind a proxy that keeps connections."""
        found = Browser(self.port)
        found.connection = self.connection
        return found

    def get(self, path: str, expect: int = 200) -> Page:
        """The page at `path`."""
        return self._ask("GET", path, None, {}, expect)

    def post(self, path: str, fields: Mapping[str, str]) -> Page:
        """Sends a form that is accepted, and follows where that leads."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        sent = self._ask("POST", path, urlencode(fields), headers, 303)
        return self.get(sent.location)

    def send(self, path: str, content: object, token: str) -> dict[str, Any]:
        """Sends JSON as a page's script does."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": token}
        page = self._ask("POST", path, json.dumps(content), headers, 200)
        found: dict[str, Any] = json.loads(page.text)
        return found

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str], expect: int
    ) -> Page:
        if method == "POST":
            headers["X-Acting-For"] = self.acting_for
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            page = self._once(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # The server closes a connection that has been idle; a browser opens another.
            self.connection.close()
            page = self._once(method, path, body, headers)
        if page.status != expect:
            raise RuntimeError(f"{method} {path} gave {page.status}: {page.text[-600:]}")
        if found := ACTING_FOR.search(page.text):
            self.acting_for = found[1]
        return page

    def _once(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Page:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, value = cookie.partition(";")[0].split("=", 1)
            self.cookies[name] = value
        return Page(answer.status, answer.headers.get("Location", ""), answer.read().decode())


class Visitor(Protocol):
    """Someone who does jobs over one connection."""

    def __init__(self, port: int) -> None: ...
    def prepare(self, jobs: list[dict[str, Any]]) -> None:
        """What comes before and is not counted."""

    def act(self, job: dict[str, Any]) -> None:
        """One job. Raises when anything is not as it should be."""


class Reader:
    """Opens pages: `path`. Signs in first when the job brings a `sign_in` link."""

    def __init__(self, port: int) -> None:
        self.browser = Browser(port)

    def prepare(self, jobs: list[dict[str, Any]]) -> None:
        if jobs and "sign_in" in jobs[0]:
            link = jobs[0]["sign_in"]
            self.browser.post(link, {"csrf_token": self.browser.get(link).find(CSRF)})

    def act(self, job: dict[str, Any]) -> None:
        page = self.browser.get(job["path"])
        if job["holds"] not in page.text:
            raise LookupError(f"{job['holds']!r} is not on {job['path']}")


class Registrant:
    """Says yes: the form, the answer, the confirmation.

    The mailed link and its button, which let in, come before.
    """

    def __init__(self, port: int) -> None:
        self.browser, self.inside = Browser(port), dict[str, Browser]()

    def prepare(self, jobs: list[dict[str, Any]]) -> None:
        for job in jobs:
            browser = self.inside[job["link"]] = self.browser.somebody_else()
            token = browser.get(job["link"]).find(CSRF)
            browser.post(job["link"], {"csrf_token": token, "answer": "yes"})

    def act(self, job: dict[str, Any]) -> None:
        browser = self.inside[job["link"]]
        form = browser.get("/anmalan/anmal")
        done = browser.post("/anmalan/anmal", {"csrf_token": form.find(CSRF), **job["fields"]})
        if job["fields"]["family"] not in done.text:
            raise LookupError("the confirmation names somebody else")


class Guest:
    """Says yes, from the mailed link on: the landing page, its button, the form, the answer, the
    confirmation.
    """

    def __init__(self, port: int) -> None:
        self.browser = Browser(port)

    def prepare(self, jobs: list[dict[str, Any]]) -> None:
        """Nothing comes before."""

    def act(self, job: dict[str, Any]) -> None:
        browser = self.browser.somebody_else()
        token = browser.get(job["link"]).find(CSRF)
        form = browser.post(job["link"], {"csrf_token": token, "answer": "yes"})
        done = browser.post("/anmalan/anmal", {"csrf_token": form.find(CSRF), **job["fields"]})
        if job["fields"]["family"] not in done.text:
            raise LookupError("the confirmation names somebody else")


class Writer:
    """Writes in one field of a section, as the page's script saves it: one request a job."""

    def __init__(self, port: int) -> None:
        self.browser, self.number = Browser(port), 0

    def prepare(self, jobs: list[dict[str, Any]]) -> None:
        job, browser = jobs[0], self.browser
        browser.post(job["link"], {"csrf_token": browser.get(job["link"]).find(CSRF)})
        page = browser.get(job["page"])
        self.url, self.csrf = page.find(AUTOSAVE), page.find(AUTOSAVE_CSRF)
        self.base = page.find(re.compile(rf'name="base-{job["field"]}" value="([^"]+)"'))

    def act(self, job: dict[str, Any]) -> None:
        self.number += 1
        change = {"value": f"{SENTENCE * 4}{self.number}", "base": self.base}
        answer = self.browser.send(self.url, {"fields": {job["field"]: change}}, self.csrf)
        if answer["conflicts"]:
            raise RuntimeError("a conflict, though nobody else writes here")
        self.base = answer["saved"][job["field"]]


class Colleague:
    """Writes in an answer that others write in at the same time: now in one field, now in another.

    A save that meets somebody else's text is told so, and the next one is written on theirs.
    `notes` say of every save what its author was told.
    """

    def __init__(self, port: int) -> None:
        self.browser, self.number, self.notes = Browser(port), 0, list[dict[str, Any]]()
        self.bases: dict[str, str] = {}

    def prepare(self, jobs: list[dict[str, Any]]) -> None:
        job, browser = jobs[0], self.browser
        browser.post(job["link"], {"csrf_token": browser.get(job["link"]).find(CSRF)})
        page = browser.get(job["page"])
        self.url, self.csrf = page.find(AUTOSAVE), page.find(AUTOSAVE_CSRF)
        self.bases = dict(re.findall(r'name="base-([a-z0-9_]+)" value="([^"]+)"', page.text))

    def act(self, job: dict[str, Any]) -> None:
        self.number += 1
        field, value = job["field"], f"{SENTENCE * 4}{job['name']} {self.number}"
        change = {"value": value, "base": self.bases[field]}
        answer = self.browser.send(self.url, {"fields": {field: change}}, self.csrf)
        told = answer["conflicts"].get(field)
        stamp = self.bases[field] = told["ver"] if told else answer["saved"][field]
        note = {"place": self.url, "field": field, "value": value, "kept": not told, "stamp": stamp}
        self.notes.append(note)


class Answerer:
    """Answers ten questions: the form, its button, which saves them, the page to check, the press,
    the receipt.

    The mailed link and its button come before.
    """

    def __init__(self, port: int) -> None:
        self.browser, self.inside = Browser(port), dict[str, Browser]()

    def prepare(self, jobs: list[dict[str, Any]]) -> None:
        for job in jobs:
            browser = self.inside[job["link"]] = self.browser.somebody_else()
            browser.post(job["link"], {"csrf_token": browser.get(job["link"]).find(CSRF)})

    def act(self, job: dict[str, Any]) -> None:
        browser = self.inside[job["link"]]
        _submit(browser, _fill_in(browser, job), job["organisation"])


class Submitter(Answerer):
    """Submits an answer of ten questions: the page to check, the press, the receipt.

    The ten answers are saved before.
    """

    def prepare(self, jobs: list[dict[str, Any]]) -> None:
        super().prepare(jobs)
        for job in jobs:
            _fill_in(self.inside[job["link"]], job)

    def act(self, job: dict[str, Any]) -> None:
        browser = self.inside[job["link"]]
        _submit(browser, browser.get("/forberedelse/granska"), job["organisation"])


def _fill_in(browser: Browser, job: dict[str, Any]) -> Page:
    """Opens the form and sends it filled in. Gives the page that follows: the one to check."""
    form = browser.get(job["page"])
    stamps = dict(re.findall(r'name="(base-[a-z0-9_]+)" value="([^"]+)"', form.text))
    beside = {"csrf_token": form.find(CSRF), "act": "next"}
    return browser.post(job["page"], {**beside, **stamps, **job["fields"]})


def _submit(browser: Browser, review: Page, organisation: str) -> None:
    fields = {"csrf_token": review.find(CSRF), "seen": review.find(SEEN)}
    if organisation not in browser.post("/forberedelse/granska", fields).text:
        raise LookupError("the receipt is somebody else's")


class Hello:
    """Opens the page that says hello."""

    def __init__(self, port: int) -> None:
        self.browser = Browser(port)

    def prepare(self, jobs: list[dict[str, Any]]) -> None:
        """Nothing comes before."""

    def act(self, job: dict[str, Any]) -> None:
        self.browser.get("/")


KINDS: Mapping[str, Callable[[int], Visitor]] = {
    "reader": Reader,
    "registrant": Registrant,
    "guest": Guest,
    "writer": Writer,
    "colleague": Colleague,
    "submitter": Submitter,
    "answerer": Answerer,
    "hello": Hello,
}

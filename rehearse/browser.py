"""One person's browser over real HTTP: cookies, redirects, files."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

from rehearse.dom import Unexpected, parse
from rehearse.fields import Attachment, Pairs
from rehearse.reader import Reader

REDIRECTS = 8
TIMEOUT = 60.0
TO_BE_READ = (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.CONFLICT, HTTPStatus.GONE)


class Browser(Reader):
    """Opens pages of one service; `body` is the last reply, for files."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = self.url = base_url
        self.cookies: dict[str, str] = {}
        self.connection = HTTPConnection(urlsplit(base_url).netloc, timeout=TIMEOUT)
        self.body = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def send(self, method: str, url: str, pairs: Pairs, multipart: bool) -> Self:
        """Sends a request, follows where it leads, shows the page.

        A form that comes back with something to mend (422) or a colleague's text (409) and a link
        that was handed over (410) are pages like others; for other failures `Unexpected` is raised.
        """
        headers, body = {}, b""
        if method == "GET" and pairs:
            url += "?" + _urlencoded(pairs)
        elif method == "POST":
            headers["Content-Type"], body = _multipart(pairs) if multipart else _form(pairs)
        url, response = self._follow(url, self._exchange(method, url, body, headers))
        if response.status >= 400 and response.status not in TO_BE_READ:
            path = urlsplit(url).path
            raise Unexpected(f"{method} {path} answers {response.status}: {self._said()}")
        is_page = response.headers.get_content_type() == "text/html"
        self.show(url, parse(self.body.decode()) if is_page else None)
        return self

    def in_swedish(self) -> Self:
        """Switches a page in another language with its own language link.

        So the words on its buttons are ours.
        """
        if self.page.all("html")[0].get("lang") == "sv":
            return self
        links = self.page.all("a")
        return self.open(next(link.get("href") for link in links if link.get("hreflang") == "sv"))

    def _follow(self, url: str, response: HTTPResponse) -> tuple[str, HTTPResponse]:
        for _hop in range(REDIRECTS):
            if response.status not in (301, 302, 303, 307, 308):
                break
            url = urljoin(url, response.headers["Location"])
            response = self._exchange("GET", url, b"", {})
        return url, response

    def _exchange(
        self, method: str, url: str, body: bytes, headers: dict[str, str]
    ) -> HTTPResponse:
        if not url.startswith(self.base_url):
            raise Unexpected(f"{url} leads out of the service")
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if self.cookies:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers = headers | {"Cookie": cookies}
        response = self._ask(method, path, body, headers)
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return response

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> HTTPResponse:
        """Asks once more over a new connection when the server has closed the one used before.

        It does after two idle seconds.
        """
        was_used = self.connection.sock is not None
        try:
            self.connection.request(method, path, body or None, headers)
            response = self.connection.getresponse()
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.connection.close()
            if not was_used:
                raise
            return self._ask(method, path, body, headers)
        self.body = response.read()
        return response

    def _said(self) -> str:
        if not self.body.lstrip().lower().startswith(b"<!doctype html"):
            return ""
        return parse(self.body.decode()).text[:600]


def _urlencoded(pairs: Pairs) -> str:
    return urlencode([(name, value) for name, value in pairs if isinstance(value, str)])


def _form(pairs: Pairs) -> tuple[str, bytes]:
    return "application/x-www-form-urlencoded", _urlencoded(pairs).encode()


def _multipart(pairs: Pairs) -> tuple[str, bytes]:
    """A form with a file, as RFC 7578 has it."""
    boundary = secrets.token_hex(16)
    pieces = []
    for name, value in pairs:
        about, content = "", b""
        if isinstance(value, Attachment):
            about = f'; filename="{value.name}"\r\nContent-Type: application/octet-stream'
            content = value.content
        else:
            content = value.encode()
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{about}\r\n\r\n'
        pieces.append(head.encode() + content + b"\r\n")
    end = f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", b"".join(pieces) + end

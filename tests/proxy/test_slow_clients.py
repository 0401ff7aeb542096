"""Clients that send slowly, and the web server in front that waits for them: docs/nginx.conf."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from bench import processes
from config import ROOT
from scripts.test_needs import find_nginx

# Twice as many as the web server has threads here.
SLOW = 16
THREADS = 4
# Seconds; without anybody in the way it takes some milliseconds.
SOON = 5
HALF_A_BODY = (
    b"POST /lank HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=a"
)
HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The application under gunicorn, one process of a few threads; its port."""
    folder = tmp_path_factory.mktemp("web")
    port = processes.free_port()
    environ = {
        **os.environ,
        "SECRET_KEYS": "k" * 40,
        "ENVIRONMENT": "test",
        "DATABASE_URL": f"sqlite:///{folder / 'rows.db'}",
        "QUEUE_URL": f"sqlite:///{folder / 'queue.db'}",
        "WORKER": "separate",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PROXIES": "1",
        "WEB_WORKERS": "1",
        "WEB_THREADS": str(THREADS),
    }
    command = ("gunicorn", "-c", "gunicorn.conf.py")
    with processes.running(command, environ, folder / "log", port):
        yield port


@pytest.fixture(scope="module")
def front(web: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """nginx before it, as docs/nginx.conf has it but for the addresses and TLS; its port."""
    folder = tmp_path_factory.mktemp("nginx")
    port = processes.free_port()
    server = (ROOT / "docs" / "nginx.conf").read_text()
    for pattern, ours in (
        (r"listen .*;", f"listen 127.0.0.1:{port};"),
        (r"ssl_certificate.*;", ""),
        (r"error_log .*;", f"error_log {folder}/errors crit;"),
        (r"http://127\.0\.0\.1:8000", f"http://127.0.0.1:{web}"),
    ):
        server, found = re.subn(pattern, ours, server)
        assert found, f"{pattern} is not in docs/nginx.conf"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off; master_process off; pid {folder}/pid;\n"
        f"events {{ worker_connections 128; }}\nhttp {{ {kept} {server} }}\n"
    )
    command = (
        find_nginx() or "nginx",
        "-p",
        str(folder),
        "-e",
        f"{folder}/start",
        "-c",
        str(whole),
    )
    with subprocess.Popen(command) as nginx:
        try:
            processes.wait_for(port, nginx, folder / "start")
            yield port
        finally:
            nginx.terminate()


@contextlib.contextmanager
def slow_clients(port: int, sent: bytes) -> Iterator[None]:
    """So many clients that have sent so much of a request, and wait."""
    with contextlib.ExitStack() as open_until_the_end:
        for _ in range(SLOW):
            client = socket.create_connection(("127.0.0.1", port), timeout=SOON)
            open_until_the_end.enter_context(client)
            client.sendall(sent)
        yield


def asked(port: int, patience: float) -> int:
    """The status that somebody else gets meanwhile. Raises `TimeoutError`."""
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    ) as connection:
        connection.request("GET", "/healthz")
        return connection.getresponse().status


@pytest.mark.parametrize("sent", [HALF_A_BODY, HALF_A_HEAD], ids=["bodies", "heads"])
def test_slow_clients_wait_in_front_and_keep_nobody_out(front: int, sent: bytes) -> None:
    with slow_clients(front, sent):
        began = time.monotonic()
        assert [asked(front, SOON) for _ in range(THREADS)] == [200] * THREADS
        assert time.monotonic() - began < SOON


def test_without_it_they_hold_every_thread(web: int) -> None:
    with slow_clients(web, HALF_A_BODY), pytest.raises(TimeoutError):
        asked(web, 1)


def test_the_largest_file_gets_our_answer_and_not_the_one_of_the_front(front: int) -> None:
    with contextlib.closing(
        http.client.HTTPConnection("127.0.0.1", front, timeout=SOON)
    ) as connection:
        connection.request("POST", "/personer/import", body=bytes(11 * 2**20))
        reply = connection.getresponse()
        assert reply.status == 413
        assert b"Filen eller texten" in reply.read()


def test_the_front_keeps_no_addresses() -> None:
    """An address may be somebody's personal link; errors below `crit` quote the request."""
    written = (ROOT / "docs" / "nginx.conf").read_text()
    assert "access_log off;" in written
    assert re.search(r"error_log \S+ crit;", written)

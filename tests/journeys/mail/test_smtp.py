"""Sending, against real SMTP servers on loopback."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from aiosmtpd.smtp import Envelope as ServerEnvelope

from annualwheel.mail import delivery
from annualwheel.mail.delivery import Connection, open_connection
from annualwheel.mail.delivery.connecting import may_leave, trust
from annualwheel.mail.letters import RenderedMail
from config import Settings
from tests.mails import ENTRY, HEAD, NOW, SIGNET, make_mail, make_row, parts
from tests.smtp_server import Mail, Smtp, running

PAIR = Path(__file__).with_name("loopback.pem")


def make_settings(port: int, **changes: Any) -> Settings:
    return Settings(
        **{
            "secret_keys": ("nyckel",),
            "environment": "production",
            "mail_server": "127.0.0.1",
            "mail_port": port,
            "mail_timeout": 5.0,
        }
        | changes
    )


@pytest.fixture
def server() -> Iterator[Smtp]:
    with running() as smtp:
        yield smtp


@contextmanager
def listening(handler: object, **parameters: Any) -> Iterator[int]:
    """An aiosmtpd server with its own ways; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    controller = Controller(
        handler, hostname="127.0.0.1", port=port, ready_timeout=15, **parameters
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def accepting(greeting: bytes = b"") -> Iterator[int]:
    """A server that takes the connection, says `greeting` and then nothing more; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken: list[socket.socket] = []

        def take() -> None:
            client, _ = listener.accept()
            client.sendall(greeting)
            taken.append(client)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        for client in taken:
            client.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "åsa@kommun.example"},
        {"links": {}},
        {"subject": "a\r\nb"},
        {"links": {"landing": {"purpose": "okänd", "public_id": "r1"}}},
        {"calendar": {"method": "REPLY", "entry": ENTRY.to_dict()}},
    ],
)
def test_a_row_that_cannot_be_composed_fails_alone(server: Smtp, changes: dict[str, Any]) -> None:
    with open_connection(make_settings(server.port)) as connection:
        result = connection.send(delivery.envelope(make_row(**changes), HEAD, SIGNET, NOW))
        assert result.state == "failed" and result.error
        assert connection.send(make_mail()).state == "sent"
    assert len(server.mails) == 1


def test_mails_of_a_chunk_share_one_connection_and_arrive_whole() -> None:
    peers, kept = set[object](), list[Mail]()

    class Handler:
        async def handle_DATA(self, _server: SMTP, session: Any, envelope: ServerEnvelope) -> str:
            peers.add(session.peer)
            kept.append(Mail(tuple(envelope.rcpt_tos), envelope.original_content or b""))
            return "250 OK"

    long = RenderedMail(
        ("Ämne " * 30).strip(), f"{'ord ' * 600}\n..\n.\nslut\n", f"<p>{'ö' * 5000}</p>\n"
    )
    mails = [
        make_mail(long, public_id=f"m{n}", name="Kommunalförbundet för " * 6) for n in range(5)
    ]
    with listening(Handler()) as port, open_connection(make_settings(port)) as connection:
        assert [connection.send(mail).state for mail in mails] == ["sent"] * 5
    assert len(peers) == 1
    assert [mail.raw for mail in kept] == [mail.as_bytes() for mail in mails]
    assert (
        parts(kept[0].message) == [("text/plain", long.text), ("text/html", long.html)]
        and kept[0].subject == long.subject
    )


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("550 5.1.1 No such person", "failed"),
        ("451 4.7.1 Greylisted", "later"),
        ("452 4.5.3 Too many", "later"),
        ("530 5.7.0 Authentication required", "blocked"),
        ("554 5.7.1 Relay access denied", "blocked"),
    ],
)
def test_a_refused_recipient_leaves_the_connection_usable(
    server: Smtp, reply: str, state: str
) -> None:
    server.answers["ingen@kommun.example"] = reply
    with open_connection(make_settings(server.port)) as connection:
        first = connection.send(make_mail(address="ingen@kommun.example"))
        kept = connection.host
        assert connection.send(make_mail()).state == "sent"
        assert connection.host is kept
    assert (first.state, first.error) == (state, reply)
    assert [mail.to for mail in server.mails] == [("asa@kommun.example",)]


@pytest.mark.parametrize(
    ("step", "reply", "state"),
    [
        ("handle_MAIL", "553 5.1.8 Sender refused", "blocked"),
        ("handle_MAIL", "451 Busy", "blocked"),
        ("handle_MAIL", "552 5.3.4 Too large", "failed"),
        ("handle_DATA", "554 5.6.0 Bad content", "failed"),
        ("handle_DATA", "554 5.7.1 Spam", "later"),
        ("handle_DATA", "452 Full", "later"),
        ("handle_DATA", "421 Closing", "blocked"),
    ],
)
def test_a_refusal_goes_by_its_step_and_its_code(step: str, reply: str, state: str) -> None:
    async def answer(*_: object) -> str:
        return reply

    with (
        listening(type("Handler", (), {step: staticmethod(answer)})()) as port,
        open_connection(make_settings(port)) as connection,
    ):
        for _ in range(2):
            result = connection.send(make_mail())
            assert (result.state, result.error) == (state, reply)


def test_a_server_that_dies_is_reached_again_by_the_next_mail() -> None:
    taken = list[str]()

    class Handler:
        async def handle_DATA(
            self, server: SMTP, _session: object, envelope: ServerEnvelope
        ) -> str:
            taken.append(envelope.rcpt_tos[0])
            if len(taken) == 2:
                assert server.transport
                server.transport.abort()
            return "250 OK"

    with listening(Handler()) as port, open_connection(make_settings(port)) as connection:
        results = [connection.send(make_mail(address=f"a{n}@b.example")) for n in range(4)]
    assert [result.state for result in results] == ["sent", "later", "sent", "sent"]
    assert "SMTPServerDisconnected" in results[1].error
    assert len(taken) == 4


def test_leaving_a_dead_server_does_not_raise() -> None:
    with listening(object()) as port:
        connection = open_connection(make_settings(port))
        with connection:
            assert connection.send(make_mail()).state == "sent"
            assert connection.host and connection.host.sock
            connection.host.sock.shutdown(socket.SHUT_RDWR)
    assert connection.host.sock is None


def test_nobody_listening_is_about_no_mail() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with open_connection(make_settings(port)) as connection:
        result = connection.send(make_mail())
    assert result.state == "blocked" and "ConnectionRefusedError" in result.error


@pytest.mark.parametrize("greeting", [b"", b"220 hej\r\n"])
def test_a_silent_server_is_given_up_in_time(greeting: bytes) -> None:
    began = time.monotonic()
    with (
        accepting(greeting) as port,
        open_connection(make_settings(port, mail_timeout=0.2)) as connection,
    ):
        result = connection.send(make_mail())
    assert time.monotonic() - began < 10
    assert result.state == "blocked" and "timed out" in result.error


# Whom we trust


@contextmanager
def with_tls(security: str) -> Iterator[int]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(PAIR)
    server = (
        listening(object(), tls_context=context, require_starttls=True)
        if security == "starttls"
        else accepting_tls(context)
    )
    with server as port:
        yield port


@contextmanager
def accepting_tls(context: ssl.SSLContext) -> Iterator[int]:
    """A server that speaks TLS from the first byte and takes one mail."""
    answers = [
        b"220 hej\r\n",
        b"250 hej\r\n",
        b"250 OK\r\n",
        b"250 OK\r\n",
        b"354 go\r\n",
        b"250 OK\r\n",
        b"221 bye\r\n",
    ]

    def serve() -> None:
        client, _ = listener.accept()
        try:
            with (
                context.wrap_socket(client, server_side=True) as stream,
                stream.makefile("rb") as lines,
            ):
                for answer in answers:
                    stream.sendall(answer)
                    for line in lines:
                        if not answer.startswith(b"354") or line == b".\r\n":
                            break
        except OSError:
            client.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def reach(port: int, security: str, server: str) -> Connection:
    return open_connection(make_settings(port, mail_security=security, mail_server=server))


@pytest.fixture
def machine_trusts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Lets the machine's certificate store hold what the test says."""

    def hold(store: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(store))
        trust.cache_clear()

    yield hold
    trust.cache_clear()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_self_signed_certificate_is_refused(security: str) -> None:
    with with_tls(security) as port, reach(port, security, "localhost") as connection:
        result = connection.send(make_mail())
    assert result.state == "blocked" and "CERTIFICATE_VERIFY_FAILED" in result.error


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_the_machine_trusts_is_taken(security: str, machine_trusts: Any) -> None:
    machine_trusts(PAIR)
    with with_tls(security) as port, reach(port, security, "localhost") as connection:
        assert connection.send(make_mail()).state == "sent"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_host_is_refused(security: str, machine_trusts: Any) -> None:
    machine_trusts(PAIR)
    with with_tls(security) as port, reach(port, security, "127.0.0.1") as connection:
        result = connection.send(make_mail())
    assert result.state == "blocked" and "not valid for '127.0.0.1'" in result.error


def test_a_server_without_starttls_gets_nothing_in_clear(server: Smtp) -> None:
    with open_connection(make_settings(server.port, mail_security="starttls")) as connection:
        result = connection.send(make_mail())
    assert result.state == "blocked" and "STARTTLS" in result.error and server.mails == []


@pytest.mark.parametrize(
    ("password", "state"), [("right", "sent"), ("wrong", "blocked"), ("fel å", "blocked")]
)
def test_a_wrong_password_is_the_settings_fault_not_the_mails(password: str, state: str) -> None:
    def check(
        _server: object, _session: object, _envelope: object, _mechanism: str, given: Any
    ) -> AuthResult:
        return AuthResult(success=given.password == b"right")

    with (
        listening(
            object(), authenticator=check, auth_require_tls=False, auth_exclude_mechanism=["LOGIN"]
        ) as port,
        open_connection(
            make_settings(port, mail_username="arshjulet", mail_password=password)
        ) as connection,
    ):
        assert connection.send(make_mail()).state == state


# The fence


@pytest.mark.parametrize(
    ("address", "leaves"),
    [
        ("eva@kommun.example", True),
        ("EVA@Kommun.Example", True),
        ("eva@vi.kommun.example", True),
        ("karin@region.example", True),
        ("eva@region.example", False),
        ("eva@ond.example", False),
        ("eva@ondkommun.example", False),
        ("kommun.example@ond.example", False),
    ],
)
@pytest.mark.parametrize("environment", ["development", "test"])
def test_outside_production_only_listed_addresses_and_domains_get_mail(
    environment: str, address: str, leaves: bool
) -> None:
    fenced = make_settings(
        25, environment=environment, mail_allow=("kommun.example", "karin@region.example")
    )
    assert may_leave(address, fenced) is leaves
    assert may_leave(address, make_settings(25, mail_allow=()))


def test_withheld_mail_never_reaches_the_server(server: Smtp) -> None:
    with open_connection(
        make_settings(server.port, environment="development", mail_allow=("@kommun.example",))
    ) as connection:
        assert connection.send(make_mail(address="eva@ond.example")).state == "withheld"
        assert connection.host is None
        assert connection.send(make_mail()).state == "sent"
    assert [mail.to for mail in server.mails] == [("asa@kommun.example",)]

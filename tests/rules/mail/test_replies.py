"""Whose fault a refusal is, by where it came and what it said."""

from __future__ import annotations

import pytest

from annualwheel.mail.delivery.replies import blame
from annualwheel.models.mail import STAGES

NOBODY = "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown"


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in ("rcpt", "data")])
@pytest.mark.parametrize("text", [NOBODY, "451 4.7.1 Greylisted", "TimeoutError: timed out"])
def test_what_comes_before_the_recipient_is_about_us(stage: str, text: str) -> None:
    code = int(text[:3]) if text[:3].isdigit() else 0
    assert blame(stage, code, text) == "us"


@pytest.mark.parametrize(
    "text",
    [
        NOBODY,
        "550 No such person",
        "551 5.1.6 Moved",
        "553 5.1.3 Bad address syntax",
        "501 5.1.3 Bad address syntax",
        "550 5.1.2 Bad destination system",
        "552 5.2.2 Mailbox full",
        "452 4.2.2 The recipient's inbox is out of storage space",
        "550 5.2.1 The account is disabled",
        "550-5.1.1 The email account that you tried to reach does not exist.",
        "550 5.5.0 Requested action not taken: mailbox unavailable",
        "552 5.3.4 Message too big",
        "450 4.2.0 Greylisted, please try again",
        "451 4.7.1 Greylisting in action",
        "450 Try later",
        "451 4.4.1 No answer from host",
        "550 5.4.4 Unable to route",
        "550 5.7.17 The mailbox has another owner",
    ],
)
@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_recipient_is_not_there_is_full_or_asks_for_another_try(stage: str, text: str) -> None:
    assert blame(stage, int(text[:3]), text) == "recipient"


@pytest.mark.parametrize(
    "text",
    [
        "550 5.7.1 Relaying denied",
        "554 5.7.1 <a@b.example>: Relay access denied",
        "454 4.7.1 Relay access denied",
        "550 Unable to relay",
        "553 sorry, that domain isn't in my list of allowed rcpthosts",
        "530 5.7.0 Must issue a STARTTLS command first",
        "535 5.7.8 Authentication credentials invalid",
        "550 5.7.1 Client was not authenticated",
        "550 5.4.5 Daily SMTP relay sending quota exceeded",
        "450 4.4.5 Congestion",
        "552 5.2.2 Submission quota exceeded",
        "550 5.1.90 You've reached your daily recipient limit",
        "451 4.7.0 Hourly quota exceeded, rate limited",
        "450 Too many messages from you",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using list.example",
        "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user",
        "550 5.1.8 Sender's domain not found",
        "550 5.7.23 SPF validation failed",
        "550 5.7.25 Reverse DNS validation failed",
        "421 4.3.2 Closing",
        "503 5.5.1 Bad sequence of commands",
    ],
)
@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_server_that_takes_nothing_from_us_says_so_at_the_recipient(
    stage: str, text: str
) -> None:
    assert blame(stage, int(text[:3]), text) == "us"


@pytest.mark.parametrize(
    "text",
    [
        "550 5.7.1 Access denied",
        "554 5.7.1 Message rejected as spam",
        "554 Transaction failed",
        "452 Insufficient system storage",
        "452 4.3.1 Insufficient system storage",
        "452 4.5.3 Too many recipients",
        "550 5.7.0 Policy",
    ],
)
@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_what_could_be_either_is_decided_by_the_next_recipient(stage: str, text: str) -> None:
    assert blame(stage, int(text[:3]), text) == "perhaps us"


def test_a_broken_connection_could_be_either() -> None:
    assert blame("data", 0, "SMTPServerDisconnected: …") == "perhaps us"

"""Whose fault it is that a mail was not taken: the recipient's, or ours.

What comes before RCPT is about us and the server. At RCPT and after it a reply is about the
recipient, unless its words or its codes say otherwise: a server that relays nothing for us, has had
enough from us or refuses our client answers there too.
"""

from __future__ import annotations

import re
from typing import Literal

Blame = Literal["us", "recipient", "perhaps us"]

# Replies to commands, not to an address: signing in (RFC 4954 6), the order and the form of the
# commands (RFC 5321 4.2.2), and a server that is about to close (421).
ABOUT_US = frozenset({421, 454, 455, 500, 502, 503, 504, 530, 534, 535, 538, 555})
# No room, or no reason at all (RFC 5321 4.2.3): some say so of the server, some of the recipient.
OF_EITHER = frozenset({452, 554})
# The enhanced status code (RFC 3463 2) after the reply's code: its class, subject and detail.
ENHANCED = re.compile(r"\d{3}[ -]([245])\.(\d{1,3})\.(\d{1,3})\b")
# Details by subject (RFC 3463 3, and the registry of RFC 5248) that are about who sends: a bad
# sender's address (1.7, 1.8); congestion, which is how a limit on sending is told (4.5);
# credentials and encryption (7.8-7.14), our domain's DKIM, SPF and DNS (7.20-7.27), a flood (7.28).
SENDERS = {1: {7, 8}, 4: {5}, 7: {*range(8, 15), *range(20, 29)}}
# Details that are about the recipient or this one mail, under subjects that are not: too large
# (3.4), no such mailbox in another word (5.0), a list that takes no mail (7.2), an address that has
# another owner (7.17, 7.18).
THIS_MAIL = {3: {4}, 5: {0}, 7: {2, 17, 18}}
# Subjects where the detail does not tell: the mail system, the protocol, policy.
UNCLEAR = frozenset({3, 5, 7})
# What servers write when the codes do not tell. Only what is said of who sends.
WORDS = re.compile(
    r"relay|rcpthosts|authenticat|credential|rate.?limit|"
    r"too many (?:messages|mails|emails|connections)|"
    r"(?:daily|hourly|sending|submission|outgoing|outbound|sender'?s?) (?:\w+ )?(?:quota|limit)|"
    r"sender (?:address )?(?:rejected|denied|not allowed|blocked|verify)|client host|"
    r"(?:client|helo command|ip address) (?:rejected|blocked)|blocked using|"
    r"b(?:lock|lack).?list|\bspf\b|\bdkim\b|\bdmarc\b|reverse dns",
    re.IGNORECASE,
)


def blame(stage: str, code: int, text: str) -> Blame:
    """Whom a refusal is about.

    `stage`: how far the talk had come (`models.mail.STAGES`); `code`: the reply's, 0 for no reply;
    `text`: the reply with its code. "perhaps us": the same reply to another recipient decides.
    """
    found = ENHANCED.match(text)
    status, subject, detail = (int(part) for part in found.groups()) if found else (0, 0, 0)
    if detail in THIS_MAIL.get(subject, ()):
        return "recipient"
    if stage not in ("rcpt", "data") or code in ABOUT_US:
        return "us"
    if code == 0:
        # The connection broke: perhaps by this mail, perhaps for all.
        return "perhaps us"
    if detail in SENDERS.get(subject, ()) or WORDS.search(text):
        return "us"
    # Greylisting (4.7.x) asks for another try of this mail, and meets every mail to a domain.
    unclear = subject in UNCLEAR and (status, subject) != (4, 7)
    return "perhaps us" if unclear or (not found and code in OF_EITHER) else "recipient"

"""The forms in which names and addresses are compared and stored."""

from __future__ import annotations

import re
from urllib.parse import unquote

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from annualwheel.errors import Unreadable
from annualwheel.wording.cleaning import one_line

LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3, without the angle brackets
IN_BRACKETS = re.compile(r"<([^<>]+)>[\s;,]*$")
AROUND = "<>;, '\"“”‘’"
LINK = "mailto:"


def fold(text: str) -> str:
    """The form names and addresses are compared in: as `one_line`, and case-folded."""
    return one_line(text).casefold()


def normal_address(text: str) -> str:
    """The address as it is stored: the domain in lower case, and nothing around it.

    It is read as mail programs copy it: "Anna Berg <anna@…>", "mailto:anna%40…?subject=…", with
    quotes or a comma around. Raises `Unreadable` when it is no e-mail address.
    """
    address = _bare(one_line(text))
    # Before the library reads it: some of its checks take the square of the length.
    if len(address) > LONGEST_ADDRESS:
        raise Unreadable("bad_address", value=text[:LONGEST_ADDRESS])
    # The library would ask a name server about each address.
    try:
        found = validate_email(address, check_deliverability=False)
    except EmailNotValidError as problem:
        raise Unreadable("bad_address", value=text) from problem
    # A local part with å ä ö needs SMTPUTF8, which most receivers lack.
    if found.ascii_email is None:
        raise Unreadable("bad_address", value=text)
    return found.normalized


def mailbox(address: str) -> str:
    """The mailbox that mail to the address ends up in, as far as the address tells.

    What follows a plus sign only sorts the mail there (RFC 5233), and Gmail reads no dots. To count
    by, and never to send to. `address` is normal, or what was typed.
    """
    local, at, domain = fold(address).rpartition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}{at}{domain}"


def _bare(text: str) -> str:
    """The address in what a mail program copies."""
    named = IN_BRACKETS.search(text)
    bare = (named[1] if named else text).strip(AROUND)
    if bare[: len(LINK)].casefold() == LINK:
        # RFC 6068: subject and the like come after a question mark, and signs may be escaped.
        bare = unquote(bare[len(LINK) :].partition("?")[0])
    return bare.strip(AROUND)


def folded_address(column: sa.SQLColumnExpression[str]) -> sa.ColumnElement[str]:
    """The addresses of a column that stores them as they were typed, to be compared with `fold`'s.

    A stored address is normal, so only Latin letters before the @ can be in upper case, and `lower`
    folds those alike on both databases.
    """
    return sa.func.lower(column)

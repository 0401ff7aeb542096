"""The forms in which names and addresses are compared and stored."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from annualwheel.errors import Unreadable


def fold(text: str) -> str:
    """The form names and addresses are compared in.

    NFC, case-folded, single spaces, no space at the ends.
    """
    # NFC: an å may come as one character or as two, and both look the same.
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).casefold()).strip()


def normal_address(text: str) -> str:
    """The address as it is stored: trimmed, the domain in lower case.

    Raises `Unreadable` when it is no e-mail address.
    """
    # The library would ask a name server about each address.
    try:
        found = validate_email(text.strip().strip("<>;,"), check_deliverability=False)
    except EmailNotValidError as problem:
        raise Unreadable("bad_address", value=text) from problem
    # A local part with å ä ö needs SMTPUTF8, which most receivers lack.
    if found.ascii_email is None:
        raise Unreadable("bad_address", value=text)
    return found.normalized


def folded_address(column: sa.SQLColumnExpression[str]) -> sa.ColumnElement[str]:
    """The addresses of a column that stores them as they were typed, to be compared with `fold`'s.

    A stored address is normal, so only Latin letters before the @ can be in upper case, and `lower`
    folds those alike on both databases.
    """
    return sa.func.lower(column)


def clean(text: str) -> str:
    """What was typed as it is stored: NFC, single spaces, none at the ends."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()

"""The forms in which names and addresses are compared and stored."""

from __future__ import annotations

import re
import unicodedata

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


def clean(text: str) -> str:
    """What was typed as it is stored: NFC, single spaces, none at the ends."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()

"""What the application's secret keys make of a text."""

from __future__ import annotations

import hmac

from flask import current_app


def keyed_hashes(purpose: str, text: str) -> list[str]:
    """The hash of `text` under each of the application's keys, in hexadecimal, the newest first.

    Store the first one and look for all of them, so that what is stored is found after the keys
    have been changed. Whoever reads the database without a key cannot try texts until one fits
    (HMAC with SHA-256, RFC 2104). One purpose never gives the hashes of another.
    """
    keys = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]]
    message = f"arshjulet.{purpose}:{text}".encode()
    return [hmac.digest(key.encode(), message, "sha256").hex() for key in keys]

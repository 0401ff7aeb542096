"""What can go wrong in the subjects.

An error carries a key and parameters; the web has the words.
"""

from __future__ import annotations


class DomainError(Exception):
    """A rule said no.

    `key` names the rule, `params` fill the sentence, `status` is the HTTP status of the answer.
    """

    status = 409

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key, self.params = key, params


class Refused(DomainError):
    """The thing asked for is not possible in the state that holds now."""


class Closed(DomainError):
    """The time for it has passed or has not come."""

    status = 410


class Missing(DomainError):
    """What was named does not exist, or is not for the one who asks."""

    status = 404


class Unreadable(DomainError):
    """An uploaded file or a value cannot be read."""

    status = 422


class Busy(DomainError):
    """So many write at the same time that there was no turn; the same may be sent once more."""

    status = 503


class TooMany(DomainError):
    """A limit on attempts was reached."""

    status = 429

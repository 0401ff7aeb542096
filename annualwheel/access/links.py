"""Signs and reads links: what a link opens, which row, which version.

Nothing is stored; raising the row's version revokes its links.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from itsdangerous import BadSignature, Signer, TimestampSigner

# Purpose -> path. One purpose never opens another: the purpose is the salt of the signature.
PATHS = {
    "registration": "/i/{token}",
    "member": "/f/{token}",
    "staff": "/logga-in/{token}",
    "feed": "/k/{token}.ics",
    "own_data": "/u/{token}",
}
# Links that open so much that they live for a short while only. The time counts from the signing,
# which is when the mail is sent, so a mail that waited does not arrive with a dead link.
LIVES: Mapping[str, dt.timedelta] = {"own_data": dt.timedelta(minutes=30)}


@dataclass(frozen=True)
class Target:
    """What a link points at: a purpose, a row's public id and the version it was signed for."""

    purpose: str
    public_id: str
    version: int = 1


class _Dated(TimestampSigner):
    """Signs with a time, and is told what time it is.

    The library would ask the machine's clock; ours is passed in.
    """

    now: dt.datetime

    def get_timestamp(self) -> int:
        return int(self.now.timestamp())


@dataclass(frozen=True)
class LinkSigner:
    """Signs and reads links.

    `keys`: the first signs, all verify. `now` (aware) matters to the purposes in `LIVES` alone, and
    they cannot be signed or read without it (`ValueError`).
    """

    base_url: str
    keys: tuple[str, ...]

    def token(self, target: Target, now: dt.datetime | None = None) -> str:
        """The signed token, about 45 characters."""
        return (
            self._signer(target.purpose, now).sign(f"{target.public_id}.{target.version}").decode()
        )

    def url(self, target: Target, now: dt.datetime | None = None) -> str:
        """The whole address to put into a mail."""
        return self.base_url + PATHS[target.purpose].format(token=self.token(target, now))

    def read(self, purpose: str, token: str, now: dt.datetime | None = None) -> Target | None:
        """What `token` points at.

        None when it was not signed by us for this purpose, or too long ago.
        """
        signer = self._signer(purpose, now)
        try:
            plain = (
                signer.unsign(token, max_age=int(LIVES[purpose].total_seconds()))
                if isinstance(signer, _Dated)
                else signer.unsign(token)
            )
            public_id, version = plain.decode().rsplit(".", 1)
            return Target(purpose, public_id, int(version))
        except (BadSignature, ValueError):
            return None

    def _signer(self, purpose: str, now: dt.datetime | None) -> Signer:
        # The library signs with the last key and accepts them all; our settings have the new key
        # first.
        keys, salt = list(reversed(self.keys)), f"arshjulet.{purpose}"
        if purpose not in LIVES:
            return Signer(keys, salt=salt)
        if now is None:
            raise ValueError(f"a link to {purpose} needs the time")
        signer = _Dated(keys, salt=salt)
        signer.now = now
        return signer

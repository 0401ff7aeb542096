"""Signed links: what they open, which row, which version. Nothing is stored; raising the row's version revokes them."""
from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadSignature, Signer

# Purpose -> path. One purpose never opens another: the purpose is the salt of the signature.
PATHS = {"registration": "/i/{token}", "member": "/f/{token}", "staff": "/logga-in/{token}", "feed": "/k/{token}.ics"}


@dataclass(frozen=True)
class Target:
    """What a link points at: a purpose, the public id of a row and the version it was signed for."""

    purpose: str
    public_id: str
    version: int = 1


@dataclass(frozen=True)
class Signet:
    """Signs and reads links. `keys`: the first signs, all verify."""

    base_url: str
    keys: tuple[str, ...]

    def token(self, target: Target) -> str:
        """The signed token, about 45 characters."""
        return self._signer(target.purpose).sign(f"{target.public_id}.{target.version}").decode()

    def url(self, target: Target) -> str:
        """The whole address to put into a mail."""
        return self.base_url + PATHS[target.purpose].format(token=self.token(target))

    def read(self, purpose: str, token: str) -> Target | None:
        """What `token` points at, or None when it was not signed by us for this purpose."""
        try:
            public_id, version = self._signer(purpose).unsign(token).decode().rsplit(".", 1)
        except (BadSignature, ValueError):
            return None
        return Target(purpose, public_id, int(version))

    def _signer(self, purpose: str) -> Signer:
        return Signer(list(reversed(self.keys)), salt=f"arshjulet.{purpose}")

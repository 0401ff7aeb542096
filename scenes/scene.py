"""What a scene is: who opens which address in which world, and what is pressed before one looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Press:
    """Sends the first form that posts, holds all of `fields` and has an action that ends with
    `form`, after putting them in by name. A form outside the page's main part is found by its
    action only. `forgets`: the browser has lost its session by then.

    `button` is name=value of the button. `at`: the moment it is by then, for a page that has been
    open for long.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    button: str = ""
    form: str = ""
    at: str = ""
    forgets: bool = False


@dataclass(frozen=True)
class Scene:
    """One page in one state.

    `who` is a key of the world's sessions, "" for a stranger. `address` may hold names of the world
    in braces. `at` is a key of the world's moments. `framed`: not a page to visit but something to
    be shown: a mail, the samples of all parts.
    """

    name: str
    endpoint: str
    world: str
    who: str
    address: str
    presses: tuple[Press, ...] = ()
    status: int = 200
    at: str = "now"
    framed: bool = False

    @property
    def audience(self) -> str:
        """Whose page it is: the blueprint."""
        return self.endpoint.partition(".")[0]

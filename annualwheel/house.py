"""What the edge carries around: one frozen object on the application."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from huey import Huey

from annualwheel.clock import Clock
from annualwheel.letters import Letterhead
from annualwheel.links import Signet
from config import Settings


@dataclass(frozen=True)
class House:
    """What this application is set up with.

    The settings, the clock, what signs links, what stands on letters, and the job queue.
    """

    settings: Settings
    clock: Clock
    signet: Signet
    letterhead: Letterhead
    queue: Huey


def house() -> House:
    """The house of the current application."""
    found: House = current_app.extensions["arshjulet"]
    return found

"""What the edge carries around: one frozen object on the application."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import current_app
from huey import Huey

from annualwheel.access.links import LinkSigner
from annualwheel.clock import Clock
from annualwheel.mail.letters import Letterhead
from config import Settings


@dataclass(frozen=True)
class Services:
    """What this application is set up with.

    The settings, the clock, what signs links, what stands on letters, and the job queue.
    """

    settings: Settings
    clock: Clock
    signet: LinkSigner
    letterhead: Letterhead
    queue: Huey


def services() -> Services:
    """The house of the current application."""
    found: Services = current_app.extensions["arshjulet"]
    return found


log = structlog.get_logger()


def enqueue(task: str, *arguments: object) -> None:
    """Puts a task on the queue.

    When the queue is out of reach the sweeper finds the work within a minute.
    """
    try:
        current_app.extensions["tasks"][task](*arguments)
    except Exception:
        log.warning("queue_out_of_reach", task=task, exc_info=True)

"""What the application is set up with, and the way to its queue."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from flask import current_app
from huey import Huey

from annualwheel.access.links import LinkSigner
from annualwheel.clock import Clock
from annualwheel.mail.letters import Letterhead
from config import Settings

log = structlog.get_logger()


@dataclass(frozen=True)
class Services:
    """What this application is set up with.

    It has the settings, the clock, the signer of links, the head of every mail, and the job queue.
    """

    settings: Settings
    clock: Clock
    link_signer: LinkSigner
    letterhead: Letterhead
    queue: Huey


def services() -> Services:
    """The services of the current application."""
    found: Services = current_app.extensions["arshjulet"]
    return found


def enqueue(task: str, *arguments: object) -> None:
    """Puts a task on the queue.

    When the queue is out of reach, the sweeper finds the work within a minute.
    """
    try:
        # By name: the tasks are in `jobs`, which this module may not import.
        current_app.extensions["tasks"][task](*arguments)
    # Whatever the queue raises: the rows are committed, so the act is done and must not fail now.
    except Exception:
        log.warning("queue_out_of_reach", task=task, exc_info=True)

"""The hub: what is asked, how far it has come, who writes."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, render_template

from annualwheel.questionnaires import drafts, path, published
from annualwheel.questionnaires.definition import Definition, Part
from annualwheel.questionnaires.drafts import Draft, Stored
from annualwheel.questionnaires.path import SectionState
from annualwheel.web.preparation import blueprint
from annualwheel.web.preparation.steps import Step, standing, steps


@dataclass(frozen=True)
class Task:
    """A section on the hub: its state, how many cards are done and begun, and who wrote last."""

    step: Step
    state: SectionState
    done: int
    begun: int
    latest: Stored | None


@blueprint.get("")
def hub() -> str:
    """The sections with their states, and the way to the review."""
    submission = g.member.submission
    definition, draft = published.definition_of(submission.questionnaire), drafts.load(submission)
    tasks = [_task(definition, draft, step) for step in steps(definition)]
    return render_template("preparation/hub.html", definition=definition, tasks=tasks, members=_members(), **standing(submission),
                           empty=all(task.state is SectionState.NOT_STARTED for task in tasks), me=g.member)


def _task(definition: Definition, draft: Draft, step: Step) -> Task:
    part = Part(step.section, step.theme)
    state = path.section_state(definition, step.section, draft.filled, step.theme.key if step.theme else None)
    group = step.section.group
    states = [path.item_state(group, item, draft.filled.root) for item in draft.filled.items] if group else []
    return Task(step, state, states.count(SectionState.DONE), states.count(SectionState.STARTED), draft.latest(part))


def _members() -> list[dict[str, Any]]:
    return [{"name": member.person.name, "me": member is g.member, "role": member.role, "opened": member.opened_at is not None}
            for member in g.member.submission.members]


@blueprint.context_processor
def _frame() -> dict[str, Any]:
    """What every page of a preparation says of itself: whose answer, to which meeting, and whether "ni" is one person's "du"."""
    if g.member is None:
        return {}
    submission = g.member.submission
    return {"submission": submission, "meeting": submission.questionnaire.meeting, "personal": submission.person_id is not None}

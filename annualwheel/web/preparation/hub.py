"""The hub: what is asked, how far it has come, who writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, render_template

from annualwheel.models import Member
from annualwheel.questionnaires import drafts, membership, path, published, shares, team
from annualwheel.questionnaires.definition import Definition, Part
from annualwheel.questionnaires.drafts import Draft, Stored
from annualwheel.questionnaires.path import SectionState
from annualwheel.web import page
from annualwheel.web.preparation import blueprint, here, people
from annualwheel.web.preparation.steps import Step, standing, steps


@dataclass(frozen=True)
class Task:
    """A section on the hub: its state, how many cards are done and begun, who wrote last, and
    whether it is `mine` to write.
    """

    step: Step
    state: SectionState
    done: int
    begun: int
    latest: Stored | None
    mine: bool


@dataclass(frozen=True)
class Writer:
    """Somebody who may write.

    `share` says which part when it is not the whole; `removable`: by the one who looks.
    """

    name: str
    public_id: str
    me: bool
    lead: bool
    share: str
    opened: bool
    removable: bool


@blueprint.get("")
def hub() -> str:
    """The sections with their states, those who write, and the way to the review."""
    submission, me = g.member.submission, g.member
    definition, draft = published.definition_of(submission.questionnaire), drafts.load(submission)
    tasks = [_task(definition, draft, step) for step in steps(definition)]
    mine = [task for task in tasks if task.mine]
    writers = [_writer(definition, member) for member in membership.people(submission)]
    return render_template(
        "preparation/hub.html",
        definition=definition,
        tasks=tasks,
        mine=mine,
        writers=writers,
        me=me,
        said=people.said(),
        minutes=sum(task.step.section.minutes for task in mine) if me.scope else definition.minutes,
        led=any(writer.lead for writer in writers),
        share=shares.share(definition, me.scope),
        empty=all(task.state is SectionState.NOT_STARTED for task in mine),
        left_off=next((task.step for task in mine if task.step.key == me.seen_section), None),
        **standing(submission),
    )


def _task(definition: Definition, draft: Draft, step: Step) -> Task:
    part = Part(step.section, step.theme)
    state = path.section_state(
        definition, step.section, draft.filled, step.theme.key if step.theme else None
    )
    group = step.section.group
    states = (
        [path.item_state(group, item, draft.filled.root) for item in draft.filled.items]
        if group
        else []
    )
    return Task(
        step,
        state,
        states.count(SectionState.DONE),
        states.count(SectionState.STARTED),
        draft.latest(part),
        shares.covers(definition, g.member.scope, part),
    )


def _writer(definition: Definition, member: Member) -> Writer:
    share = shares.share(definition, member.scope)
    return Writer(
        member.person.name,
        member.public_id,
        member.id == g.member.id,
        member.role == "lead",
        share.label.to(page.language()) if share else "",
        member.opened_at is not None,
        team.may_remove(g.member, member),
    )


@blueprint.context_processor
def _frame() -> dict[str, Any]:
    """What every page of a preparation says of itself: whose answer, to which meeting, and whether
    "ni" is one person's "du".
    """
    if g.member is None:
        return {}
    submission = g.member.submission
    return {
        "submission": submission,
        "meeting": submission.questionnaire.meeting,
        "personal": submission.person_id is not None,
        "present": here.sentences,
    }

"""The hub: what is asked, how far the answer has come, who writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, render_template

from annualwheel.models import Member
from annualwheel.preparation import collaborators, drafts, membership, scopes
from annualwheel.preparation.drafts import Draft, DraftAnswer
from annualwheel.questionnaires import effort, opening, path, published
from annualwheel.questionnaires.definition import Definition, Group, Part
from annualwheel.questionnaires.path import SectionState
from annualwheel.web import page
from annualwheel.web.preparation import blueprint, people, presence
from annualwheel.web.preparation.steps import (
    Step,
    answers_to,
    asked_title,
    material,
    occasion,
    page_head,
    steps,
)


@dataclass(frozen=True)
class Task:
    """A section on the hub.

    It has its state, how many cards are done and begun, the latest answer, and whether the section
    is `mine` to write; `minutes` is about how long it takes.
    """

    step: Step
    minutes: int
    state: SectionState
    done: int
    begun: int
    latest: DraftAnswer | None
    mine: bool


@dataclass(frozen=True)
class Writer:
    """Somebody who may write.

    `share` names the part when it is not the whole; `removable`: the viewer may take them out.
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
    """Shows the sections with their states, those who write, and the way to the review."""
    submission, me = g.member.submission, g.member
    definition, draft = published.asked_of(submission), drafts.load(submission)
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
        minutes=_minutes(definition, mine),
        reading=0 if me.scope else effort.reading(definition),
        led=any(writer.lead for writer in writers),
        share=scopes.share(definition, me.scope),
        empty=all(task.state is SectionState.NOT_STARTED for task in mine),
        left_off=_left_off(mine),
        **page_head(submission),
    )


def _minutes(definition: Definition, mine: list[Task]) -> int:
    """About how many minutes the member's own part takes."""
    if not g.member.scope:
        return effort.minutes(definition)
    return effort.minutes(definition, [task.step.part for task in mine])


def _left_off(mine: list[Task]) -> Step | None:
    """The page that the member was on last, when it is theirs to write."""
    seen = g.member.seen_section
    return next((task.step for task in mine if task.step.key == seen), None)


def _task(definition: Definition, draft: Draft, step: Step) -> Task:
    part = Part(step.section, step.theme)
    theme = step.theme.key if step.theme else None
    cards = _card_states(draft, step.section.group)
    return Task(
        step=step,
        minutes=effort.minutes(definition, [part]),
        state=path.section_state(definition, step.section, draft.filled, theme),
        done=cards.count(SectionState.DONE),
        begun=cards.count(SectionState.STARTED),
        latest=draft.latest(part),
        mine=scopes.covers(definition, g.member.scope, part),
    )


def _card_states(draft: Draft, group: Group | None) -> list[SectionState]:
    """How far each card has come; none for a section without cards."""
    if group is None:
        return []
    root = draft.filled.root
    return [path.item_state(group, item, root) for item in draft.filled.only(group).items]


def _writer(definition: Definition, member: Member) -> Writer:
    share = scopes.share(definition, member.scope)
    return Writer(
        name=member.person.name,
        public_id=member.public_id,
        me=member.id == g.member.id,
        lead=member.role == "lead",
        share=share.label.to(page.language()) if share else "",
        opened=member.opened_at is not None,
        removable=collaborators.may_remove(g.member, member),
    )


@blueprint.context_processor
def _frame() -> dict[str, Any]:
    """What every page of a preparation says about itself.

    It names the answer and the meeting, and whether the page says "ni" to an organisation or "du"
    to a person.
    """
    # The page that turns people away is made in this blueprint too, and has no answer to speak of.
    if g.get("member") is None:
        return {}
    submission = g.member.submission
    return {
        "submission": submission,
        "meeting": submission.questionnaire.meeting,
        "personal": submission.person_id is not None,
        "material": material(submission),
        "after_meeting": not opening.prepares(submission.questionnaire),
        # Functions, since each may ask the database and most pages show only some of them.
        "asked_title": lambda: asked_title(submission),
        "occasion": lambda: occasion(submission),
        "answers_to": lambda: answers_to(submission),
        "present": presence.sentences,
    }

"""What a person does from beginning to end, as so many times the page that says hello.

Many small savings and losses meet here. The hello page is measured beside each round, so that the
figure does not depend on how fast the machine is today.
"""

from __future__ import annotations

from typing import Any

from annualwheel.db import db
from bench import answers, filling, load, mail, pages
from bench.load import Order, spread
from bench.places import Place, Places, Served, hello, settled
from bench.table import Sample

PERSONS, WARM = 300, 40
HELLOS = 2000


def registration(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """300 people a round say yes, from the landing page to the confirmation.

    The worker sends the confirmation and the calendar entry of each meanwhile, and the round ends
    with the last of them.
    """
    place, jobs = _invited(places, kind, PERSONS * rounds + WARM)
    samples = []
    with mail.smtp_server(0) as smtp:
        place.changes["MAIL_PORT"] = str(smtp.port)
        with place.web() as ours, mail.worker(place) as worker, hello(place) as theirs:
            roots = [*ours.roots, worker]

            def say_yes(people: list[dict[str, Any]]) -> float:
                smtp.ask("reset")
                order = Order(ours.port, "guest", spread(people))
                return load.play(order, roots, lambda: smtp.wait(2 * len(people))).cpu_ms

            say_yes(jobs[PERSONS * rounds :])
            for number in range(rounds):
                reference = _hello(theirs)
                figure = say_yes(jobs[PERSONS * number : PERSONS * (number + 1)])
                samples.append(Sample(figure, reference))
    return {"a whole registration, both mails sent": samples}


def answer(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """100 people a round answer ten questions, from the form to the receipt."""
    count, samples = answers.SUBMISSIONS, []
    place, jobs = answers.answering(places, kind, 0, count * rounds + WARM)
    with place.web() as ours, hello(place) as theirs:
        load.play(Order(ours.port, "answerer", spread(jobs[count * rounds :])), ours.roots)
        for number in range(rounds):
            reference = _hello(theirs)
            order = Order(ours.port, "answerer", spread(jobs[count * number :][:count]))
            samples.append(Sample(load.play(order, ours.roots).cpu_ms, reference))
    return {"10 questions, from form to receipt": samples}


def _invited(places: Places, kind: str, count: int) -> tuple[Place, list[dict[str, Any]]]:
    place = places.make(kind)
    with place.app() as app:
        year = filling.plan()
        filling.publish(year)
        registrations = filling.invited(filling.meeting_of(year, "direction"), count)
        jobs = [pages.yes(app, each) for each in registrations]
        db.session.commit()
    settled(place)
    return place, jobs


def _hello(theirs: Served) -> float:
    return load.play(Order(theirs.port, "hello", spread([{}] * HELLOS)), theirs.roots).cpu_ms

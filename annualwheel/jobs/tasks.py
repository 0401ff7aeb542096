"""The tasks of the application, by name."""

from __future__ import annotations

from flask import Flask
from huey import crontab

from annualwheel.jobs import building, importing
from annualwheel.jobs.answering import answer_request
from annualwheel.jobs.queue import queue_of
from annualwheel.jobs.sending import drain_outbox, send_mails
from annualwheel.jobs.sweep import sweep_minute


def register(app: Flask) -> None:
    """Gives the application its tasks.

    A task gets ids only, opens one app context and uses short transactions.
    """
    queue = queue_of(app)

    @queue.task(name="send")
    def send(ids: list[int]) -> None:
        with app.app_context():
            send_mails(ids)

    @queue.task(name="drain")
    def drain() -> None:
        with app.app_context():
            drain_outbox()

    @queue.task(name="answer")
    def answer(request_id: int) -> None:
        with app.app_context():
            answer_request(request_id)

    @queue.task(name="build_pack")
    def build_pack(pack_id: int) -> None:
        with app.app_context():
            building.build_pack(pack_id)

    @queue.task(name="prepare_mailing")
    def prepare_mailing(mailing_id: int) -> None:
        with app.app_context():
            building.prepare(mailing_id)

    @queue.task(name="carry_on_import")
    def carry_on_import(import_id: int) -> None:
        with app.app_context():
            importing.carry_on(import_id)

    # Every minute, in every consumer; `claim_minute` lets one of them through.
    @queue.periodic_task(crontab(), name="sweep")
    def sweep() -> None:
        with app.app_context():
            sweep_minute()

    app.extensions["tasks"] = {
        "send": send,
        "drain": drain,
        "answer": answer,
        "build_pack": build_pack,
        "prepare_mailing": prepare_mailing,
        "carry_on_import": carry_on_import,
    }

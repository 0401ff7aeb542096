"""`flask --app wsgi answers`: the rows that the submitted answers are searched and counted by."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from annualwheel import unit_of_work
from annualwheel.preparation import projection

answers_group = AppGroup("answers", help="De inskickade svaren.")


@answers_group.command("rebuild")
def answers_rebuild() -> None:
    """Bygger om tabellen med ett svar per rad ur de inskickade versionerna.

    Går att köra när som helst, också medan någon skickar in.
    """
    done = 0
    for count in projection.rebuild():
        # Each batch at once: its submissions are locked until then, and people may be submitting.
        unit_of_work.commit()
        done += count
    click.echo(f"Tabellen är ombyggd. {done} svar gicks igenom.")

"""The command that rehearses the year.

The rehearsal runs in a process of its own: nothing that is deployed imports it or its clock.
"""

from __future__ import annotations

import os
import subprocess
import sys

import click

from config import ROOT


@click.command("rehearse")
@click.option(
    "--out",
    default="rehearsal",
    type=click.Path(file_okay=False),
    help="Mapp för mejl, kalenderfiler, underlag och summary.json.",
)
@click.option(
    "--contacts",
    type=click.Path(exists=True, dir_okay=False),
    help="Kontaktlista att läsa in i stället för en påhittad.",
)
@click.option(
    "--organisations",
    type=click.IntRange(1),
    help="Antal påhittade organisationer (62 om inget sägs).",
)
@click.option("--seed", type=int, help="Samma tal ger samma repetition.")
@click.option(
    "--database-url",
    help=(
        "PostgreSQL-server där en egen databas skapas och tas bort. Annars en SQLite-fil i mappen."
    ),
)
def rehearse(
    out: str,
    contacts: str | None,
    organisations: int | None,
    seed: int | None,
    database_url: str | None,
) -> None:
    """Spelar upp hela året i snabb takt i en egen databas och visar om siffrorna stämmer."""
    chosen = {
        "--out": out,
        "--contacts": contacts,
        "--organisations": organisations,
        "--seed": seed,
        "--database-url": database_url,
    }
    options = [f"{name}={value}" for name, value in chosen.items() if value is not None]
    # The rehearsal is no installed package: the new process finds it from any folder by this.
    environ = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    }
    # Its own code, so that a script sees whether the numbers agreed.
    raise SystemExit(
        subprocess.run(
            [sys.executable, "-m", "rehearse", *options], check=False, env=environ
        ).returncode
    )

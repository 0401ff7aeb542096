"""`python -m rehearse`: plays the year and says whether the numbers agree.

Leaves mails, calendar entries, packs and a summary.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from annualwheel.db import db
from annualwheel.transactions import reading
from rehearse import cast, place
from rehearse.dom import Unexpected
from rehearse.ledger import COUNTED, Ledger, calendar_faults, stored
from rehearse.stage import Stage
from rehearse.year import Rehearsal

ORGANISATIONS, SEED = 62, 2040


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the options and rehearses.

    0: what people saw agrees with the tables; 1: it does not, or the rehearsal stopped.
    """
    options = _parser().parse_args(arguments)
    try:
        contacts = cast.contacts(options.contacts, options.organisations, options.seed)
        return rehearse(options.out, contacts, options.seed, options.database_url, _say)
    except (OSError, ValueError, Unexpected, click.ClickException) as problem:
        print(f"Repetitionen stannade: {problem}", file=sys.stderr)
        return 1


def rehearse(
    folder: Path,
    contacts: tuple[str, bytes],
    seed: int,
    server_url: str,
    say: Callable[[str], None],
) -> int:
    """Plays the year in `folder` and concludes.

    Raises `Unexpected`, `TimeoutError`, `OSError`, `ValueError` (see `place.database`).
    """
    began = time.monotonic()
    place.clear(folder)
    (folder / contacts[0]).write_bytes(contacts[1])
    with (
        place.database(folder, server_url) as url,
        place.database(folder, server_url, "spare") as spare,
        Stage(folder, url, spare, cast.domains(contacts[1])) as stage,
    ):
        ledger = Rehearsal(stage, contacts, seed, say).play()
        return conclude(stage, ledger, time.monotonic() - began, say)


def conclude(stage: Stage, ledger: Ledger, seconds: float, say: Callable[[str], None]) -> int:
    """Writes `summary.json` and names what does not agree. Returns the exit status."""
    received = ledger.counts(stage.post)
    with stage.app.app_context(), reading():
        database = stored(db.session)
    summary: dict[str, object] = {
        name: {"received": received[name], "database": database[name]} for name in COUNTED
    }
    summary["seconds"] = round(seconds, 1)
    text = json.dumps(summary, indent=2) + "\n"
    (stage.folder / "summary.json").write_text(text, encoding="utf-8")
    wrong = [
        f"{name}: {received[name]} sedda, {database[name]} i databasen"
        for name in COUNTED
        if received[name] != database[name]
    ]
    wrong += calendar_faults(stage.post.entries(), len(ledger.coming))
    say(
        f"Klart på {seconds:.0f} sekunder: {received['mails_received']} mejl, "
        f"{received['registered']} anmälningar, {received['submitted']} inskickade svar, "
        f"{received['initiatives']} initiativ. Allt ligger i {stage.folder}."
    )
    for line in wrong:
        say(f"Stämmer inte: {line}")
    return 1 if wrong else 0


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rehearse", description="Spelar upp året i snabb takt i en egen databas."
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("rehearsal"),
        help="mapp för mejl, kalenderfiler, underlag och sammanfattning",
    )
    parser.add_argument(
        "--contacts", type=Path, help="kontaktlista att läsa in i stället för en påhittad"
    )
    parser.add_argument(
        "--organisations", type=int, default=ORGANISATIONS, help="antal påhittade organisationer"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="samma tal ger samma repetition")
    parser.add_argument(
        "--database-url",
        default="",
        help="PostgreSQL-server där en egen databas skapas och tas bort",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

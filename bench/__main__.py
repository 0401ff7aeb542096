"""The command line: `python -m bench [--only NAME] [--database sqlite|postgresql] [--rounds N]`."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Mapping

from bench import answers, beside, exports, lists, mail, packs, pages, start, wholes
from bench.places import Places
from bench.table import BY_NAME, KINDS, MEASURES, RESULTS, Result, Sample, judge, lines, write

Measure = Callable[[Places, str, int], Mapping[str, list[Sample]]]
MEASURING: Mapping[str, Measure] = {
    "landing": pages.landing,
    "registration": pages.registration,
    "whole-registration": wholes.registration,
    "saving": answers.saving,
    "submitting": answers.submitting,
    "whole-answer": wholes.answer,
    "writers": answers.writers,
    "mail": mail.sending,
    "pack": packs.packing,
    "beside": beside.registering,
    "waiting": beside.waiting,
    "lists": lists.listing,
    "exports": exports.taking_out,
    "run": start.starting,
}


def main() -> int:
    """Measures, prints, writes bench/results.json. Returns 1 when a limit does not hold."""
    # Being asked to end must end what was started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asked = _arguments()
    results: list[Result] = []
    began = time.monotonic()
    with Places() as places:
        for name in [asked.only] if asked.only else MEASURES:
            for database in [asked.database] if asked.database else KINDS:
                results += _measure(places, name, database, asked.rounds)
    print("\n".join(["", *lines(results), f"\n{time.monotonic() - began:.0f} s in all."]))
    write(results)
    print(f"Written to {RESULTS.parent.name}/{RESULTS.name}.")
    return 0 if all(result.holds for result in results) else 1


def _measure(places: Places, name: str, database: str, rounds: int) -> list[Result]:
    if not any(row.measure == name and database in row.databases for row in BY_NAME.values()):
        return []
    print(f"{name} on {database} ...", file=sys.stderr, flush=True)
    measured = MEASURING[name](places, database, rounds)
    found = [judge(row, database, samples) for row, samples in measured.items()]
    print("\n".join(f"  {line}" for line in lines(found)[1:]), file=sys.stderr, flush=True)
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="What the service costs, held against limits."
    )
    parser.add_argument("--only", choices=MEASURES, help="one measurement")
    parser.add_argument("--database", choices=KINDS, help="one database")
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds of which the median is taken (5)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

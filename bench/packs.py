"""The pack of a very large year, beside openpyxl writing the same cells with the same styles."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator

from annualwheel.questionnaires import published
from bench import filling, processes
from bench.places import Place, Places, settled
from bench.table import Sample
from config import ROOT

ORGANISATIONS, INITIATIVES = 6000, 3


def packing(places: Places, kind: str, rounds: int) -> dict[str, list[Sample]]:
    """Builds the pack in a new process each round, as the job does, and beside it the bare loop."""
    place = places.make(kind)
    with place.app():
        year = filling.plan()
        filling.publish(year)
        filling.staff_link("facilitator")
        questionnaire = published.one(filling.meeting_of(year, "work"), "arbetsmote")
        filling.store_versions(questionnaire, ORGANISATIONS, INITIATIVES)
    settled(place)
    times, memory = [], []
    with _recorded(place) as bare:
        for _ in range(rounds):
            built = _build(place)
            assert built["initiatives"] == ORGANISATIONS * INITIATIVES, built
            times.append(Sample(built["seconds"], _again(bare)))
            memory.append(Sample(built["peak"] - built["idle"]))
    return {"pack of 18,000 initiatives": times, "pack, peak memory over idle": memory}


def _build(place: Place) -> dict[str, float]:
    done = subprocess.run(
        processes.command("bench.pack_process", "build"),
        cwd=ROOT,
        env=place.environ,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextlib.contextmanager
def _recorded(place: Place) -> Iterator[subprocess.Popen[str]]:
    """A process that has noted every cell of the pack and writes them again when asked."""
    process = subprocess.Popen(
        processes.command("bench.pack_process", "bare"),
        cwd=ROOT,
        env=place.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            while (line := process.stdout.readline()) != "ready\n":
                if not line:
                    raise RuntimeError("the cells of the pack could not be noted, see above")
            yield process
        finally:
            process.terminate()


def _again(bare: subprocess.Popen[str]) -> float:
    assert bare.stdin is not None and bare.stdout is not None
    bare.stdin.write("again\n")
    bare.stdin.flush()
    return float(bare.stdout.readline())

"""Uses a processor and nothing else: `python -m bench.burning`."""

from __future__ import annotations

from itertools import count

if __name__ == "__main__":
    print("begun", flush=True)
    for number in count():
        str(number).encode().hex()

"""An SMTP server that counts: `python -m bench.mail_server PORT SECONDS`.

It takes that long for every mail, many at a time.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

MESSAGE_ID = re.compile(rb"^Message-ID: *(\S+)", re.MULTILINE | re.IGNORECASE)


class Counter:
    """What has come since the last reset."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.reset()

    def reset(self) -> None:
        """Forgets everything."""
        self.count, self.different, self.first, self.last = 0, set[bytes](), 0.0, 0.0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Takes a mail, after its time."""
        if self.delay:
            await asyncio.sleep(self.delay)
        self.last = time.monotonic()
        self.first = self.first or self.last
        self.count += 1
        if found := MESSAGE_ID.search(envelope.original_content or b""):
            self.different.add(found[1])
        return "250 Kept"


def main() -> None:
    """Answers `reset` and `count` from standard input until it ends."""
    counter = Counter(float(sys.argv[2]))
    controller = Controller(counter, hostname="127.0.0.1", port=int(sys.argv[1]), ready_timeout=15)
    controller.start()
    for question in sys.stdin:
        if question.strip() == "reset":
            counter.reset()
        seen = {
            "count": counter.count,
            "different": len(counter.different),
            "first": counter.first,
            "last": counter.last,
        }
        print(json.dumps(seen), flush=True)
    controller.stop()


if __name__ == "__main__":
    main()

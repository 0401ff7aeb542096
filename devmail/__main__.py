"""`python -m devmail`: listens on MAIL_SERVER:MAIL_PORT and writes to DEV_MAILBOX until SIGTERM."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from aiosmtpd.controller import Controller

from devmail.maildir import Keep

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def main() -> int:
    """Returns 0 after a signal, 1 when it cannot or must not listen there."""
    host, port = (
        os.environ.get("MAIL_SERVER", "127.0.0.1"),
        int(os.environ.get("MAIL_PORT", "8025")),
    )
    if host not in LOOPBACK:
        print(
            f"Utvecklingsbrevlådan lyssnar bara på den egna datorn, inte på {host}.",
            file=sys.stderr,
        )
        return 1
    ending = (signal.SIGTERM, signal.SIGINT)
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    folder = Path(os.environ.get("DEV_MAILBOX", "instance/maildir"))
    controller = Controller(
        Keep(folder), hostname=host, port=port, ready_timeout=10, decode_data=False
    )
    try:
        controller.start()
    except OSError as problem:
        print(
            f"Utvecklingsbrevlådan kan inte lyssna på {host}:{port}: {problem.strerror}.",
            file=sys.stderr,
        )
        return 1
    signal.sigwait(ending)
    controller.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

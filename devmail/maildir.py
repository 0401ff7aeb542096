"""What the mailbox does with a mail: one file in a Maildir, the bytes as they came."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Keep:
    """Writes each mail to `folder`/new as Maildir asks: complete in tmp first, then renamed, so a
    reader never sees half of it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("tmp", "new", "cur"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by the server for every mail; what it returns is the reply to the sender."""
        name = f"{time.time_ns():020d}.{os.getpid()}_{secrets.token_hex(4)}"
        recipients = ", ".join(envelope.rcpt_tos)
        content = envelope.original_content or b""
        waiting = self.folder / "tmp" / name
        waiting.write_bytes(f"Delivered-To: {recipients}\r\n".encode() + content)
        waiting.rename(self.folder / "new" / name)
        return "250 Kept"

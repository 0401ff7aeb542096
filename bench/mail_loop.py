"""The least that sending can be: ready bytes handed to smtplib over one connection.

`python -m bench.mail_loop PORT FILE COUNT`.
"""

from __future__ import annotations

import pickle
import smtplib
import sys
from pathlib import Path


def main() -> None:
    """Sends the first COUNT mails of the file."""
    mails = pickle.loads(Path(sys.argv[2]).read_bytes())[: int(sys.argv[3])]
    with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), local_hostname="[127.0.0.1]") as server:
        for sender, recipient, content in mails:
            server.sendmail(sender, [recipient], content)


if __name__ == "__main__":
    main()

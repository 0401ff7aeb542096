"""How the web server runs: `gunicorn -c gunicorn.conf.py`.

Every value can be set in the environment or in `.env`.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from annualwheel import write_turns
from annualwheel.jobs import queue
from annualwheel.services import services
from config import ROOT, environment

_environ = environment()
wsgi_app = "wsgi:app"
bind = f"{_environ.get('HOST') or '127.0.0.1'}:{_environ.get('PORT') or '8000'}"
worker_class = "gthread"
workers = int(_environ.get("WEB_WORKERS") or "2")
# More than may wait for the database's write lock, so that readers are answered meanwhile.
threads = max(write_turns.MOST_WAITING + 2, int(_environ.get("WEB_THREADS") or "4"))
# More than any page of ours sends: a cookie, some headers of browsers and of the proxy.
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# gunicorn 27 would open a socket in the home folder, which a hardened service cannot reach and two
# instances would share.
control_socket_disable = True
# Paths hold the tokens of personal links, so there is no access log here. The application writes
# its own, without them.
accesslog = None
errorlog = "-"
loglevel = _environ.get("WEB_LOG_LEVEL") or "warning"


def when_ready(_server: Any) -> None:
    """Freezes what has been imported, before the first fork.

    The collector no longer touches it, so the workers keep sharing it: a quarter less memory.
    """
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """Starts the embedded job consumer; a file lock lets one worker of the machine run it.

    Here and not at import: the threads of a parent do not come through a fork.
    """
    app = worker.wsgi
    with app.app_context():
        embedded = services().settings.worker == "embedded"
    if embedded:
        folder = ROOT / "instance"
        folder.mkdir(exist_ok=True)
        queue.start_embedded(app, folder / "worker.lock")

"""Takes the list of people out as an Excel file and reports what it took.

`python -m bench.export_process`, with the database in the environment.
"""

from __future__ import annotations

import gc
import json
import os
import re
from pathlib import Path

from flask.testing import FlaskClient

from annualwheel import create_app
from annualwheel.clock import SystemClock
from annualwheel.db import db
from bench import filling
from bench.places import token
from bench.processes import resident_mib
from config import Settings

CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ACTING = re.compile(r'name="acting_for"[^>]*value="([^"]*)"')
LIST = "/personer"


def main() -> None:
    """Signs in, opens the list, and takes it out with the memory measured meanwhile."""
    app = create_app(Settings.from_env(), SystemClock())
    with app.app_context():
        link = f"/logga-in/{token(app, 'staff', filling.staff_link())}"
        db.session.commit()
    browser = app.test_client()
    _press(browser, link, link)
    # What is made once is made by a file of one row.
    _press(browser, f"{LIST}?sok=person44443@", f"{LIST}/excel?sok=person44443@")
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew (proc(5))
    idle = resident_mib(os.getpid())
    size = _press(browser, LIST, f"{LIST}/excel")
    assert size > 1_000_000, f"only {size} bytes"
    peak = resident_mib(os.getpid(), peak=True)
    print(json.dumps({"idle": idle, "peak": peak, "size": size}), flush=True)


def _press(browser: FlaskClient, page: str, button: str) -> int:
    """Opens the page and presses the button; how many bytes come, none of which are kept."""
    shown = browser.get(page).get_data(as_text=True)
    found, acting = CSRF.search(shown), ACTING.search(shown)
    assert found is not None, shown[-500:]
    form = {"csrf_token": found[1]} | ({"acting_for": acting[1]} if acting else {})
    answer = browser.post(button, data=form)
    assert answer.status_code < 400, answer.status
    return sum(len(piece) for piece in answer.iter_encoded())


if __name__ == "__main__":
    main()

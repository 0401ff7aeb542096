"""The entry point: `app` for the web server, `huey` for a separate worker (`huey_consumer
wsgi.huey`).
"""

import gc

from annualwheel import create_app
from annualwheel.jobs.queue import queue_of
from config import Settings

app = create_app(Settings.from_env())
huey = queue_of(app)
# The collector goes through all that lives each time it has found little to throw away. What is
# here now lives as long as the process: without it a page costs a twelfth less.
gc.freeze()

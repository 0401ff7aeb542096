"""The entry point: `app` for the web server, `huey` for a separate worker (`huey_consumer
wsgi.huey`).
"""

from annualwheel import create_app
from annualwheel.jobs.queue import queue_of
from config import Settings

app = create_app(Settings.from_env())
huey = queue_of(app)

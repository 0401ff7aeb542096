"""The smallest Flask application: what a landing page is compared with."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Says hello."""
    return "Hello, world"

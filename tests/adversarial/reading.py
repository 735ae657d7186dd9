"""Sending a letter as a resident's browser does."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from minsheng.database import db
from tests.admin.conftest import read_fields

WORDS = "村口的路灯不亮了，请派人修一修。"


def sent_fields(client: FlaskClient) -> dict[str, Any]:
    """Return what a browser would send of a newly opened form, but for the words."""
    fields = read_fields(client.get("/suggestions/new"))
    db.session.rollback()
    return {name: fields[name] for name in ("csrf_token", "ticket")} | {
        "kind": "suggestion",
        "place": "",
        "words": WORDS,
    }


def send_letter(client: FlaskClient, **given: Any) -> TestResponse:
    """Open the form and send it with these values."""
    answer = client.post("/suggestions/new", data={**sent_fields(client), **given})
    db.session.rollback()
    return answer

"""What the first view of each public page weighs, as it travels: page, sheets and scripts, without pictures."""

import re

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import Make
from tests.public.test_query_counts import Town, addresses
from website.delivery import LEAST_WORTH_COMPRESSING

MOST = 60_000
MOST_SCRIPT = 15_000
PAGE_TYPES = 25


def travelling(client: FlaskClient, address: str) -> int:
    """Return the bytes of a static file as it is sent to a reader who takes Brotli."""
    answer = client.get(address, headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200, address
    assert answer.headers.get("Content-Encoding") == "br" or len(answer.data) < LEAST_WORTH_COMPRESSING, address
    return len(answer.data)


@pytest.mark.usefixtures("standing_clock")
def test_every_page_is_light(app: Flask, client: FlaskClient, session: Session, make: Make) -> None:
    town = Town(session, make)
    town.grow(24)
    files: dict[str, int] = {}
    heavy: dict[str, tuple[int, int]] = {}
    weighed = 0
    for endpoint, address in addresses(app, town).items():
        answer = client.get(address, headers={"Accept-Encoding": "br", "Sec-Fetch-Site": "none"})
        if answer.mimetype != "text/html":
            continue
        assert answer.headers.get("Content-Encoding") == "br", (address, answer.status)
        page = brotli.decompress(answer.data).decode()
        sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
        scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
        for each in (*sheets, *scripts):
            files.setdefault(each, travelling(client, each))
        script = sum(files[each] for each in scripts)
        total = len(answer.data) + script + sum(files[each] for each in sheets)
        weighed += 1
        if total > MOST or script > MOST_SCRIPT:
            heavy[endpoint] = (total, script)
    assert heavy == {}
    assert weighed >= PAGE_TYPES

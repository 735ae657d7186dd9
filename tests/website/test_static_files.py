"""Static files as they travel: compressed, kept for a year, harmless, and only those that are there."""

import brotli
import pytest
from flask.testing import FlaskClient

from pages.addresses import STATIC


@pytest.mark.parametrize("name", ["base.css", "site.js", "emblem.svg"])
def test_text_travels_compressed_and_whole(client: FlaskClient, name: str) -> None:
    whole = (STATIC / name).read_bytes()
    packed = client.get(f"/static/pages/{name}", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == whole
    assert len(packed.data) < len(whole)
    plain = client.get(f"/static/pages/{name}")
    assert (plain.data, plain.headers.get("Content-Encoding")) == (whole, None)
    assert plain.headers["Vary"] == "Accept-Encoding"


def test_it_is_kept_for_a_year_and_asked_for_by_its_tag(client: FlaskClient) -> None:
    first = client.get("/static/pages/base.css")
    assert first.headers["Cache-Control"] == "max-age=31536000, public, immutable"
    assert first.headers["Content-Type"] == "text/css; charset=utf-8"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get("/static/pages/base.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_pictures_come_as_they_are_and_nothing_outside_the_folder(client: FlaskClient) -> None:
    picture = client.get("/static/pages/icon-48.png", headers={"Accept-Encoding": "br"})
    assert (picture.status_code, picture.headers.get("Content-Encoding")) == (200, None)
    for address in ("/static/pages/nothing.css", "/static/pages/../setup.py", "/static/pages/%2e%2e/setup.py"):
        assert client.get(address).status_code == 404
    assert client.post("/static/pages/base.css").status_code in {404, 405}

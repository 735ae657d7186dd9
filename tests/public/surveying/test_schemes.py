"""Schemes explained to residents."""

from flask.testing import FlaskClient

from minsheng.opinion.scheme_reading import shipped
from minsheng.opinion.schemes import shipped_names, shipped_text


def test_every_shipped_scheme_is_listed_with_what_it_makes_of_one_real_survey(client: FlaskClient) -> None:
    page = client.get("/schemes/").text
    for name in shipped_names():
        assert f"/schemes/{name}" in page
    # One real distribution of answers, scored by the schemes (worked numbers of the design).
    for score in ("42.50", "57.50", "64.06", "84.10"):
        assert score in page


def test_a_scheme_is_explained_and_given_as_its_own_text(client: FlaskClient) -> None:
    for name in shipped_names():
        page = client.get(f"/schemes/{name}").text
        assert shipped(name).content_hash in page
        assert client.get(f"/schemes/{name}.toml").text == shipped_text(name)
    assert "80 分" in client.get("/schemes/default").text
    assert client.get("/schemes/made-up").status_code == 404

"""The shipped schemes have words in every language: each of their titles and descriptions is known by its original."""

import tomllib
from collections.abc import Iterator

from flask import Flask

from minsheng.opinion.schemes import shipped_names, shipped_text
from pages.words_of_schemes import SHIPPED, plain_scheme_text, scheme_text


def texts(held: object) -> Iterator[str]:
    """Every title and description in a file, however deep."""
    if isinstance(held, dict):
        yield from (text for name in ("title", "description") if isinstance(text := held.get(name), str))
        for value in held.values():
            yield from texts(value)
    elif isinstance(held, list):
        for value in held:
            yield from texts(value)


def test_every_text_of_a_shipped_scheme_is_known_and_none_besides() -> None:
    written = {text for name in shipped_names() for text in texts(tomllib.loads(shipped_text(name)))}
    assert set(SHIPPED) == written


def test_texts_of_other_schemes_stay_as_written(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert plain_scheme_text("我县自己的办法") == "我县自己的办法"
        assert scheme_text("<b>办法</b>") == '<span lang="zh-Hans">&lt;b&gt;办法&lt;/b&gt;</span>'
    with app.test_request_context("/?lang=zh-Hans"):
        assert plain_scheme_text("知晓度") == "知晓度"

"""The catalogues are complete, current, and keep every placeholder."""

import re

import pytest
from babel.messages.catalog import Catalog

from translations.catalogues import FOLDER, catalogue_files, extract, missing, read_catalogue, stale

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
WORD = re.compile(r"[A-Za-z]{2}")
HAN = re.compile(r"[\u3400-\u9fff]")
LOCALES = ("en", "zh_Hant")


@pytest.fixture(scope="module")
def template() -> Catalog:
    return extract()


@pytest.fixture(params=LOCALES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read_catalogue(FOLDER / request.param / "LC_MESSAGES" / "messages.po")


def test_every_folder_is_a_language_we_offer() -> None:
    assert sorted(path.parent.parent.name for path in catalogue_files()) == sorted(LOCALES)


def test_the_interface_is_written_in_chinese(template: Catalog) -> None:
    texts = [text for message in template if message.id for text in _forms(message.id)]
    assert len(texts) > 100
    assert [text for text in texts if WORD.search(PLACEHOLDER.sub("", text)) and not HAN.search(text)] == []


def test_percent_signs_in_templates_are_doubled(template: Catalog) -> None:
    # Jinja fills in every message of a template, even one without placeholders.
    single = re.compile(r"(?<!%)%(?!%|\(\w+\)[sd])")
    wrong = [
        text
        for message in template
        if message.id and any(path.endswith(".html") for path, _line in message.locations)
        for text in _forms(message.id)
        if single.search(text.replace("%%", ""))
    ]
    assert wrong == []


def test_nothing_is_missing(catalogue: Catalog, template: Catalog) -> None:
    assert missing(catalogue, template) == []


def test_nothing_is_left_over(catalogue: Catalog, template: Catalog) -> None:
    assert stale(catalogue, template) == []


def test_placeholders_survive(catalogue: Catalog) -> None:
    lost = [
        (message.id, translated)
        for message in catalogue
        if message.id
        for translated in _forms(message.string)
        if set(PLACEHOLDER.findall(translated)) - set(PLACEHOLDER.findall(_forms(message.id)[-1]))
        or (isinstance(message.id, str) and set(PLACEHOLDER.findall(message.id)) - set(PLACEHOLDER.findall(translated)))
    ]
    assert lost == []


def test_english_is_english() -> None:
    english = read_catalogue(FOLDER / "en" / "LC_MESSAGES" / "messages.po")
    # A term may stand beside its English; a sentence left as it was may not.
    untranslated = [
        text
        for message in english
        if message.id
        for text in _forms(message.string)
        if HAN.search(text) and text in _forms(message.id)
    ]
    assert untranslated == []


def _forms(text: object) -> list[str]:
    return list(text) if isinstance(text, list | tuple) else [str(text)]

"""The county's texts in English: what a record's words are called there, from ``translations.toml``."""

from typing import Any

from minsheng.records.translating import Texts
from website.sample.content import content

LANGUAGE = "en"


def english(group: str, key: str) -> Texts | None:
    """Return the translations of a programme, project or agency, or None where it has none."""
    texts: dict[str, str] | None = content("translations")[group].get(key)
    return {LANGUAGE: dict(texts)} if texts else None


def english_programme(which: str, year: int) -> Texts:
    """Return the translations of one of the two lists, for its year."""
    given: dict[str, Any] = content("translations")["programme"][which]
    return {LANGUAGE: {field: text.format(year=year) for field, text in given.items()}}


def english_name(group: str, name: str) -> Texts | None:
    """Return the translation of a place's name, by code or by a village's own name."""
    text = content("translations")[group].get(name)
    return {LANGUAGE: {"name": text}} if text else None


def english_target(name: str, unit: str) -> Texts | None:
    """Return the translations of a target's name and unit; a sign such as % needs none."""
    known = content("translations")
    texts = {"name": known["target"].get(name, ""), "unit": known["unit"].get(unit, "")}
    written = {field: text for field, text in texts.items() if text}
    return {LANGUAGE: written} if written else None

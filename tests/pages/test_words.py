import enum
import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from flask import Flask

import minsheng
from minsheng.progress.findings import CheckCode
from minsheng.progress.schedule import ScheduleStatus
from minsheng.records.projects import Stage
from pages import words

# What no page shows as a word: figures as they are parsed, findings and topics, which are whole sentences, and what
# only the code tells apart.
UNSEEN = {
    "CheckCode",
    "StageState",
    "FigureKind",
    "Qualifier",
    "AddressKind",
    "Because",
    "CellKind",
    "Column",
    "Dimension",
    "Doubt",
    "Exactness",
    "ExportState",
    "FieldType",
    "FrameColumn",
    "HeldReason",
    "HeldState",
    "MatchKind",
    "Meaning",
    "PhotoSource",
    "Purpose",
    "QuestionKind",
    "ReadingCode",
    "RecordTable",
    "RowKind",
    "SubscriptionState",
    "TextState",
    "TopicKind",
    "Trouble",
    "UploadState",
    "Verdict",
}
# Notes on an import go to the person at the terminal; the statistics name methods for their own use.
MOSTLY_UNSEEN = ("minsheng.importing", "minsheng.opinion")


def enumerations() -> Iterator[type[enum.StrEnum]]:
    for module in pkgutil.walk_packages(minsheng.__path__, "minsheng."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, enum.StrEnum) and value.__module__ == module.name:
                yield value


SEEN = [
    kind
    for kind in enumerations()
    if kind.__name__ not in UNSEEN
    and (not kind.__module__.startswith(MOSTLY_UNSEEN) or words.group_of(next(iter(kind))) in words.WORDS)
]


def test_the_domain_was_found() -> None:
    assert {Stage, ScheduleStatus} <= set(SEEN)
    assert CheckCode not in SEEN


@pytest.mark.parametrize("kind", SEEN, ids=lambda kind: kind.__name__)
def test_every_value_of_the_domain_has_a_word(app: Flask, kind: type[enum.StrEnum]) -> None:
    with app.app_context():
        shown = [words.word(member) for member in kind]
    assert all(shown)
    assert len(set(shown)) == len(shown)


def test_members_and_stored_values_have_the_same_word(app: Flask) -> None:
    with app.app_context():
        assert words.word(Stage.UNDER_WAY) == words.word("under_way", "stage") == "实施"


def test_a_value_without_a_word_is_an_error_and_never_a_code_on_a_page(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(KeyError):
            words.word("nonsense", "stage")
        with pytest.raises(KeyError, match="group"):
            words.word("under_way")


def test_every_status_has_a_tone() -> None:
    assert set(words.TONES) == {status.value for status in ScheduleStatus}


def test_a_word_written_out_in_a_template_follows_the_reader(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ 'planned'|word('movement_kind') }}")
    shown = []
    for language in ("zh-Hans", "en"):
        with app.test_request_context("/", query_string={"lang": language}):
            shown.append(template.render())
    assert shown == ["计划", "Planned"]

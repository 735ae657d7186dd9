"""The journal in words: one line for each thing that changed, and no code left in any."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from minsheng.journal import JournalEntry, canonical
from minsheng.records.parts import PARTS
from minsheng.records.project_records import KINDS
from pages.words_of_acts import PUBLIC_ACTS
from public.editorial import change_details, change_words
from public.editorial.change_records import RECORD_FIELDS


@pytest.fixture(autouse=True)
def in_a_request(app: Flask) -> Iterator[None]:
    """Words need to know the reader's language."""
    with app.test_request_context("/"):
        yield


def entry(act: str, subject: str = "project:road", **payload: Any) -> JournalEntry:
    return JournalEntry(act=act, subject=subject, payload=canonical(payload))


def step(**given: Any) -> dict[str, Any]:
    return {"kind": "start", "planned_on": "2026-03-01", "actual_on": None, "slip_reason": "", **given}


def test_a_milestone_that_slipped_tells_dates_and_reason() -> None:
    lines = change_details.milestones([step()], [step(planned_on="2026-04-15", slip_reason="汛期停工")])
    assert list(lines) == [
        ("开工 · 计划", "2026年3月1日", "2026年4月15日"),
        ("开工 · 推迟的原因", "", "汛期停工"),
    ]


def test_a_milestone_reached_tells_only_its_day() -> None:
    assert list(change_details.milestones([step()], [step(actual_on="2026-03-05")])) == [
        ("开工 · 实际", "", "2026年3月5日")
    ]


def test_a_target_lowered_shows_both_values() -> None:
    old = [{"name": "道路", "part": "", "unit": "公里", "target": "22.5"}]
    new = [{"name": "道路", "part": "", "unit": "公里", "target": "20"}]
    assert list(change_details.indicators(old, new)) == [
        ("道路", "22.5\N{NO-BREAK SPACE}公里", "20\N{NO-BREAK SPACE}公里")
    ]
    assert list(change_details.indicators(old, old)) == []


def test_the_same_movement_twice_is_two_movements() -> None:
    movement = ["2026-03-02", "spent", 5_000, ""]
    line = {"source": "county", "kind": "funds", "planned_fen": 100, "movements": [movement]}
    twice = {**line, "movements": [movement, movement]}
    assert len(list(change_details.funding([line], [twice]))) == 1
    assert list(change_details.funding([line], [line])) == []


def test_a_corrected_value_and_a_changed_post_are_told() -> None:
    assert list(change_details.values([[0, "40", None]], [[0, "36.5", None]])) == [("第 1 项指标", "40", "36.5")]
    changed = change_details.responsibilities([["principal", "甲局长", ""]], [["principal", "乙局长", "某某"]])
    assert list(changed) == [("第一责任人", "甲局长", "乙局长 某某")]


def test_fields_are_written_as_readers_know_them() -> None:
    changes = {
        "stage": ["under_way", "completed"],
        "actual_finish": [None, "2026-09-22"],
        "funds_spent_fen": [100_000_000, None],
        "physical_progress": ["40.5", "36"],
        "revision": [1, 2],
        "done": ["短", "长" * 200],
    }
    assert change_words.changed_fields(entry("project_revised", changes=changes)) == [
        ("实际完工日", "", "2026年9月22日"),
        ("本月进展", "短", "长" * 80 + "…"),
        ("资金支出", "100万元", ""),
        ("形象进度", "40.5%", "36%"),
        ("阶段", "实施", "完工"),
    ]


@pytest.mark.parametrize(
    ("act", "subject", "words", "month"),
    [
        ("report_corrected", "report:road:2026-05:2", "更正月报", "2026-05"),
        ("report_compiled", "report:road:undated:1", "整理录入公开通报", ""),
        ("suggestion_handed_over", "suggestion:7", "居民来件：交办", ""),
        ("something_new", "thing:1", "登记一项变动", ""),
    ],
)
def test_every_act_has_words(act: str, subject: str, words: str, month: str) -> None:
    assert change_words.act_words(entry(act, subject)) == words
    assert change_words.month_of(entry(act, subject)) == month


def test_an_entry_without_changes_has_no_lines() -> None:
    assert change_words.changed_fields(entry("project_published", snapshot={})) == []
    assert change_words.reason_of(entry("report_withdrawn", reason="报错了")) == "报错了"


def test_every_field_of_every_record_has_a_name_in_the_change_log() -> None:
    for part in PARTS.values():
        kind = KINDS.get(part.model) or (part.name if part.name in {"problem", "look_back"} else None)
        for name in part.names if kind else ():
            assert (kind, name.removesuffix("_id")) in RECORD_FIELDS, (kind, name)


def test_every_act_on_a_record_has_words() -> None:
    acts = {f"{kind}_{act}" for kind in KINDS.values() for act in ("published", "revised", "removed")}
    acts |= {"problem_revised", "look_back_revised", "project_withdrawn", "programme_withdrawn"}
    assert acts <= set(PUBLIC_ACTS)


def test_a_payment_and_a_change_of_a_contract_are_told_one_by_one(app: Flask) -> None:
    paid = ["2026-04-01", 100_000, "进度款"]
    with app.test_request_context():
        assert list(change_details.payments([paid], [paid, paid])) == [("付款 · 2026年4月1日 · 进度款", "", "1,000元")]
        (line,) = change_details.contract_changes([], [["2026-05-01", -500, "减少一段"]])
    assert line[0] == "合同变更 · 2026年5月1日"
    assert "减少一段" in line[2]

import re

import pytest
from flask import Flask

from minsheng.progress.findings import CheckCode, Finding
from pages.check_messages import _SENTENCES, check_message

MONTHS = {"earlier_month": "2025-04", "later_month": "2025-05"}


@pytest.mark.parametrize(
    ("code", "facts", "sentence"),
    [
        ("spent_over_disbursed", {"spent_fen": "120000000", "disbursed_fen": "100000050"},
         "支出 1,200,000元，大于拨付 1,000,000.50元。"),
        ("funds_went_down", {"fund": "arrived", "earlier_fen": "500000", "later_fen": "400000", **MONTHS},
         "累计到位资金从2025年4月的 5,000元 降到2025年5月的 4,000元。"),
        ("value_went_down", {"name": "硬化路面", "unit": "公里", "earlier": "12.5", "later": "11", **MONTHS},
         "“硬化路面”是累计数，却从2025年4月的 12.5 公里 降到2025年5月的 11 公里。"),
        ("target_lowered", {"name": "硬化路面", "unit": "公里", "earlier": "22.5", "later": ""},
         "公示过的目标“硬化路面”从 22.5 公里 改为 —，要求降低了。"),
        ("finished_below_target", {"stage": "completed", "progress_percent": "92.00"},
         "阶段已是“完工”，进度只有 92%。"),
        ("percentage_impossible",
         {"part": "21.1亿", "part_fen": "211000000000", "whole": "39.7亿", "whole_fen": "397000000000",
          "stated": "45.2%",
          "stated_percent": "45.2", "computed_percent": "53.15",
          "lowest_percent": "52.96", "highest_percent": "53.34", "agrees_with": ""},
         "写的是 45.2%，但 21.1亿元 占 39.7亿元 应为 53.15%；按所列位数，只可能在 52.96% 至 53.34% 之间。"),
        ("dates_out_of_order",
         {"first": "start", "then": "acceptance", "first_on": "2025-05-01", "then_on": "2025-04-01"},
         "竣工验收（2025年4月1日）早于开工（2025年5月1日）。"),
        ("reported_twice",
         {"name": "第三批", "other_name": "第二批", "held_on": "", "people_count": "1200", "amount_fen": ""},
         "“第三批”与“第二批”像是同一批：—，1,200 人，—。"),
    ],
)  # fmt: skip
def test_findings_in_words(app: Flask, code: str, facts: dict[str, str], sentence: str) -> None:
    with app.test_request_context("/"):
        said = check_message(Finding(CheckCode(code), "subject", facts))
    assert said.replace("\N{NO-BREAK SPACE}", " ") == sentence


def test_every_check_has_a_sentence() -> None:
    assert set(_SENTENCES) == set(CheckCode)


def test_figures_follow_the_reader(app: Flask) -> None:
    finding = Finding(CheckCode.FUNDS_LOWERED, "funds", {"earlier_fen": "128600000", "later_fen": "100000000"})
    with app.test_request_context("/?lang=en"):
        assert re.search(r"CNY.1,286,000.*CNY.1,000,000", check_message(finding))

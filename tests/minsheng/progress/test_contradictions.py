"""Contradictions between published figures, on the 32 that were collected by hand and on all that were not."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from minsheng import figures
from minsheng.figures import FigureError
from minsheng.progress import check_figures, checks, contradictions
from minsheng.progress.findings import CheckCode, Finding

HERE = Path(__file__).parents[1]
ROWS = json.loads((HERE / "data" / "inconsistencies.json").read_text(encoding="utf-8"))
PERCENTAGES = json.loads((HERE / "data" / "published_percentages.json").read_text(encoding="utf-8"))
DOCUMENT = (HERE.parents[1] / "docs" / "data-checks.md").read_text(encoding="utf-8")
VERDICTS = {
    "rule": "found by a rule",
    "rule_with_reader": "rule, after a reader",
    "consistent": "consistent as printed",
    "reader": "needs a reader",
}
Facts = dict[str, Any]


def percentage(facts: Facts) -> Finding | None:
    others = {name: figures.parse(text) for name, text in facts.get("other_wholes", {}).items()}
    return contradictions.percentage_contradiction(
        "row", figures.parse(facts["part"]), whole(facts["whole"]), figures.parse_percent(facts["stated"]), others
    )


def whole(text: str) -> figures.Figure:
    """Money was rounded when it was printed; a target of people or things is what was set."""
    printed = figures.parse(text)
    is_money = printed.kind is figures.FigureKind.MONEY
    return printed if is_money else figures.exact_quantity(printed.value, printed.unit)


def parts(facts: Facts, *, complete: bool = True, code: CheckCode = CheckCode.PARTS_NOT_WHOLE) -> Finding | None:
    listed = [figures.parse(text) for text in facts["parts"]]
    return contradictions.parts_against_whole("row", listed, whole(facts["whole"]), complete=complete, code=code)


def statements(facts: Facts) -> Finding | None:
    read = {place: figures.parse(text) for place, text in facts.items() if place != "dates"}
    return contradictions.stated_differently("row", read)


def shares(facts: Facts) -> Finding | None:
    earlier, later = (
        (figures.parse(value), figures.parse_percent(share)) for value, share in (facts["earlier"], facts["later"])
    )
    return contradictions.implied_whole_changed("row", earlier, later)


RUN: dict[str, Callable[[Facts], Finding | None]] = {
    "percentage_impossible": percentage,
    "parts_not_whole": parts,
    "funding_parts_not_whole": lambda facts: parts(facts, code=CheckCode.FUNDING_PARTS_NOT_WHOLE),
    "stated_differently": statements,
    "all_done_with_unfinished_items": lambda facts: contradictions.all_done_with_unfinished_items(
        "row", facts["total"], facts["completed"], facts["unfinished"]
    ),
    "totals_differ": lambda facts: contradictions.totals_differ("row", facts["totals"]),
    "late_publication": lambda facts: contradictions.late_publication(
        "row", dt.date.fromisoformat(facts["period_end"]), dt.date.fromisoformat(facts["published"])
    ),
    "unit_doubtful": lambda facts: contradictions.unreadable("row", facts["text"]),
    "not_a_number": lambda facts: contradictions.unreadable("row", facts["text"]),
    "implied_whole_changed": shares,
    "count_share_impossible": lambda facts: contradictions.count_share_contradiction(
        "row", figures.parse(facts["count"]), figures.parse_percent(facts["stated"])
    ),
}


def with_verdict(*verdicts: str) -> list[Any]:
    return [
        pytest.param(row, id=f"{number}-{row['ref']}-{row['kind']}")
        for number, row in enumerate(ROWS, 1)
        if row["verdict"] in verdicts
    ]


@pytest.mark.parametrize("row", with_verdict("rule", "rule_with_reader"))
def test_a_rule_finds_what_the_table_says_it_finds(row: Facts) -> None:
    finding = RUN[row["rule"]](row["figures"])
    assert finding is not None
    assert finding.code == row["rule"]
    assert all(isinstance(fact, str) for fact in finding.facts.values())


@pytest.mark.parametrize("row", with_verdict("consistent"))
def test_a_rule_leaves_alone_what_the_printed_precision_allows(row: Facts) -> None:
    assert RUN[row["rule"]](row["figures"]) is None


@pytest.mark.parametrize("row", with_verdict("reader"))
def test_rows_for_a_reader_name_no_rule(row: Facts) -> None:
    assert row["rule"] is None
    assert row["figures"] is None


def test_incomplete_lists_are_no_contradiction_by_themselves() -> None:
    for row in ROWS:
        if row["ref"] in {"sc17-01", "gd21", "lk17"}:
            assert row["verdict"] == "rule_with_reader"
            assert parts(row["figures"], complete=False) is None
    for row in ROWS:
        if row["ref"] in {"yy25", "cq15", "dy20"}:
            assert parts(row["figures"], complete=False) is not None


def row(ref: str) -> Facts:
    return next(one for one in ROWS if one["ref"] == ref)


def test_the_base_that_fits_is_named() -> None:
    finding = percentage(row("prog-023")["figures"])
    assert finding is not None
    assert finding.facts["agrees_with"] == row("prog-023")["figures"]["agrees_with"]
    assert (finding.facts["lowest_percent"], finding.facts["highest_percent"]) == ("81.90", "83.43")


def test_the_second_sums_and_pairs_of_two_rows() -> None:
    assert parts(row("dy20")["figures"]["consistent"]) is None
    assert percentage(row("ss22")["figures"]["paired"]) is not None
    dates = {place: dt.date.fromisoformat(day) for place, day in row("xz22")["figures"]["dates"].items()}
    finding = contradictions.stated_differently("start", dates)
    assert finding is not None
    assert finding.facts["one"] == "2020-05-26"


def test_30_percent_while_a_site_is_being_chosen_is_found_from_the_record() -> None:
    """2025年宁波市政府民生实事项目进展情况(截至5月15日): 电动自行车充电驿站."""
    report = check_figures.ReportFigures(dt.date(2025, 5, 31), "preparing", Decimal(30))
    project = check_figures.ProjectFigures(is_works=True, terms=check_figures.ProjectTerms())
    assert [one.code for one in checks.check_report(report, None, project)] == [CheckCode.PROGRESS_BEFORE_START]


def test_the_document_has_every_row_with_its_verdict() -> None:
    table = [line.split(" | ") for line in DOCUMENT.splitlines() if line.startswith("| ")]
    documented = {(cells[0].removeprefix("| "), cells[1], cells[2], cells[4]) for cells in table if len(cells) == 7}
    for number, one in enumerate(ROWS, 1):
        assert (str(number), one["ref"], one["kind"], VERDICTS[one["verdict"]]) in documented
    assert all(f"`{code}`" in DOCUMENT for code in CheckCode)
    counts = Counter(one["verdict"] for one in ROWS)
    for verdict, count in counts.items():
        words = VERDICTS[verdict]
        assert f"{words[0].upper()}{words[1:]}: {count}." in DOCUMENT


def test_published_percentages_fire_only_where_they_are_wrong() -> None:
    fired = set()
    for fact in PERCENTAGES:
        part, stated = Decimal(fact["part"]), figures.parse_percent(fact["stated_percent"])
        if fact["basis"] == "investment":
            printed = figures.money_of(int(part * 100))
            base = figures.money_of(int(Decimal(fact["whole"]) * 100))
        else:
            printed = figures.quantity_of(part, fact["unit"])
            base = figures.exact_quantity(Decimal(fact["whole"] or 0), fact["unit"])
        if fact["whole"] is None:
            finding = contradictions.count_share_contradiction(fact["id"], printed, stated)
        else:
            finding = contradictions.percentage_contradiction(fact["id"], printed, base, stated)
        if finding is not None:
            fired.add(finding.subject)
    assert len(PERCENTAGES) == 212
    assert fired == {"hn23-04", "ln21-02", "prog-015", "prog-022", "prog-023", "prog-025"}


def test_the_share_of_a_speech() -> None:
    """在政府系統活動推進會上的講話 (五篇): 21.1亿 of 39.7亿 stated as 45.2 %."""
    finding = percentage({"part": "21.1亿元", "whole": "39.7亿元", "stated": "45.2%"})
    assert finding is not None
    assert finding.facts["computed_percent"] == "53.15"
    assert finding.facts["part_fen"] == "211000000000"
    right = {"part": "27.7亿元", "whole": "39亿元", "stated": "71.0%"}
    assert percentage(right) is None


@pytest.mark.parametrize(
    ("part", "base", "stated"),
    [
        ("27个", "48个", "56.3%"),
        ("27个", "48个", "56.2%"),  # cut off
        ("157.3亿元", "330亿元", "47.6%"),
        ("约21.1亿元", "39.7亿元", "45.2%"),
        ("21.1亿元", "39.7亿元", "超45.2%"),
        ("5亿元", "0元", "45.2%"),
        ("0个", "8个", "0%"),
    ],
)
def test_no_contradiction(part: str, base: str, stated: str) -> None:
    assert percentage({"part": part, "whole": base, "stated": stated}) is None


def test_units_must_agree() -> None:
    with pytest.raises(FigureError, match="wrong_unit"):
        percentage({"part": "5公里", "whole": "8个", "stated": "50%"})
    with pytest.raises(FigureError, match="wrong_unit"):
        parts({"parts": ["5公里", "3个"], "whole": "8个"})
    assert contradictions.stated_differently("x", {"a": figures.parse("5公里"), "b": figures.parse("5个")}) is None


def test_qualified_and_missing_parts_say_nothing() -> None:
    assert parts({"parts": ["约9亿元"], "whole": "8亿元"}) is None
    assert parts({"parts": [], "whole": "8亿元"}) is None
    assert parts({"parts": ["超过9亿元", "1亿元"], "whole": "8亿元"}) is None


def test_totals_need_a_majority_to_differ_from() -> None:
    assert contradictions.totals_differ("vote", {"a": 193, "b": 193, "c": 193}) is None
    assert contradictions.totals_differ("vote", {"a": 1, "b": 2}) is None
    assert contradictions.totals_differ("vote", {"a": 1, "b": 1, "c": 2, "d": 2}) is None
    finding = contradictions.totals_differ("vote", {"a": 5, "b": 5, "c": 6})
    assert finding is not None
    assert finding.facts == {"usual_count": "5", "items_count": "2", "odd": "c: 6"}


def test_a_share_of_a_count_with_some_whole_number_behind_it() -> None:
    def share(count: str, stated: str) -> Finding | None:
        return contradictions.count_share_contradiction("row", figures.parse(count), figures.parse_percent(stated))

    assert share("319个", "48.4%") is None
    assert share("1座", "100%") is None
    assert share("351.95延米", "40.2%") is None
    assert share("0座", "0%") is None
    assert share("3座", "0%") is None
    assert share("3座", "70%") is not None


def test_publication_in_time_and_a_programme_half_done() -> None:
    end = dt.date(2025, 5, 31)
    assert contradictions.late_publication("row", end, end + dt.timedelta(days=90)) is None
    assert contradictions.late_publication("row", end, end + dt.timedelta(days=91)) is not None
    assert contradictions.all_done_with_unfinished_items("row", 10, 9, ["a"]) is None
    assert contradictions.all_done_with_unfinished_items("row", 10, 10, []) is None
    assert contradictions.all_done_with_unfinished_items("row", None, 10, ["a"]) is None


def test_one_share_of_one_target() -> None:
    facts = {"earlier": ["751人", "107.29%"], "later": ["760人", "108.57%"]}
    assert shares(facts) is None
    assert shares({"earlier": ["751人", "约107.29%"], "later": ["7516人", "107.29%"]}) is None


def test_readable_cells() -> None:
    assert contradictions.unreadable("cell", "1,200万元") is None
    assert contradictions.unreadable("cell", "45.2") is None


@pytest.mark.parametrize(
    ("listed", "base"),
    [
        (
            ["72个", "17个", "84个", "34个"],
            "207个",
        ),  # 嘉兴 2015, by stage: 在政府系統活動推進會上的講話 (五篇)
        (["30项", "9项"], "39项"),  # targets set by province and city: 为民办实事会议上领导讲话
        (["10项", "17项"], "27项"),  # 新晃, at least half done and below half: the same speech
        (["600分", "2800分", "100分"], "3500分"),  # 安徽 2010: 全省民生工程工作推进会讲话 (2010)
    ],
)
def test_sums_that_governments_got_right(listed: list[str], base: str) -> None:
    assert parts({"parts": listed, "whole": base}) is None
    assert parts({"parts": listed[:-1], "whole": base}) is not None


@pytest.mark.parametrize(
    ("part", "base", "stated"),
    [
        ("277000万元", "390000万元", "71.0%"),  # 嘉兴 2014, investment of the year
        ("27个", "48个", "56.3%"),  # 嘉兴 2014, starts
        ("28.5亿元", "39.7亿元", "70%以上"),  # 嘉兴 2015, three waterway works
    ],
)
def test_shares_that_governments_got_right(part: str, base: str, stated: str) -> None:
    """在政府系統活動推進會上的講話 (五篇)."""
    assert percentage({"part": part, "whole": base, "stated": stated}) is None

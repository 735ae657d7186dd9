import csv
import io

import pytest

from minsheng.exporting.csv_guard import guard, lines


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        '=HYPERLINK("http://evil.example","看")',
        "+86 138",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "＝1+1",
        "＋1+1",
        "－1+1",
        "＠SUM(A1)",
        "|cmd",
        "%0A=1",
    ],
)
def test_what_a_spreadsheet_may_calculate_becomes_text(cell: str) -> None:
    assert guard(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "很满意", "12", "-3", "+4.50", "a=b", "2026-06", "very_satisfied"])
def test_plain_values_stay_as_they_are(cell: str) -> None:
    assert guard(cell) == cell


def test_a_file_reads_back_cell_by_cell() -> None:
    rows = [["甲,乙", 'say "hi"'], ["two\nlines", "=1"]]

    text = "".join(lines(rows))

    assert text.startswith("\ufeff")
    assert text.count("\r\n") == 2
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))) == [
        ["甲,乙", 'say "hi"'],
        ["two\nlines", "'=1"],
    ]

"""Packages and answers of others, from files outside the site."""

import csv
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from minsheng.opinion.schemes import shipped_text
from tests.minsheng.opinion.samples import OUTSIDE, worked_example
from website.cli import main

POINTS = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["opinion", *map(str, arguments)])


def write(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def example(tmp_path: Path) -> tuple[Path, Path, Path]:
    """The worked example of 100 people as files: answers, population counts, a scheme of post-stratification."""
    options = dict(zip(("100.0", "80.0", "60.0", "30.0", "0.0"), POINTS, strict=True))
    rows: list[list[object]] = [["division", "area", "age_band", "satisfaction"]]
    rows += [["A", row["area"], row["age"], options[row["score"]]] for row in worked_example()]
    margins: list[list[object]] = [["division", "variable", "value", "count"]]
    for cell, count in (("U*Y", 2000), ("U*O", 2000), ("R*Y", 2000), ("R*O", 4000)):
        margins.append(["A", "area*age_band", cell, count])
    head, _, tail = shipped_text("points-100-80-60-30-0").partition("[weighting]")
    scheme = tmp_path / "scheme.toml"
    weighting = '[weighting]\nmethod = "poststratify"\nmargins = ["area", "age_band"]\n\n'
    scheme.write_text(head + weighting + "[inference]" + tail.partition("[inference]")[2], encoding="utf-8")
    return write(tmp_path / "answers.csv", rows), write(tmp_path / "margins.csv", margins), scheme


def test_the_worked_example_comes_out_of_a_file(example: tuple[Path, Path, Path], tmp_path: Path) -> None:
    answers, margins, scheme = example
    done = run("score", answers, "--scheme", scheme, "--margins", margins, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "70.81" in done.output
    table = (tmp_path / "out" / "scores_division.csv").read_text(encoding="utf-8")
    assert "70.8133" in table
    assert ",3.4434," in table


@pytest.mark.skipif(not OUTSIDE.exists(), reason="the reference figures are kept beside the repository, and not here")
def test_the_reference_file_beside_the_repository_is_read() -> None:
    done = run("score", OUTSIDE / "worked_example_100.csv", "--scheme", "top-two")
    assert done.exit_code == 2
    assert "division: is missing" in done.output


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "division: is missing"),
        ("division\n", "there is nobody"),
        ("division,satisfaction\nA\n", "line 2"),
        ("division,satisfaction\n,satisfied\n", "is empty"),
        ("division,channel\nA,fax\n", "is not one of"),
        ("division,base_weight\nA,-1\n", "is not a positive number"),
        ("division,base_weight\nA,nan\n", "is not a positive number"),
        ("division,base_weight\nA,inf\n", "is not a positive number"),
        ("division,base_weight\nA,1_0\n", "is not a positive number"),
        ("division,base_weight\nA,\n", "is not a positive number"),
        ("division,base_weight\nA,1e300\n", "is not a positive number"),
        ("division,uuid\nA,7\nB,8\nB,7\n", "line 4 行 uuid: is given twice, first in line 2"),
        ('division,satisfaction\nA,"satisfied\nB,neutral\n', "a quotation mark that is not closed"),
        ('division,satisfaction\nA,"satis\nfied"\nB\n', "line 4 行 : has 1 cells instead of 2"),
        ("division,,satisfaction\nA,x,satisfied\n", "line 1 行 column 2: has no name"),
        ("division,flagged\nA,yes\n", "is not 0 or 1"),
        ("division,division\nA,A\n", "is given twice"),
        ("division,satisfaction\nA,splendid\n", "missing_column"),
    ],
)
def test_what_cannot_be_taken_is_named(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text, encoding="utf-8")
    done = run("score", file, "--scheme", "top-two")
    assert done.exit_code == 2
    assert problem in done.output


def test_schemes_that_are_none_are_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [["division", "satisfaction"], ["A", "satisfied"]])
    missing = run("score", file, "--scheme", "made-up")
    assert (missing.exit_code, "is no file and none of" in missing.output) == (2, True)
    bad = tmp_path / "bad.toml"
    bad.write_text("[scheme", encoding="utf-8")
    assert "is not TOML" in run("score", file, "--scheme", bad).output


def test_a_package_is_recomputed_and_a_changed_one_noticed(tmp_path: Path) -> None:
    from minsheng.opinion.package import restricted_package  # noqa: PLC0415 - as above
    from tests.minsheng.opinion.test_package import contents  # noqa: PLC0415 - made only where it is needed

    package = tmp_path / "package.zip"
    package.write_bytes(restricted_package(contents(), "E1"))
    done = run("recompute", package)
    assert (done.exit_code, done.output.count("same, byte for byte")) == (0, 4)
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "folder")
        held = {name: archive.read(name) for name in archive.namelist()}
    assert run("recompute", tmp_path / "folder").exit_code == 0
    held["scores_division.csv"] = held["scores_division.csv"].replace(b"A", b"Z", 1)
    with zipfile.ZipFile(package, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    assert run("recompute", package).exit_code == 2
    damaged = bytearray(restricted_package(contents(), "E1"))
    start = damaged.index(b"manifest.json") + len("manifest.json")
    damaged[start : start + 40] = bytes(range(40))
    package.write_bytes(damaged)
    assert (run("recompute", package).exit_code, "cannot recompute" in run("recompute", package).output) == (2, True)
    (tmp_path / "no.zip").write_bytes(b"not a package")
    assert run("recompute", tmp_path / "no.zip").exit_code == 2


def test_files_as_spreadsheets_write_them_give_the_same_table(example: tuple[Path, Path, Path], tmp_path: Path) -> None:
    answers, margins, scheme = example
    plain = answers.read_text(encoding="utf-8").replace("\r\n", "\n").replace("A,", "县,")
    counts = margins.read_text(encoding="utf-8").replace("A,", "县,").replace(",2000", ',"２,000"')
    margins.write_text(counts, encoding="utf-8")
    numbered = "".join(f"{number},{line},2026/5/1\n" for number, line in enumerate(plain.splitlines()))
    texts = {
        "with a mark": b"\xef\xbb\xbf" + plain.encode(),
        "of Windows": plain.replace("\n", "\r\n").encode(),
        "of older offices": plain.encode("gb18030"),
        "in UTF-16 with tabs": plain.replace(",", "\t").encode("utf-16"),
        "with semicolons": plain.replace(",", ";").encode(),
        "with empty lines and columns": plain.replace("\n", ",,\n,,,,,\n").encode(),
        "with columns nobody asked for": numbered.replace("0,division", "number,division", 1).encode(),
    }
    found = set()
    for name, text in texts.items():
        answers.write_bytes(text)
        done = run("score", answers, "--scheme", scheme, "--margins", margins)
        assert done.exit_code == 0, (name, done.output)
        found.add(done.output)
    assert len(found) == 1
    assert "县  70.81" in found.pop()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("U*O,2000", "U*O,", "line 3 行 count: is not a number of people"),
        ("U*O,2000", "U*O,-5", "line 3 行 count: is not a number of people"),
        ("U*O,2000", "U*O,1e13", "line 3 行 count: is not a number of people"),
        ("U*O", "", "line 3 行 value: is empty"),
        ("U*O", "U*Y", "line 3 行 value: is given twice, first in line 2"),
        ("U*O", "U*X", "A  missing_margin (area*age_band: U*O)"),
        ("U*O,2000", "U*O,0", "A  zero_margin (area*age_band: U*O)"),
        ("\n", "\nA,area*age_band,U*X,900\n", "A  empty_cell (area*age_band: U*X)"),
        ("A,", "B,", "A  missing_margin (area*age_band)"),
    ],
)
def test_margins_that_do_not_fit_are_named_with_their_place(
    example: tuple[Path, Path, Path], old: str, new: str, problem: str
) -> None:
    answers, margins, scheme = example
    text = margins.read_text(encoding="utf-8").replace("\r\n", "\n")
    count = -1 if old == "A," else 1
    margins.write_text(text.replace(old, new, count), encoding="utf-8")
    done = run("score", answers, "--scheme", scheme, "--margins", margins)
    assert done.exit_code == 2
    assert problem in done.output


def test_margins_that_do_not_sum_are_named_with_both_sums(example: tuple[Path, Path, Path]) -> None:
    answers, margins, scheme = example
    scheme.write_text(scheme.read_text(encoding="utf-8").replace("poststratify", "rake"), encoding="utf-8")
    rows: list[list[object]] = [["A", "area", "U", 400], ["A", "area", "R", 600]]
    rows += [["A", "age_band", "Y", 400], ["A", "age_band", "O", 500]]
    write(margins, [["division", "variable", "value", "count"], *rows])
    done = run("score", answers, "--scheme", scheme, "--margins", margins)
    assert (done.exit_code, "A  margin_totals_differ (age_band: 900 instead of 1000)" in done.output) == (2, True)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("A,10,9,8,7,x", "line 2 行 satisfied: is not a number of cases"),
        ("A,10,9.5,8,7,1", "line 2 行 replied: is not a number of cases"),
        ("A,10,11,8,7,1", "line 2 行 replied: is more than received"),
        ("A,10,9,8,7,8", "line 2 行 satisfied: is more than rated"),
        ("A,10,9,8,7,1\nA,10,9,8,7,1", "line 3 行 division: is given twice"),
        ("A,10,9,8,7", "line 2 行 : has 5 cells instead of 6"),
    ],
)
def test_counts_of_suggestions_that_cannot_be_are_named(tmp_path: Path, line: str, problem: str) -> None:
    file = write(tmp_path / "answers.csv", [["division", "satisfaction"], ["A", "satisfied"]])
    handled = tmp_path / "suggestions.csv"
    handled.write_text(f"division,received,replied,on_time,rated,satisfied\n{line}\n", encoding="utf-8")
    done = run("score", file, "--scheme", "top-two", "--suggestions", handled)
    assert (done.exit_code, problem in done.output) == (2, True)


def test_options_that_a_share_counts_as_no_are_told(tmp_path: Path) -> None:
    # A misspelt option cannot be told from one that means no: so a reader sees what was taken for no.
    scheme = tmp_path / "s.toml"
    head, _, tail = shipped_text("top-two").partition("[weighting]")
    scheme.write_text(head + tail[tail.index("[inference]") :], encoding="utf-8")
    rows = [["A", option] for option in ("satisfied", "satisfyed") for _ in range(40)]
    file = write(tmp_path / "answers.csv", [["division", "satisfaction"], *rows])
    assert "satisfaction: counted as no 计为否 — satisfyed" in run("score", file, "--scheme", scheme).output
    scheme.write_bytes(scheme.read_text(encoding="utf-8").encode("gb18030"))
    assert "is not UTF-8" in run("score", file, "--scheme", scheme).output

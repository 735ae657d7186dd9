"""Packages and answers of others, from files outside the site."""

import csv
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from minsheng.opinion.schemes import shipped_text
from tests.minsheng.opinion.samples import OUTSIDE, worked_example
from website.cli import main

POINTS = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["opinion", *map(str, arguments)])


def write(path: Path, rows: list[list[object]]) -> Path:
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
    (tmp_path / "no.zip").write_bytes(b"not a package")
    assert run("recompute", tmp_path / "no.zip").exit_code == 2

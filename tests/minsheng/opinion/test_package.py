"""The package: the same bytes for the same contents, recomputed by itself, with nobody's data in the public one."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from minsheng.opinion.coding import Column
from minsheng.opinion.dispositions import Disposition
from minsheng.opinion.errors import PackageError
from minsheng.opinion.package import (
    CodebookRow,
    Contents,
    ExclusionRow,
    MarginRow,
    data_hash,
    margins_of,
    public_package,
    restricted_package,
)
from minsheng.opinion.panels import Handling, Sample
from minsheng.opinion.scheme_reading import read_scheme, shipped
from minsheng.opinion.schemes import shipped_text

from .samples import invented, margins, seeded

SIZES = {"A": 20, "B": 150, "C": 200, "D": 90}


def contents(scheme: str = "default", sizes: dict[str, int] = SIZES) -> Contents:
    answers = invented(sizes, flagged=12)
    random = seeded(2)
    size = len(answers)
    answers = replace(
        answers,
        base_weight=[random.choice([0.8, 1.0, 1.7]) for _ in range(size)],
        stratum=[random.choice(["town", "village"]) for _ in range(size)],
        psu=[f"u{number // 6}" for number in range(size)],
        channel=[random.choice(["phone", "paper_sample", "web"]) for _ in range(size)],
    )
    counts = margins(sizes)
    rows = [
        MarginRow(division, variable, value, count, "2020 census, =table 3")
        for division, held in counts.items()
        for variable, values in held.items()
        for value, count in values.items()
    ]
    programme_of = {question: programme for programme, question in answers.programmes.items()}
    codebook = [
        CodebookRow(key, "other", programme_of.get(key, ""), f"问题 {key}", option, f"选项 {option}")
        for key, column in sorted(answers.columns.items())
        for option in column.options or ("",)
    ]
    handling = {division: Handling(20, 18, 15, 9, 8) for division in sizes}
    return Contents(
        "wave-2026",
        2026,
        "0.1.0",
        Sample(shipped(scheme), answers, margins_of(rows), handling),
        codebook,
        rows,
        {1: '{"questions": []}\n'},
        {("A", "phone"): {Disposition.COMPLETE: 20, Disposition.REFUSAL: 30, Disposition.UNKNOWN_OTHER: 10}},
        {("A", "phone"): 0.5},
        [ExclusionRow("duplicate_code", 3, "survey office", "same code twice")],
    )


def unpack(package: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(folder)
    return folder


def recompute(folder: Path) -> "subprocess.CompletedProcess[str]":
    # -S and -E: no installed package and no setting of this machine can help.
    return subprocess.run(
        [sys.executable, "-S", "-E", "-B", "recompute.py"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("scheme", ["default", "top-two", "points-100-75-55"])
def test_both_editions_recompute_to_the_byte_in_an_empty_folder(scheme: str, tmp_path: Path) -> None:
    held = contents(scheme)
    public = unpack(public_package(held), tmp_path / "public")
    restricted = unpack(restricted_package(held, "R-2026-7"), tmp_path / "restricted")
    for folder, names in ((public, 2), (restricted, 4)):
        found = recompute(folder)
        assert found.stderr == ""
        assert found.returncode == 0
        assert found.stdout.count("same, byte for byte") == names
    for name in ("scores_division.csv", "scores_programme.csv", "cells.csv"):
        assert (public / name).read_bytes() == (restricted / name).read_bytes()
    assert (public / "scores_division.csv").read_text(encoding="utf-8").count("\n") > len(SIZES)


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    folder = unpack(public_package(contents()), tmp_path)
    table = folder / "scores_division.csv"
    table.write_bytes(table.read_bytes().replace(b"A", b"Z", 1))
    found = recompute(folder)
    assert found.returncode == 2
    assert "scores_division.csv is not what the manifest says" in found.stderr


def test_scores_that_do_not_follow_from_the_answers_are_noticed(tmp_path: Path) -> None:
    folder = unpack(restricted_package(contents(), "R-1"), tmp_path)
    table = folder / "scores_division.csv"
    text = table.read_bytes().decode()
    score = next(line for line in text.splitlines() if line.startswith("all,C,composite")).split(",")[5]
    forged = text.replace(score, "99.9999")
    table.write_bytes(forged.encode())
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["scores_division.csv"]["sha256"] = hashlib.sha256(table.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = recompute(folder)
    assert found.returncode == 1
    assert "scores_division.csv: differs" in found.stdout
    assert "scores_programme.csv: same" in found.stdout


@pytest.mark.parametrize("damage", ["manifest.json", "cells.csv"])
def test_an_incomplete_package_is_refused_in_words(damage: str, tmp_path: Path) -> None:
    folder = unpack(public_package(contents()), tmp_path)
    (folder / damage).unlink()
    found = recompute(folder)
    assert found.returncode == 2
    assert found.stderr.startswith("cannot recompute: ")
    assert "Traceback" not in found.stderr


def test_the_same_contents_give_the_same_bytes() -> None:
    held = contents()
    assert public_package(held) == public_package(contents())
    answers = held.sample.answers
    backwards = replace(
        answers,
        division=answers.division[::-1],
        channel=answers.channel[::-1],
        columns={key: Column(column.options, column.codes[::-1]) for key, column in answers.columns.items()},
        base_weight=answers.base_weight[::-1],
        stratum=answers.stratum[::-1] if answers.stratum else None,
        psu=answers.psu[::-1] if answers.psu else None,
        flagged=answers.flagged[::-1],
    )
    other = replace(held, sample=replace(held.sample, answers=backwards))
    assert restricted_package(other, "R-1") == restricted_package(held, "R-1")


def test_the_manifest_names_every_file_and_its_hash() -> None:
    with zipfile.ZipFile(io.BytesIO(restricted_package(contents(), "R-9"))) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        assert names == sorted(names)
        assert set(manifest["files"]) == set(names) - {"manifest.json"}
        for name, entry in manifest["files"].items():
            content = archive.read(name)
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
            assert len(content) == entry["bytes"]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert (manifest["edition"], manifest["export_number"]) == ("restricted", "R-9")
    assert manifest["scheme"]["sha256"] == shipped("default").content_hash
    assert manifest["data_sha256"] == data_hash({name: e["sha256"] for name, e in manifest["files"].items()})


def texts(package: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = [name for name in archive.namelist() if not name.endswith((".xlsx", ".sav"))]
        return {name: archive.read(name).decode("utf-8") for name in names}


def names_in(package: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return set(archive.namelist())


def test_the_public_edition_has_no_answers_by_person() -> None:
    files = texts(public_package(contents()))
    people = {"responses.csv", "responses.xlsx", "strata.csv"}
    assert not people & names_in(public_package(contents()))
    assert people <= names_in(restricted_package(contents(), "R-1"))
    for name, text in files.items():
        # Sampling units are small groups: their names are for the restricted edition.
        assert not (name.endswith(".csv") and ("u1," in text or ",u1" in text))


def test_every_row_of_the_restricted_answers_carries_the_number() -> None:
    lines = texts(restricted_package(contents(), "R-2026-7"))["responses.csv"].splitlines()
    assert len(lines) == 1 + sum(SIZES.values())
    assert all(line.startswith("R-2026-7,") for line in lines[1:])


def test_no_cell_of_any_table_starts_a_formula() -> None:
    held = contents()
    risky = [replace(row, text="=HYPERLINK(1)", option_text="+86 1") for row in held.codebook]
    files = texts(restricted_package(replace(held, codebook=risky), "R-1"))
    assert ",'=HYPERLINK(1)," in files["codebook.csv"]
    for name, text in files.items():
        if name.endswith(".csv"):
            assert ",=" not in text
            assert ",+" not in text


@pytest.mark.parametrize("canary", ["张三 13800138000", "10.0.0.1", "=cmd", "2026-05-03 12:01:02"])
def test_what_could_name_a_person_is_refused(canary: str) -> None:
    held = contents()
    answers = held.sample.answers
    size = len(answers)
    noted = replace(answers, columns={**answers.columns, "remark": Column.of([canary] + [""] * (size - 1))})
    with pytest.raises(PackageError, match="remark"):
        restricted_package(replace(held, sample=replace(held.sample, answers=noted)), "R-1")
    placed = replace(answers, psu=[f"u {canary}"] * size)
    with pytest.raises(PackageError, match="psu"):
        restricted_package(replace(held, sample=replace(held.sample, answers=placed)), "R-1")
    public = texts(public_package(replace(held, sample=replace(held.sample, answers=noted))))
    assert not [name for name, text in public.items() if canary in text and name.endswith((".csv", ".json", ".toml"))]


def test_contents_that_contradict_each_other_are_refused() -> None:
    held = contents()
    with pytest.raises(PackageError, match="margins"):
        public_package(replace(held, margins=held.margins[1:]))
    with pytest.raises(PackageError, match="programmes"):
        public_package(replace(held, codebook=[replace(row, programme="") for row in held.codebook]))
    with pytest.raises(PackageError, match="number"):
        restricted_package(held, "")
    with pytest.raises(PackageError, match=r"notes\.txt"):
        restricted_package(replace(held, attachments={"notes.txt": b""}), "R-1")


def test_attachments_are_only_in_the_restricted_edition() -> None:
    held = replace(contents(), attachments={"responses.sav": b"$FL2"})
    with zipfile.ZipFile(io.BytesIO(restricted_package(held, "R-1"))) as archive:
        assert archive.read("responses.sav") == b"$FL2"
    assert "responses.sav" not in names_in(public_package(held))


def test_an_empty_wave_still_makes_a_package(tmp_path: Path) -> None:
    held = contents(sizes={})
    folder = unpack(restricted_package(held, "R-0"), tmp_path)
    assert recompute(folder).returncode == 0


def test_the_channel_table_hides_what_the_score_hides() -> None:
    lines = texts(public_package(contents()))["channels.csv"].splitlines()
    drawn_in_a = [line for line in lines if line.startswith(("A,phone", "A,paper_sample"))]
    assert drawn_in_a
    assert all(line.split(",")[5:8] == ["", "", ""] for line in drawn_in_a)
    assert any(line.startswith("C,web,,satisfaction,satisfied,") for line in lines)


def test_dispositions_state_their_e() -> None:
    lines = texts(public_package(contents()))["dispositions.csv"].splitlines()
    assert lines[1] == "A,phone,20,0,30,0,0,0,10,0,0.333333,0.333333,0.363636,0.363636,0.500000,0"


def test_post_stratified_scores_recompute_too(tmp_path: Path) -> None:
    text = shipped_text("points-100-80-60-30-0").replace('"rake"', '"poststratify"')
    scheme = read_scheme(text.replace("[weighting.neighbours.age_band]", '[weighting.neighbours."area*age_band"]'))
    held = contents()
    held = replace(held, sample=replace(held.sample, scheme=scheme))
    for name, package in (("public", public_package(held)), ("restricted", restricted_package(held, "R-1"))):
        assert recompute(unpack(package, tmp_path / name)).returncode == 0

"""The demonstration of surveys: built, closed, published, packed and recomputed by one command."""

from pathlib import Path

from click.testing import CliRunner

from website.cli import main


def test_the_demonstration_recomputes_itself(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--data", str(tmp_path), "opinion", "demo"])
    assert done.exit_code == 0, done.output
    assert done.output.count("16 of 16 counties ranked") == 2
    assert done.output.count("8 of 8 programmes assessed over all counties") == 2
    assert done.output.count("36 answers by phone flagged as alike, 36 planted") == 2
    assert done.output.count("300 answers by qr flagged as alike, 300 planted") == 2
    assert done.output.count("冬雪县: 2") == 2
    # Two tables in each public edition, four in each restricted one, and five in the assessment.
    assert done.output.count("same, byte for byte") == 2 * 2 + 2 * 4 + 5
    assert "differs" not in done.output
    packages = sorted(path.name for path in (tmp_path / "opinion-demo").iterdir())
    waves = [f"demo-city-{year}-{edition}.zip" for year in (2024, 2025) for edition in ("public", "restricted")]
    assert packages == [*waves, "demo-city-assessment-2025.zip"]
    again = CliRunner().invoke(main, ["--data", str(tmp_path), "opinion", "demo", "--out", str(tmp_path / "again")])
    assert again.exit_code == 0, again.output
    for name in packages:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "opinion-demo" / name).read_bytes()

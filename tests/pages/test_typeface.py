"""The typeface has what records are written in, says what it lacks, and changes no name."""

import hashlib
import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from pages import typeface

PUBLISHED = Path(__file__).parents[2] / "site" / "website" / "sample" / "published" / "projects.json"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own for the unpacked fonts."""
    monkeypatch.setattr(typeface, "services", lambda: SimpleNamespace(cache=tmp_path))
    return tmp_path


def test_the_files_are_those_that_were_written_down() -> None:
    lines = re.findall(r"([0-9a-f]{64})  (\S+\.br)", (typeface.FOLDER / "README.md").read_text(encoding="utf-8"))
    written = {name: digest for digest, name in lines}
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in typeface.FOLDER.glob("*.br")}

    assert len(there) == 2
    assert there == written


def test_every_published_record_can_be_set(cache: Path) -> None:
    records = json.loads(PUBLISHED.read_text(encoding="utf-8"))

    assert len(records) > 500
    assert typeface.lacking(json.dumps(records, ensure_ascii=False)) == []


def test_rare_names_of_places_and_people_can_be_set(cache: Path) -> None:
    assert typeface.lacking("垌垸堌埝垱碶漷縣鄉鎮臺灣喆祎玥曌淼㛃䶮") == []


def test_what_it_lacks_is_marked_and_never_replaced_by_a_look_alike(cache: Path) -> None:
    assert typeface.settable("张𠮷🚧مرحبا三") == "张〓〓〓〓〓〓〓三"
    assert typeface.lacking("张𠮷🚧🚧三") == ["𠮷", "🚧"]


def test_marks_that_turn_or_join_text_are_not_set(cache: Path) -> None:
    assert typeface.settable("修\u202e路\u200d\ufe0f\x00") == "修路"
    assert typeface.settable("修\n路\t桥") == "修 路 桥"


def test_the_font_is_unpacked_once(cache: Path) -> None:
    first = typeface.font_file(400)
    made = first.stat().st_mtime_ns

    assert typeface.font_file(400) == first
    assert first.stat().st_mtime_ns == made
    assert [path.name for path in first.parent.iterdir()] == [first.name]

"""The commands people type, on a throw-away installation."""

import base64
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from minsheng.accounts.staff import Role
from minsheng.database import db
from minsheng.importing.published import read_rows
from tests.conftest import AT
from tests.factories import Make
from website import cli, sample_content
from website.application import create_app
from website.cli import UNREADABLE, main
from website.config import Settings

Runner = Callable[..., Result]
RECORD = {
    "id": "xx25-01",
    "source_kind": "republished",
    "source_title": "某县2025年民生实事进展通报",
    "published": "2025-07-01",
    "division": {"province": "安徽省", "city": "六安市", "county": "金寨县", "township": None},
    "programme": "2025年金寨县民生实事",
    "year": 2025,
    "level": "county",
    "title": "农村公路提质改造",
    "category": "transport",
    "targets": [{"indicator": "提质改造", "unit": "公里", "target": 30, "done": 12.5}],
    "funding": [],
    "report_period": "2025-06",
    "data_depth": "full",
    "inferred": [],
}


@pytest.fixture
def run(tmp_path: Path) -> Runner:
    def runner(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["--data", str(tmp_path / "var"), *arguments], catch_exceptions=False)

    return runner


def write(path: Path, rows: object) -> str:
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_importing_twice_changes_nothing_the_second_time(run: Runner, tmp_path: Path) -> None:
    file = write(tmp_path / "projects.json", [RECORD])
    first = run("import", "published", file)
    assert first.exit_code == 0
    assert "项目：新增 1，修订 0，未变 0，未收 0" in first.output
    head = run("journal", "head").output
    second = run("import", "published", file)
    assert "与已有内容完全相同，没有任何改动。" in second.output
    assert run("journal", "head").output == head
    assert run("journal", "verify", "--head", head.strip()).output.startswith("OK ")


def test_what_could_not_be_placed_is_said_row_by_row(run: Runner, tmp_path: Path) -> None:
    lost = {**RECORD, "division": {"province": None, "city": None, "county": None, "township": "某某镇"}}
    output = run("import", "published", write(tmp_path / "projects.json", [lost, {"id": "no-title"}])).output
    assert "xx25-01" in output
    assert "✗ no-title" in output


@pytest.mark.parametrize(("content", "reason"), [(b"\xff\xfe", "not_utf8"), (b"{", "not_json"), (b"{}", "not_a_list")])
def test_files_that_are_no_lists_are_refused_in_words(run: Runner, tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "projects.json"
    file.write_bytes(content)
    result = run("import", "published", str(file))
    assert result.exit_code == 1
    assert UNREADABLE[reason] in result.output


def test_a_record_altered_by_hand_is_named_by_the_command(run: Runner, tmp_path: Path) -> None:
    run("import", "published", write(tmp_path / "projects.json", [RECORD]))
    with sqlite3.connect(tmp_path / "var" / "minsheng.sqlite") as database:
        database.execute("UPDATE indicator SET target = target * 2")
    database.close()
    result = run("journal", "verify")
    assert result.exit_code == 1
    assert "record_altered: project:xx25-01 (indicators)" in result.output


def test_the_projects_own_copy_can_be_read() -> None:
    assert len(read_rows(sample_content.PUBLISHED / "projects.json")) == 528


def test_a_second_start_keeps_the_data_and_ends_in_serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[str, int]] = []
    monkeypatch.setattr(cli, "run_server", lambda host, port: served.append((host, port)))
    runner = CliRunner()
    arguments = ["--data", str(tmp_path / "var"), "import", "published", write(tmp_path / "projects.json", [RECORD])]
    runner.invoke(main, arguments, catch_exceptions=False)
    for _ in range(2):
        start = runner.invoke(main, ["--data", str(tmp_path / "var"), "serve"], catch_exceptions=False)
        assert start.exit_code == 0
    assert served == [("127.0.0.1", 8000)] * 2
    head = runner.invoke(main, ["--data", str(tmp_path / "var"), "journal", "head"]).output
    assert int(head.partition(":")[0]) == 3


def test_outlines_come_in_whole_or_not_at_all(run: Runner, tmp_path: Path) -> None:
    run("import", "published", write(tmp_path / "projects.json", [RECORD]))
    ring = [[115, 31], [116, 31], [116, 32], [115, 31]]

    def outline(code: str) -> dict[str, object]:
        return {
            "type": "Feature",
            "properties": {"code": code, "review_number": "GS(2024)0650号"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    def file(*codes: str) -> str:
        return write(
            tmp_path / "outlines.geojson",
            {"type": "FeatureCollection", "features": [outline(code) for code in codes]},
        )

    refused = run("import", "outlines", file("340000", "999999"))
    assert refused.exit_code == 1
    assert "✗ 2 999999: " in refused.output
    assert "导入 1，未变 0" in run("import", "outlines", file("340000")).output
    assert "导入 0，未变 1" in run("import", "outlines", file("340000")).output


SETUP = ("setup", "--site-name", "清河县民生公示", "--username", "li.fang", "--name", "李芳", "--post", "清河县民生办")


def test_a_real_place_is_set_up_once_by_command(run: Runner) -> None:
    several = run(*SETUP, "--place", "鼓楼区")
    assert several.exit_code == 1
    assert "同名的不止一个" in several.output
    assert "没有这个地方" in run(*SETUP, "--place", "没有的县").output

    done = run(*SETUP, "--place", "清河县")
    assert done.exit_code == 0
    assert "/admin/invitations/" in done.output
    assert "已经有账号了" in run(*SETUP, "--place", "清河县").output
    assert run("journal", "verify").output.startswith("OK ")


def test_places_of_a_file_are_named_by_line_where_they_cannot_be_right(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text("code,name,level,parent\n990100,某市,市,990000\n", encoding="utf-8")

    refused = run(*SETUP, "--place", "某市", "--places", str(file))

    assert refused.exit_code == 1
    assert "第 2 行" in refused.output


def test_there_may_be_no_sample_content_to_clear(run: Runner) -> None:
    assert "没有示例内容" in run("sample", "clear", "--yes").output
    assert "没有这个账号" in run("sample", "clear", "--yes", "--keep", "nobody").output
    asked = run("sample", "clear")
    assert asked.exit_code == 1
    assert "Aborted" in asked.output


@pytest.fixture
def staffed(run: Runner, tmp_path: Path) -> Runner:
    """An installation with a list of its own and a publisher."""
    assert run("database", "upgrade").exit_code == 0
    settings = Settings(
        data=tmp_path / "var",
        secret_key="a secret for tests only",
        contact_keys=f"1:{base64.b64encode(b'k' * 32).decode()}",
        database_url=f"sqlite:///{tmp_path / 'var' / 'minsheng.sqlite'}",
    )
    with create_app(settings).app_context():
        make = Make(db.session(), AT)
        make.programme(slug="list-2026")
        make.staff(Role.PUBLISHER, username="publisher")
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return run


def test_oc4ids_is_written_only_when_asked_and_looked_at(staffed: Runner, tmp_path: Path) -> None:
    project = {"id": "a-1", "title": "石桥小学扩建", "budget": {"amount": {"amount": "12.5", "currency": "CNY"}}}
    file = write(tmp_path / "oc4ids.json", {"projects": [project]})
    options = ("import", "oc4ids", file, "--programme", "list-2026", "--by", "publisher")
    shown = staffed(*options)
    assert shown.exit_code == 0, shown.output
    assert "石桥小学扩建" in shown.output
    assert "projects[0].budget.amount.amount" in shown.output
    written = staffed(*options, "--write")
    assert "新建草稿 1" in written.output
    again = staffed(*options, "--write")
    assert "新建草稿 0" in again.output

    # What cannot be taken writes nothing; an installation takes long to make, so this is the same one.
    foreign = {"title": "石桥小学", "budget": {"amount": {"amount": 1, "currency": "USD"}}}
    file = write(tmp_path / "oc4ids.json", {"projects": [foreign]})
    other = ("import", "oc4ids", file, "--programme", "list-2026", "--by", "publisher", "--write")
    doubtful = staffed(*other)
    assert doubtful.exit_code == 1
    assert "1 USD" in doubtful.output
    assert staffed(*other, "--looked").exit_code == 0
    assert staffed("import", "oc4ids", file, "--programme", "none", "--by", "publisher").exit_code == 1
    assert staffed("import", "oc4ids", file, "--programme", "list-2026", "--by", "nobody").exit_code == 1
    empty = write(tmp_path / "empty.json", {"projects": []})
    assert "没有项目" in staffed("import", "oc4ids", empty, "--programme", "list-2026", "--by", "publisher").output

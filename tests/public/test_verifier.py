"""The verifier that everybody can download: run as a stranger runs it, on good journals and on tampered ones."""

import hashlib
import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.accounts.staff import Role
from minsheng.journal import Act
from tests.conftest import AT
from tests.factories import Make

Lines = list[dict[str, Any]]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Folder:
    """An empty folder with the two downloads."""

    def __init__(self, folder: Path, client: FlaskClient) -> None:
        self.folder = folder
        (folder / "verify.py").write_bytes(client.get("/changes/verify.py").data)
        self.write(client.get("/changes/journal.jsonl").data)

    def write(self, data: bytes) -> None:
        (self.folder / "journal.jsonl").write_bytes(data)

    @property
    def lines(self) -> Lines:
        return [json.loads(line) for line in (self.folder / "journal.jsonl").read_text().splitlines()]

    def rewrite(self, lines: Lines) -> None:
        self.write("".join(json.dumps(line) + "\n" for line in lines).encode())

    def run(self, *more: str) -> tuple[int, str]:
        """Run as the page says; -I keeps out everything but Python itself."""
        command = [sys.executable, "-I", "verify.py", "journal.jsonl", *more]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, encoding="utf-8", check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout


@pytest.fixture
def folder(tmp_path: Path, make: Make, session: Session, client: FlaskClient) -> Folder:
    project = make.project()
    make.published_report(project)
    journal.record(session, Act("contact_viewed", "suggestion:1", make.staff(Role.REPORTER).post, is_public=False), AT)
    make.published_report(project, "2026-04")
    session.commit()
    inside = tmp_path / "empty"
    inside.mkdir()
    return Folder(inside, client)


def test_a_good_journal_passes_and_names_its_head(folder: Folder, client: FlaskClient) -> None:
    status, said = folder.run()

    assert status == 0, said
    assert client.get("/changes/head.txt").text.strip() in said
    assert f"{len(folder.lines)} entries" in said
    assert sum("content" not in line for line in folder.lines) == 1
    assert folder.run("--head", client.get("/changes/head.txt").text.strip())[0] == 0
    assert sorted(path.name for path in folder.folder.iterdir()) == ["journal.jsonl", "verify.py"]


def _alter_content(lines: Lines) -> Lines:
    lines[1]["content"] = lines[1]["content"].replace("某县", "他县")
    return lines


def _alter_and_digest(lines: Lines) -> Lines:
    lines = _alter_content(lines)
    lines[1]["digest"] = sha256(lines[1]["salt"] + lines[1]["content"])
    return lines


def _alter_and_hash(lines: Lines) -> Lines:
    lines = _alter_and_digest(lines)
    lines[1]["hash"] = sha256(lines[1]["previous_hash"] + lines[1]["digest"])
    return lines


def _move_content(lines: Lines) -> Lines:
    """Give one entry the content of another, and repair the whole chain."""
    lines[1] |= {name: lines[0][name] for name in ("salt", "content", "digest")}
    for before, after in itertools.pairwise(lines):
        after["previous_hash"] = before["hash"]
        after["hash"] = sha256(after["previous_hash"] + after["digest"])
    return lines


TAMPERINGS: list[Callable[[Lines], Lines]] = [
    _alter_content,
    _alter_and_digest,
    _alter_and_hash,
    _move_content,
    lambda lines: lines[:1] + lines[2:],
    lambda lines: lines[1:],
    lambda lines: [lines[1], lines[0], *lines[2:]],
    lambda lines: [lines[0], *lines],
    lambda lines: [{**lines[0], "previous_hash": "1" * 64}, *lines[1:]],
    lambda lines: [{**line, "sequence": line["sequence"] + 1} for line in lines],
]


@pytest.mark.parametrize("tamper", TAMPERINGS)
def test_every_tampering_is_found(folder: Folder, tamper: Callable[[Lines], Lines]) -> None:
    folder.rewrite(tamper(folder.lines))

    status, said = folder.run()

    assert status == 1, said
    assert "✗" in said


def test_a_cut_tail_shows_against_a_kept_head(folder: Folder, client: FlaskClient) -> None:
    kept = client.get("/changes/head.txt").text.strip()
    folder.rewrite(folder.lines[:-1])

    assert folder.run()[0] == 0
    assert folder.run("--head", kept)[0] == 1
    other = f"{kept.partition(':')[0]}:{'a' * 64}"
    assert folder.run("--head", other)[0] == 1


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"[]\n",
        b"{}\n",
        b"[" * 100_000,
        b'{"sequence": true, "previous_hash": "", "digest": "", "hash": ""}\n',
        b'{"sequence": 1, "sequence": 2, "previous_hash": "", "digest": "", "hash": ""}\n',
        b'{"sequence": 1, "previous_hash": 1, "digest": [], "hash": null}\n',
    ],
)
def test_what_is_no_journal_is_said_to_be_none(folder: Folder, data: bytes) -> None:
    folder.write(data)

    status, said = folder.run()

    assert status == 2
    assert "cannot be read" in said


def test_yesterdays_head_stands_on_the_page_and_in_the_feed(folder: Folder, client: FlaskClient) -> None:
    # The records of the test are of June; whatever day it is now, they were there yesterday.
    last = folder.lines[-1]
    anchor = f"{last['sequence']}:{last['hash']}"

    assert f"<code>{anchor}</code>" in client.get("/changes/").text
    feed = ET.fromstring(client.get("/feeds/changes.atom").data)  # noqa: S314 - our own feed
    names = {"a": "http://www.w3.org/2005/Atom"}
    anchors = [entry for entry in feed.findall("a:entry", names) if ":anchor:" in (entry.findtext("a:id", "", names))]
    assert [entry.findtext("a:summary", "", names) for entry in anchors] == [anchor]
    assert anchor in client.get("/feeds/changes.atom").text
    assert ":anchor:" not in client.get("/feeds/changes.atom?act=projects").text

"""Exports with answers by person: numbered, the same bytes each time, and without what must never leave."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role
from minsheng.errors import SealedError
from minsheng.exporting import restricted
from minsheng.exporting.restricted import ExportKind
from minsheng.surveying import wave_results
from minsheng.surveying.questionnaires import Question, QuestionType
from minsheng.surveying.surveys import Answer, Response, Wave
from tests.factories import Make
from tests.surveys import closed_wave

CLOSED = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)
DAY = CLOSED.date()
NAME, PHONE, WORDS, WHO = "王小明金丝雀", "13900001111", "我家在金丝雀巷3号", "金丝雀访问员"


@pytest.fixture
def wave(session: Session, make: Make) -> Wave:
    """A closed wave into which canaries are planted wherever a person could have left a trace."""
    wave = closed_wave(session, make)
    words = Question(position=90, key="words", type=QuestionType.LONG_TEXT, text="还想说什么？", is_required=False)
    wave.version.questions.append(words)
    make.staff(Role.SURVEYOR, display_name=WHO, username="canary-interviewer")
    for number, response in enumerate(session.scalars(sa.select(Response).limit(40))):
        response.ticket = f"canary-ticket-{number}"
        response.interviewer = f"canary-code-{number}"
        response.answers.append(Answer(question=words, text=f"{WORDS} {NAME} {PHONE}"))
    session.flush()
    wave_results.settle(session, wave, "某办", CLOSED)
    return wave


def exported(session: Session, wave: Wave, kind: ExportKind) -> tuple[str, bytes]:
    number = restricted.announce(session, wave, kind, "某考核办", CLOSED, DAY)
    return number, b"".join(restricted.write(session, wave, kind, number, DAY))


def texts(content: bytes) -> list[bytes]:
    """The content itself, and what is packed inside it, however deep."""
    found = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                found += [name.encode(), *texts(archive.read(name))]
    return found


@pytest.mark.parametrize("kind", list(ExportKind))
def test_no_export_lets_a_canary_out(session: Session, wave: Wave, kind: ExportKind) -> None:
    number, content = exported(session, wave, kind)
    everything = b"\n".join(texts(content))
    for canary in (NAME, PHONE, WORDS, WHO, "canary-ticket", "canary-interviewer", "canary-code"):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert canary.encode(encoding) not in everything, canary
    if kind is not ExportKind.SAV:
        assert number.encode() in everything


def test_the_public_package_lets_no_canary_out(session: Session, wave: Wave) -> None:
    result = wave_results.latest(session, wave)
    assert result is not None
    everything = b"\n".join(texts(result.package))
    for canary in (NAME, PHONE, WORDS, WHO, "canary"):
        assert canary.encode() not in everything
    with zipfile.ZipFile(io.BytesIO(result.package)) as archive:
        assert not [name for name in archive.namelist() if name.startswith("responses")]


@pytest.mark.parametrize("kind", list(ExportKind))
def test_the_same_export_is_the_same_bytes(session: Session, wave: Wave, kind: ExportKind) -> None:
    number = restricted.announce(session, wave, kind, "某考核办", CLOSED, DAY)
    first, second = (b"".join(restricted.write(session, wave, kind, number, DAY)) for _ in range(2))
    assert first == second


def test_every_export_has_a_number_of_its_own(session: Session, wave: Wave) -> None:
    numbers = {exported(session, wave, ExportKind.CSV)[0] for _ in range(3)}
    assert len(numbers) == 3


def test_nothing_is_announced_before_the_wave_closes(session: Session, make: Make) -> None:
    wave = make.wave()
    with pytest.raises(SealedError):
        restricted.announce(session, wave, ExportKind.CSV, "某考核办", make.at, make.at.date())
    with pytest.raises(SealedError):
        next(restricted.write(session, wave, ExportKind.PACKAGE, "E1", make.at.date()))


def test_the_workbook_has_answers_codes_and_its_number(session: Session, wave: Wave) -> None:
    number, content = exported(session, wave, ExportKind.XLSX)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["答卷", "代码说明", "说明"]
    heading, *rows = book.get_sheet_by_name("答卷").to_python()
    assert heading[0] == "export_number"
    assert {row[0] for row in rows} == {number}
    assert len(rows) == 380


def test_the_spss_file_has_chinese_labels_and_its_number(session: Session, wave: Wave, tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    number, content = exported(session, wave, ExportKind.SAV)
    path = tmp_path / "a.sav"
    path.write_bytes(content)
    frame, about = pyreadstat.read_sav(str(path))
    assert len(frame) == 380
    assert set(frame["export_number"]) == {number}
    assert about.file_label == f"{wave.slug} {number}"
    assert about.column_names_to_labels["overall"] == "问题overall"
    assert about.variable_value_labels["overall"][1.0] == "选项very_satisfied"
    assert not [name for name in about.column_names if "words" in name]

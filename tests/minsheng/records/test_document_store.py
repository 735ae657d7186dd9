"""Public files: told by their content, read in a process of its own, refused where they could do harm."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from minsheng.errors import InvalidFileError
from minsheng.records import document_store, document_types
from minsheng.records.document_store import DocumentStore
from minsheng.records.document_types import MAX_BYTES, DocumentType
from tests.office_files import excel, pdf, repacked, word


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(tmp_path / "documents")


def refusal(store: DocumentStore, data: bytes) -> str:
    with pytest.raises(InvalidFileError) as caught:
        store.add(io.BytesIO(data))
    return caught.value.reason


def test_a_pdf_is_read_page_by_page(store: DocumentStore) -> None:
    data = pdf("石桥村道路硬化工程初步设计的批复", "同意建设村道3.2公里")
    stored = store.add(io.BytesIO(data))
    assert stored.type is DocumentType.PDF
    assert stored.pages == ("石桥村道路硬化工程初步设计的批复", "同意建设村道3.2公里")
    assert stored.page_count == 2
    assert store.path(stored.key).read_bytes() == data
    assert stored.size == len(data)


def test_a_word_parted_by_the_end_of_a_line_is_put_together(store: DocumentStore) -> None:
    stored = store.add(
        io.BytesIO(pdf("为改善群众出行条件，决定实施农村公\n路硬化工程，总投资一百二十万元，\n特此批复"))
    )
    assert stored.pages is not None
    assert "农村公路硬化工程" in stored.pages[0]


def test_word_and_excel_are_read_with_their_tables(store: DocumentStore) -> None:
    letter = store.add(io.BytesIO(word("关于养老服务中心的批复", table=[["床位", "120张"]])))
    assert letter.type is DocumentType.DOCX
    assert letter.pages == ("关于养老服务中心的批复\n床位 120张",)
    assert letter.page_count is None
    book = store.add(io.BytesIO(excel({"汇总": [["项目", "万元"], ["公路", 1200]], "明细": [["石桥村", 3.5]]})))
    assert book.type is DocumentType.XLSX
    assert book.pages is not None
    assert "公路 1200" in book.pages[0]
    assert "石桥村 3.5" in book.pages[1]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_scan_loses_its_metadata_and_whatever_hangs_behind_it(store: DocumentStore, kind: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRET-SCANNER"
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(buffer, kind, exif=exif)
    stored = store.add(io.BytesIO(buffer.getvalue() + b"<script>alert(1)</script>"))
    kept = store.path(stored.key).read_bytes()
    assert b"SECRET" not in kept
    assert b"<script>" not in kept
    assert stored.pages == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"\n%PDF-1.7\n%%EOF",
        b"{\\rtf1}",
    ],
)
def test_other_kinds_are_refused_whatever_their_name(store: DocumentStore, data: bytes) -> None:
    assert refusal(store, data) == "unknown_type"


def test_a_file_that_weighs_too_much_is_refused(store: DocumentStore) -> None:
    assert refusal(store, b"%PDF-" + b"0" * MAX_BYTES) == "too_large"


def test_old_office_files_and_those_under_a_password_are_refused(store: DocumentStore) -> None:
    assert refusal(store, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "old_or_encrypted"
    locked = pdf("机密").replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 9 0 R")
    assert refusal(store, locked) == "encrypted"


@pytest.mark.parametrize("part", ["word/vbaProject.bin", "word/activeX/activeX1.xml", "word/embeddings/oleObject1.bin"])
def test_what_may_run_is_refused(store: DocumentStore, part: str) -> None:
    assert refusal(store, repacked(word("合同"), {part: b"x"})) == "macros"


def test_a_file_that_calls_itself_without_macros_but_is_typed_with_them_is_refused(store: DocumentStore) -> None:
    plain = word("合同")
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        types = archive.read("[Content_Types].xml")
    macro = types.replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    assert refusal(store, repacked(plain, {"[Content_Types].xml": macro})) == "macros"


def test_an_archive_that_is_no_office_file_is_refused(store: DocumentStore) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert refusal(store, buffer.getvalue()) == "unknown_type"


def test_archives_that_burst_are_refused(store: DocumentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    swollen = repacked(word("合同"), {"word/media/big.xml": b"\0" * 12_000_000})
    assert refusal(store, swollen) == "bomb"
    monkeypatch.setattr(document_types, "MAX_UNPACKED_BYTES", 1_000)
    assert refusal(store, word("合同")) == "bomb"


@pytest.mark.parametrize("side", [30_000, 7_100])
def test_a_scan_that_unpacks_to_gigabytes_is_refused(store: DocumentStore, side: int) -> None:
    """The smaller one is below what Pillow itself takes for an attack."""
    size = side.to_bytes(4, "big") * 2
    header = b"IHDR" + size + b"\x08\x00\x00\x00\x00"
    end = b"\0\0\0\0IEND" + zlib.crc32(b"IEND").to_bytes(4, "big")
    bomb = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0d" + header + zlib.crc32(header).to_bytes(4, "big") + end
    assert refusal(store, bomb) == "too_many_pixels"


def test_files_that_are_two_things_at_once_are_refused(store: DocumentStore) -> None:
    archive = word("合同")
    assert refusal(store, pdf("合同") + archive) == "disguised"
    assert refusal(store, pdf("合同") + b"<script>") == "disguised"
    assert refusal(store, archive + b"<script>alert(1)</script>") == "disguised"
    assert refusal(store, repacked(archive, {}, comment=b"hidden")) == "disguised"


def test_torn_files_are_refused(store: DocumentStore) -> None:
    assert refusal(store, b"%PDF-1.7 nothing %%EOF") == "broken"
    assert refusal(store, pdf("合同")[:200]) == "broken"
    assert refusal(store, word("合同")[:-400]) == "broken"
    whole = word("合同")
    start = whole.index(b"[Content_Types].xml") + len("[Content_Types].xml")
    assert refusal(store, whole[:start] + b"\xff" * 20 + whole[start + 20 :]) == "broken"


def test_a_pdf_without_text_is_kept_with_empty_pages(store: DocumentStore) -> None:
    assert store.add(io.BytesIO(pdf(""))).pages == ("",)


def test_a_file_that_takes_too_long_is_kept_unread(store: DocumentStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_store, "SECONDS", 0.001)
    stored = store.add(io.BytesIO(pdf("合同")))
    assert stored.pages is None
    assert store.path(stored.key).is_file()


def test_the_reader_gets_nothing_of_our_environment(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, os; print(json.dumps({'pages': [','.join(os.environ)], 'page_count': 1, 'is_cut': False}))"
    )
    monkeypatch.setenv("MINSHENG_SECRET_KEY", "secret")
    monkeypatch.setattr(document_store, "READER", spy)
    stored = store.add(io.BytesIO(pdf("合同")))
    assert stored.pages is not None
    assert "MINSHENG" not in stored.pages[0]


@pytest.mark.parametrize(
    "code", ["import time; time.sleep(60)", "print('[' * 100000)", "raise SystemExit(3)", "print(1)"]
)
def test_a_reader_gone_wrong_harms_nothing(
    store: DocumentStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str
) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(code)
    monkeypatch.setattr(document_store, "READER", bad)
    monkeypatch.setattr(document_store, "SECONDS", 1)
    assert store.add(io.BytesIO(pdf("合同"))).pages is None


def test_long_texts_are_cut_and_said_to_be(store: DocumentStore) -> None:
    stored = store.add(io.BytesIO(word("石桥村" * 40_000, "公路" * 60_000)))
    assert stored.pages is not None
    assert stored.is_cut
    assert len(stored.pages[0]) == 200_000


def test_the_store_gives_out_only_names_of_its_own(store: DocumentStore) -> None:
    with pytest.raises(ValueError, match="not a document"):
        store.path("../../etc/passwd")

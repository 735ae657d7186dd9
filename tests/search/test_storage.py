"""Our mapped files, and what we rely on in Whoosh's insides: the pinned version must keep these promises."""

import io
from itertools import accumulate
from pathlib import Path

import pytest
import whoosh
from hypothesis import given
from hypothesis import strategies as st
from whoosh.codec.whoosh3 import W3Codec, W3LeafMatcher
from whoosh.filedb.structfile import BufferFile
from whoosh.index import TOC, FileIndex
from whoosh.matching import ListMatcher
from whoosh.writing import SegmentWriter

from search import whoosh_schema, whoosh_writing
from search.storage import MappedFile, MappedStorage, MappedStream


@given(st.binary(max_size=300), st.lists(st.tuples(st.sampled_from(["read", "line", "seek"]), st.integers(0, 320))))
def test_a_mapped_stream_reads_like_a_file(data: bytes, steps: list[tuple[str, int]]) -> None:
    ours, plain = MappedStream(memoryview(data)), io.BytesIO(data)
    for step, number in steps:
        if step == "seek":
            assert ours.seek(number) == plain.seek(number)
        elif step == "line":
            assert ours.readline() == plain.readline()
        else:
            assert ours.read(number) == plain.read(number)
        assert ours.tell() == plain.tell()
    ours.seek(0)
    assert ours.read() == data


def test_a_mapped_file_shares_the_map_and_keeps_it_after_removal(tmp_path: Path) -> None:
    storage = MappedStorage(str(tmp_path))
    with storage.create_file("numbers") as file:
        file.write_int(7)
        file.write_string(b"words")
    opened = storage.open_file("numbers")
    part = opened.subset(4, 6)
    storage.delete_file("numbers")
    assert opened.read_int() == 7
    assert isinstance(part, MappedFile)
    assert part.read_string() == b"words"
    with pytest.raises(FileNotFoundError):
        storage.open_file("numbers")


def test_an_empty_file_can_be_mapped(tmp_path: Path) -> None:
    storage = MappedStorage(str(tmp_path))
    storage.create_file("empty").close()
    assert storage.open_file("empty").read() == b""


def test_written_files_are_forced_to_the_disk_before_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr("os.fsync", lambda _handle: calls.append("fsync"))
    replace = Path.replace

    def noting(path: Path, target: str) -> Path:
        calls.append("replace")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", noting)
    storage = MappedStorage(str(tmp_path))
    storage.create_file("new").close()
    storage.rename_file("new", "named")
    assert calls == ["fsync", "fsync", "replace", "fsync"]


def test_whoosh_is_the_version_these_promises_were_read_in() -> None:
    assert whoosh.__version__ == (2, 7, 5)


def test_whoosh_opens_files_through_the_storage_and_renames_the_contents_last(tmp_path: Path) -> None:
    names: list[str] = []

    class Noting(MappedStorage):
        def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
            names.append(newname)
            super().rename_file(oldname, newname, safe)

    index = FileIndex.create(Noting(str(tmp_path)), whoosh_schema.schema())
    with whoosh_writing.open_writer(index) as writer:
        writer.add_laid_down({"key": ["project:1"], "text": ["公路"]}, {"date": 5}, ("a",))
    assert names == ["_MAIN_0.toc", "_MAIN_1.toc"]
    (segment,) = TOC.read(index.storage, "MAIN").segments
    assert not segment.is_compound()
    assert segment.doc_count_all() == 1
    assert list(segment.deleted_docs()) == []
    assert W3Codec.column_filename(segment, "date") in index.storage.list()


def test_whoosh_reads_postings_in_blocks_with_numbers_in_reach(tmp_path: Path) -> None:
    index = FileIndex.create(MappedStorage(str(tmp_path)), whoosh_schema.schema())
    with whoosh_writing.open_writer(index) as writer:
        for number in range(2_500):
            writer.add_laid_down({"key": [f"project:{number}"], "text": ["公路"]}, {}, ())
    (segment,) = TOC.read(index.storage, "MAIN").segments
    terms = segment.codec().terms_reader(index.storage, segment)
    postings = terms.matcher("text", "公路".encode(), whoosh_schema.schema()["text"].format)
    assert isinstance(postings, W3LeafMatcher)
    numbers: list[int] = []
    while postings.is_active():
        postings._read_data()
        numbers.extend(accumulate(postings._data[0]))
        postings._next_block()
    assert numbers == list(range(2_500))


def test_whoosh_gives_short_lists_as_they_are(tmp_path: Path) -> None:
    index = FileIndex.create(MappedStorage(str(tmp_path)), whoosh_schema.schema())
    with whoosh_writing.open_writer(index) as writer:
        for number in range(20):
            writer.add_laid_down({"text": ["公路", "桥"] if number % 7 == 3 else ["公路"]}, {}, ())
    (segment,) = TOC.read(index.storage, "MAIN").segments
    terms = segment.codec().terms_reader(index.storage, segment)
    text = whoosh_schema.schema()["text"].format
    short = terms.matcher("text", "桥".encode(), text)
    assert isinstance(short, ListMatcher)
    assert list(short._ids) == [3, 10, 17]
    assert isinstance(terms.matcher("text", "公路".encode(), text), W3LeafMatcher)


def test_whoosh_takes_our_pool_and_its_buffer_file_is_what_ours_stands_in_for() -> None:
    assert {"add", "iter_postings", "cleanup"} <= set(dir(whoosh_writing._Pool))
    assert "pool" in SegmentWriter.add_document.__code__.co_names
    assert {"add_postings", "iter_postings"} <= set(SegmentWriter._flush_segment.__code__.co_names)
    assert issubclass(MappedFile, BufferFile)
    assert isinstance(BufferFile(memoryview(b"copied")).file, io.BytesIO)

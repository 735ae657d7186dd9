"""Every remark of an import has its words."""

from minsheng.importing.notes import ImportResult, NoteCode, RowKind, RowNote
from website.import_words import REASONS, lines


def test_every_code_has_words() -> None:
    assert set(REASONS) == set(NoteCode)


def test_rows_are_named_with_the_reason() -> None:
    result = ImportResult(notes=[RowNote(RowKind.PROJECT, "wz24-01", NoteCode.NO_PLACE, "division", "万州")])
    assert "  · wz24-01 division：没有写明地方，不归入任何地方：万州" in list(lines(result))

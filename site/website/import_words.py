"""What an import did, in words for the person at the terminal: counts first, then row by row with the reason."""

from collections.abc import Iterator

from minsheng.importing.notes import ImportResult, NoteCode, RowNote, Tally

REASONS = {
    NoteCode.NOT_A_RECORD: "这一行不是一条记录",
    NoteCode.NO_ID: "没有编号，再次导入会认不出来",
    NoteCode.DUPLICATE_ID: "编号和前面的记录重复",
    NoteCode.ID_TAKEN: "编号已被本站自己的记录占用",
    NoteCode.NO_TITLE: "没有名称",
    NoteCode.NO_SOURCE: "没有出处，不能公布",
    NoteCode.NO_LEVEL: "层级和地方都不清楚",
    NoteCode.NO_PLACE: "没有写明地方，不归入任何地方",
    NoteCode.PLACE_UNCERTAIN: "地方对不上，或对得上不止一个，不归入任何地方",
    NoteCode.PLACE_IN_PART: "只认得上一级地方，归在上一级",
    NoteCode.PLACE_RENAMED: "地名是旧名，归在今天的名称下",
    NoteCode.LEVEL_FROM_PLACE: "没有层级，按地方的层级",
    NoteCode.UNKNOWN_CATEGORY: "分类不认识，归入“其他”",
    NoteCode.UNKNOWN_VALUE: "不是这一栏可用的值，略去",
    NoteCode.WRONG_TYPE: "数据类型不对，略去",
    NoteCode.BAD_TEXT: "含有无法保存的字符，略去",
    NoteCode.TOO_LONG: "太长，略去而不截断",
    NoteCode.NOT_A_NUMBER: "不是数字，略去",
    NoteCode.NOT_WHOLE: "应为整数，略去而不取整",
    NoteCode.TOO_PRECISE: "小数位太多，略去而不取整",
    NoteCode.NEGATIVE: "不能是负数，略去",
    NoteCode.OUT_OF_RANGE: "超出合理范围，略去",
    NoteCode.BAD_DATE: "不是日期，略去",
    NoteCode.DATES_OUT_OF_ORDER: "完成早于开始，只照录原文",
    NoteCode.BAD_LINK: "不是官方网址，不设链接",
    NoteCode.INFERRED_LEFT_OUT: "是整理者推断的，不是公布的，略去",
    NoteCode.NO_BASIS: "百分比没有说明口径，照录",
    NoteCode.NO_NAME: "没有名称，略去",
    NoteCode.NOT_A_PLAN: "是已动用的钱，不是计划数，略去",
    NoteCode.UNREADABLE_BREAKDOWN: "分项加不成总数，略去",
}


def lines(result: ImportResult) -> Iterator[str]:
    """Yield the outcome: a line per kind of record, what changed in places, then a line per remark."""
    for name, tally in (("清单", result.programmes), ("项目", result.projects), ("通报期次", result.reports)):
        yield f"{name}：{_tally(tally)}"
    yield f"新增地方 {result.divisions_created} 个；{result.without_place} 条项目没有归入地方"
    if result.changed_nothing:
        yield "与已有内容完全相同，没有任何改动。"
    if result.notes:
        yield f"逐行说明（{len(result.notes)} 条）："
    yield from map(_note, result.notes)


def _tally(tally: Tally) -> str:
    return f"新增 {tally.created}，修订 {tally.revised}，未变 {tally.unchanged}，未收 {tally.refused}"


def _note(note: RowNote) -> str:
    """Return one remark: mark, row, field, reason and the value that stood there."""
    mark = "✗" if note.refuses else "·"
    place = f" {note.field}" if note.field else ""
    value = f"：{note.value}" if note.value else ""
    return f"  {mark} {note.row}{place}：{REASONS[note.code]}{value}"

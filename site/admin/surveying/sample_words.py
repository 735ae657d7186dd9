"""What is wrong with a file, a cell or a wish, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from minsheng.surveying.sample_frame_reading import FrameColumn, FrameFault
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

COLUMNS: Mapping[FrameColumn, str] = MappingProxyType(
    {
        FrameColumn.PHONE: _l("电话"),
        FrameColumn.ADDRESS: _l("地址"),
        FrameColumn.PLACE: _l("地方"),
        FrameColumn.STRATUM: _l("层"),
        FrameColumn.PSU: _l("村居"),
        FrameColumn.BENEFICIARY: _l("受益项目"),
    }
)
FILES: Mapping[str, str] = MappingProxyType(
    {
        "too_large": _l("文件太大，最多 9 MB；请按地方分成几个文件"),
        "too_many_rows": _l("行数太多，一份名册最多 50,000 行"),
        "too_many_columns": _l("列数太多，请只留需要的几列"),
        "long_cell": _l("有的格子里字太多"),
        "empty": _l("文件是空的"),
        "no_headings": _l("第一行要有列名：电话名册要有“电话”和“地方”，纸质名册要有“地址”和“地方”"),
        "two_alike": _l("有两列的列名一样"),
    }
)
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "missing": _l("没有填"),
        "no_phone": _l("不是完整的电话号码"),
        "formula": _l("以等号等符号开头，或者有看不见的字符"),
        "too_long": _l("字太多"),
        "known": _l("别的名册里已经有同一个号码或地址"),
        "several": _l("有几个地方同名，请写行政区划代码"),
        "elsewhere": _l("不在这次调查的范围里"),
        "unknown_place": _l("没有这个地方"),
    }
)
WISHES: Mapping[str, str] = MappingProxyType(
    {
        "size": _l("抽的人数要在 1 到名册人数之间"),
        "units": _l("要抽几个村居：不能超过名册里的个数；名册里每行都要写村居"),
        "unit_size": _l("每个抽中的村居至少抽 5 人，名册里也要够 5 人"),
        "none": _l("请至少给一层写上要抽的人数"),
        "unknown_stratum": _l("没有这一层，请刷新后再填"),
        "out_of_range": _l("数目超出范围"),
        "too_long": _l("字太多"),
    }
)


def file_problem(reason: str) -> str:
    """Return why a file cannot be read."""
    return str(FILES.get(reason, _("读不出这个文件，请另存为 xlsx 或 CSV 再试")))


def fault_words(fault: FrameFault) -> str:
    """Return what is wrong with one cell; what stands in it is not repeated."""
    said = _("和第 %(row)s 行重复", row=fault.row) if fault.reason == "twice" else str(REASONS[fault.reason])
    return _("%(cell)s（%(column)s）：%(problem)s", cell=fault.cell, column=COLUMNS[fault.column], problem=said)

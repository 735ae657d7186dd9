"""What reading an OC4IDS file put right, left out or doubts, in words a clerk can act on."""

from collections.abc import Mapping
from types import MappingProxyType

from admin.records.part_words import column_word, rule_word
from minsheng.importing.oc4ids_files import MAX_BYTES, MOST_PROJECTS
from minsheng.importing.oc4ids_lines import Doubt, Line, Verdict
from minsheng.importing.oc4ids_nodes import Repair, RepairCode
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

VERDICTS: Mapping[Verdict, tuple[str, str, str]] = MappingProxyType(
    {
        Verdict.GOOD: (_l("可以导入"), "good", "on_schedule"),
        Verdict.DOUBTFUL: (_l("请核对"), "behind", "behind"),
        Verdict.WRONG: (_l("要改正"), "late", "overdue"),
        Verdict.LEFT_OUT: (_l("不导入"), "quiet", "cancelled"),
    }
)
"""Verdict → word, tone and shape of its badge."""

REPAIRS: Mapping[RepairCode, str] = MappingProxyType(
    {
        RepairCode.ENCODING: _l("文件编码不是标准的 UTF-8，已按这种编码读"),
        RepairCode.SEVERAL_ROOTS: _l("文件里接连放了好几份内容，都读了"),
        RepairCode.NOT_A_PACKAGE: _l("不是标准的项目包，按项目读"),
        RepairCode.WRAPPED: _l("应当是一列，只写了一个，按一列读"),
        RepairCode.UNWRAPPED: _l("应当是一个，写成了一列，取其中的一个"),
        RepairCode.NUMBER_AS_TEXT: _l("应当是文字，写成了数字，按文字读"),
        RepairCode.TEXT_AS_NUMBER: _l("应当是数字，写成了文字，按数字读"),
        RepairCode.TEXT_CLEANED: _l("有看不见的字符，已去掉"),
        RepairCode.CUT: _l("太长，后面的没有导入（原长）"),
        RepairCode.DATE_FORM: _l("日期的写法不合标准，按这一天读"),
        RepairCode.DAY_IN_CHINA: _l("写的是世界时，按中国的日期读"),
        RepairCode.CODE_FORM: _l("代码的写法不合标准，已认出来"),
        RepairCode.CURRENCY_FORM: _l("币种应当写 CNY，按人民币读"),
        RepairCode.CURRENCY_INHERITED: _l("没有写币种，按上一级的币种读"),
        RepairCode.BARE_AMOUNT: _l("金额应当连同币种写，只写了数"),
        RepairCode.FLOAT_NOISE: _l("金额有计算机算出来的零头，去掉了不到千分之一分"),
        RepairCode.SWAPPED: _l("经度和纬度写反了，已换过来"),
        RepairCode.COORDINATES_ROUNDED: _l("经纬度只留四位小数（约十米）"),
        RepairCode.NO_ID: _l("没有编号，再次导入时只能按名称认"),
        RepairCode.TITLE_FROM_ELSEWHERE: _l("没有名称，暂用这一栏的内容"),
        RepairCode.DUPLICATE_ITEM: _l("同一份里重复了"),
        RepairCode.OLD_FORM: _l("是旧版的写法，照样读了"),
        RepairCode.APPROXIMATE: _l("本站没有完全一样的，取最接近的"),
        RepairCode.WRONG_TYPE: _l("写的不是这一栏该有的内容，没有导入"),
        RepairCode.TOO_MANY: _l("太多，只读前 2000 个（共有）"),
        RepairCode.NOT_A_NUMBER: _l("不是数字，没有导入"),
        RepairCode.TOO_PRECISE: _l("小数位太多，没有导入，也没有四舍五入"),
        RepairCode.NEGATIVE: _l("小于零，没有导入"),
        RepairCode.OUT_OF_RANGE: _l("大得不合理，没有导入"),
        RepairCode.BAD_DATE: _l("不是日期，没有导入"),
        RepairCode.AMBIGUOUS_DATE: _l("分不清哪个是月、哪个是日，没有导入"),
        RepairCode.DATES_OUT_OF_ORDER: _l("结束早于开始，两个日期都没有导入"),
        RepairCode.UNKNOWN_CODE: _l("不是标准里的代码，没有导入"),
        RepairCode.FOREIGN_CURRENCY: _l("不是人民币，没有导入，也不折算"),
        RepairCode.UNKNOWN_CURRENCY: _l("币种认不出来，金额没有导入"),
        RepairCode.NO_CURRENCY: _l("没有写币种，不知道是不是人民币，金额没有导入"),
        RepairCode.BAD_COORDINATES: _l("不是一个点的经纬度，没有导入"),
        RepairCode.INCOMPLETE: _l("缺少必要的内容，没有导入"),
        RepairCode.PERSONAL_DATA: _l("有人的姓名或联系方式，没有导入"),
        RepairCode.NOT_IMPORTED: _l("本站没有这一项，没有导入"),
        RepairCode.LINKS_ONLY: _l("只是链接，没有下载；请在“公开文件”里上传"),
    }
)


def repair_words(repair: Repair) -> str:
    """Return what was put right or left out, with the value that stood there."""
    words = str(REPAIRS[repair.code])
    return _("%(words)s：%(value)s", words=words, value=repair.value) if repair.value else words


def doubt_words(doubt: Doubt, detail: str) -> str:
    """Return what is the matter with a project beside its values."""
    words = {
        Doubt.NO_TITLE: _("没有名称，也没有编号，不能导入"),
        Doubt.DUPLICATE_ID: _("编号和 %(path)s 重复，内容却不一样；请选它是哪个项目，或者不导入", path=detail),
        Doubt.SAME_TWICE: _("和 %(path)s 完全一样，只导入一次", path=detail),
        Doubt.SIMILAR: _("编号对不上，按名称相近的项目“%(title)s”对上了，请核对", title=detail),
        Doubt.OTHER_LIST: _("这个项目在另一份清单里：%(title)s", title=detail),
        Doubt.TAKEN_TWICE: _("文件里另一个项目已经对上“%(title)s”，请选一个", title=detail),
        Doubt.WITHDRAWN: _("本站的这个项目已经撤下，不能再改"),
        Doubt.COMPILED: _("对上的是整理来的档案记录，不能用文件改；请选“新建”或“不导入”"),
        Doubt.MAY_NOT_EDIT: _("“%(title)s”不归您管，请选别的项目，或者不导入", title=detail),
        Doubt.MAY_NOT_ADD: _("您不能在这份清单里新建项目，请选一个项目，或者不导入"),
        Doubt.CHOSEN_OUT: _("已选不导入"),
        Doubt.PROPOSALS: _("这个项目已经公示：不一样的地方写成修改申请，等另一位同事审核"),
        Doubt.REPORTS_LATER: _(
            "有 %(count)s 个各月进度数不写入：项目公示以后才有月报，到时再传一次这份文件", count=detail
        ),
        Doubt.REPORTS_NOT_YOURS: _("有 %(count)s 个各月进度数不写入：您不填这个项目的月报", count=detail),
        Doubt.REPORT_DRAFTS: _("写成月报草稿：%(months)s", months=detail),
        Doubt.REPORTS_IN_WORK: _("已有人在写或已提交，不动：%(months)s 的月报", months=detail),
        Doubt.REPORTS_SAME: _("和公示的一样，不用写：%(months)s 的月报", months=detail),
        Doubt.REPORTS_DIFFER: _("和公示的不一样，没有写入，要改请逐月更正：%(months)s", months=detail),
        Doubt.REPORTS_CLOSED: _("在项目开工以前或还没有到，没有写入：%(months)s", months=detail),
        Doubt.REPORT_VALUES_LEFT: _("有 %(count)s 个各月的数在本站月报里没有对应的一项，没有写入", count=detail),
        Doubt.AGENCY_UNKNOWN: _("没有叫“%(name)s”的责任单位，请在草稿里选", name=detail),
        Doubt.PLACE_UNKNOWN: _("区划代码 %(codes)s 不在这份清单的地方以内，按清单的地方", codes=detail),
    }
    return words[doubt]


def doubts(line: Line) -> list[str]:
    """Return everything that is the matter with a project beside its values."""
    return [doubt_words(doubt, detail) for doubt, detail in line.doubts]


def refusal_words(part: str, column: str, reason: str) -> str:
    """Return why the rules of a record refuse a value of one of its parts."""
    if not column:
        return str(rule_word(part, reason)[1])
    reasons = {
        "required": _("没有填"),
        "too_long": _("太长"),
        "no_such": _("没有这一项"),
        "has_records": _("和已有的内容不合"),
    }
    words = reasons.get(reason, _("不合要求"))
    return _("%(column)s：%(words)s", column=str(column_word(part, column)), words=words)


def file_words(reason: str) -> str:
    """Return why a file cannot be read, and what to do."""
    broken = _("文件不是完整的 JSON：请重新导出一份，不要改扩展名")
    messages = {
        "empty": _("文件是空的，请换一份"),
        "too_large": _("文件超过 %(size)s MB，请分成几份", size=MAX_BYTES // 1_000_000),
        "too_many": _("项目超过 %(count)s 个，请分成几份", count=MOST_PROJECTS),
        "too_deep": _("文件里层层套得太深，不能收"),
        "not_text": _("文件不是文本，请选 JSON 文件"),
        "no_projects": _("文件里没有项目"),
        "not_json": broken,
    }
    return messages.get(reason, broken)

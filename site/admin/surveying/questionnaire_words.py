"""What keeps a question from being asked and what makes it hard, in words for whoever writes it."""

from collections.abc import Mapping
from types import MappingProxyType

from minsheng.surveying.question_wording import WordingWarning
from minsheng.surveying.questionnaire_drafts import Fault
from minsheng.surveying.questionnaire_files import QuestionnaireFileError
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "bad_key": _l("代码只能用小写字母、数字和下划线，最多 40 个"),
        "required": _l("还没有写"),
        "too_long": _l("太长了：题目最多 500 字，选项最多 120 字"),
        "too_few_options": _l("至少要有两个选项"),
        "too_many_options": _l("选项太多，最多 60 个"),
        "options_of_open": _l("填数字或文字的题不能有选项"),
        "same_key": _l("这个代码已经用过"),
        "too_many_questions": _l("题目太多，最多 200 题"),
        "not_earlier": _l("条件只能用排在前面的选择题"),
        "no_options": _l("请勾选选了哪几项才问"),
        "unknown_option": _l("条件里的选项已经不在那一题里"),
        "needs_one_choice": _l("只有单选和量表可以这样用"),
        "role_taken": _l("已经有一题用来记这一项"),
        "programme_taken": _l("这份问卷已经有一题问这项工程"),
        "key_names_programme": _l("以 programme_ 开头的代码，后面要是所问工程的代码"),
        "apart": _l("同一个矩阵的几行要挨在一起"),
        "other_options": _l("同一个矩阵的各行，题型和选项要一样"),
        "other_condition": _l("同一个矩阵的各行，条件要一样"),
    }
)
FILE_PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "too_large": _l("文件太大，最多 500 kB"),
        "not_json": _l("不是完整的 JSON 文件"),
        "other_format": _l("不是本系统导出的问卷，或是更新的版本导出的"),
        "unknown_field": _l("这一项不该有"),
        "missing": _l("缺了这一项"),
        "not_an_object": _l("这里应当是一组“名称: 值”"),
        "not_a_text": _l("这里应当是文字"),
        "not_a_flag": _l("这里应当是 true 或 false"),
        "not_a_list": _l("这里应当是列表"),
        "too_many": _l("太多了"),
        "too_long": _l("太长了"),
        "unknown_word": _l("没有这个词"),
        "control_character": _l("含有看不见的控制字符"),
    }
)
WARNINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "two_questions": (_l("一题里问了两句"), _l("答的人不知道在答哪一句。请拆成两题。")),
        "double": (_l("可能两问合一"), _l("对两件事的看法可能不一样，合在一起就没法答。请拆成两题。")),
        "leading": (_l("可能在引导"), _l("这样的话暗示了“应该”怎么答，得到的分数不可信。请换成中性的说法。")),
        "negative": (_l("绕弯的否定"), _l("“是否不……”的题，答“是”和“否”都容易弄反。请从正面问。")),
        "absolute": (_l("说得太绝对"), _l("“总是”“所有”几乎没有人能答“是”。请去掉，或问多少次。")),
        "official": (_l("公文用语"), _l("多数人平时不这么说话。请换成日常的词。")),
        "vague": (_l("时间不清楚"), _l("“最近”各人理解不同。请写明从什么时候起。")),
        "long": (_l("太长"), _l("电话里听一遍记不住。请减到 40 字以内，说明放进提示。")),
        "untranslated": (_l("还没有译文"), _l("读这种文字的人会看到中文原文。")),
        "no_way_out": (_l("没有“不了解”一类的选项"), _l("不了解的人会被逼着乱答。请加上“说不清”，并勾上“不算意见”。")),
        "unbalanced": (_l("两头不对称"), _l("好的选项和差的选项不一样多，分数会偏。请让两边一样多。")),
        "many_options": (_l("选项太多"), _l("念到后面，前面的已经忘了。请减到 9 个以内。")),
        "same_option": (_l("有两个一样的选项"), _l("请去掉一个，或改得让人分得清。")),
    }
)
"""Code of a rule → what it found, and why that matters with what to do."""
LANGUAGE_NAMES: Mapping[str, str] = MappingProxyType({"zh_Hant": _l("繁体中文"), "en": _l("英文")})


def fault_words(fault: Fault) -> str:
    """Return why a question cannot be asked, naming the question."""
    return _("%(question)s：%(problem)s", question=fault.question, problem=str(FAULTS[fault.code]))


def file_words(error: QuestionnaireFileError) -> str:
    """Return why a file cannot be read, with the place in it."""
    problem = str(FILE_PROBLEMS[error.code])
    return _("%(where)s：%(problem)s", where=error.where, problem=problem) if error.where else problem


def warning_words(warning: WordingWarning) -> tuple[str, str]:
    """Return what a rule found, with the words it stumbled on, and what to do."""
    title, advice = WARNINGS[warning.code]
    words = str(LANGUAGE_NAMES[warning.words]) if warning.code == "untranslated" else warning.words
    return (_("%(title)s：“%(words)s”", title=str(title), words=words) if words else str(title)), str(advice)

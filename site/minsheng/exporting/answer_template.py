"""The empty workbook for bringing in the answers of one survey's questionnaire."""

import datetime as dt
import io

import xlsxwriter

from minsheng.surveying.answer_tables import HEADINGS, MOST_ROWS, NEEDED, Column, heading_of
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion, QuestionType

_NEVER = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook's dates have no zone; the template is always the same
MOST_IN_A_LIST = 255
"""Signs that a spreadsheet takes in a list to choose from."""
NOTES = (
    "第一行是列名，不要改；列的次序可以换。从第二行起，一行一份答卷。",
    "编号：卷子上的编号或者自己编的流水号，同一渠道同一批次里不能重复；不要用电话、身份证号。靠它认出已经导入过的行。",
    "渠道填：电话抽样、纸质抽样、现场填写。",
    "批次：哪一批收上来的，可以空着。地方：名称或区划代码，空着就是整个调查的地方。",
    "层、抽样单位、权数（一人代表多少人）：只有抽样的渠道才填。",
    "答题码：寄出或在电话里念出的一次性答题码；填了它，渠道照填，地方、层、抽样单位、权数空着，由码带出，码随即用掉。",
    (
        "访问结果：只有抽样的渠道才填。答完、答了一部分、拒绝、没联系上本人、不便作答、不知道有没有人、说不清、不在调查范围；"
        "也可以填 AAPOR 代码 1.1、1.2、2.1、2.2、2.3、3.1、3.2、4。没有答卷的人也占一行，只填编号、渠道、地方和结果。"
        "有这一列，才算得出回答率。"
    ),
    "本系统印的纸质问卷：编号填卷子上的编号，答案进那一批的第一遍录入，照样抽一成由另一个人盲录。",
    "选择题填选项的号或者文字；多选用分号或顿号隔开，如 1;3。没有答的空着。",
    f"一次最多 {MOST_ROWS} 行。",
)


def write(version: QuestionnaireVersion) -> bytes:
    """Return the workbook: headings with lists to choose from, the options of each question, and notes."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": _NEVER})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("答卷")
        sheet.freeze_panes(1, 1)
        for place, (column, heading) in enumerate(HEADINGS.items()):
            sheet.set_column(place, place, 12, text)
            sheet.write_string(0, place, f"{heading}*" if column in NEEDED else heading, bold)
            if column is Column.DISPOSITION:
                named = [
                    "答完",
                    "答了一部分",
                    "拒绝",
                    "没联系上本人",
                    "不便作答",
                    "不知道有没有人",
                    "说不清",
                    "不在调查范围",
                ]
                sheet.data_validation(1, place, MOST_ROWS, place, {"validate": "list", "source": named})
            if column is Column.CHANNEL:
                named = ["电话抽样", "纸质抽样", "现场填写"]
                sheet.data_validation(1, place, MOST_ROWS, place, {"validate": "list", "source": named})
        for place, question in enumerate(version.questions, start=len(HEADINGS)):
            sheet.set_column(place, place, 18, text)
            sheet.write_string(0, place, heading_of(question), bold)
            labels = [option.text for option in question.options]
            if _is_listed(question, labels):
                rule = {"validate": "list", "source": labels, "error_type": "warning"}
                sheet.data_validation(1, place, MOST_ROWS, place, rule)
        _explain(book, version)
    return held.getvalue()


def _is_listed(question: Question, labels: list[str]) -> bool:
    """Whether a list to choose from can hold the options: one is chosen, and they are short and without commas."""
    is_one = question.type in {QuestionType.SCALE, QuestionType.SINGLE}
    return is_one and bool(labels) and len(",".join(labels)) <= MOST_IN_A_LIST and not any("," in one for one in labels)


def _explain(book: xlsxwriter.Workbook, version: QuestionnaireVersion) -> None:
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 16)
    notes.set_column(1, 1, 90)
    for line, note in enumerate(NOTES):
        notes.write_string(line, 1, note)
    line = len(NOTES) + 1
    for question in version.questions:
        notes.write_string(line, 0, question.key)
        notes.write_string(line, 1, question.text)
        line += 1
        for place, option in enumerate(question.options, start=1):
            notes.write_number(line, 0, place)
            notes.write_string(line, 1, option.text)
            line += 1

"""Public files of the sample: written as PDF, Word and Excel, read like any upload, signed by two people."""

import datetime as dt
import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, BinaryIO

import docx
import xlsxwriter
from fpdf import FPDF

from minsheng.editorial import document_publishing
from minsheng.editorial.document_publishing import Description
from minsheng.records.documents import DocumentKind
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from pages import typeface
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.plan import ProjectPlan
from website.sample.world import World

NOTE = "示例文件：示例县是虚构的，内容为演示而编。"
MARGIN, LINE, BODY, HEADING = 22, 8, 12, 14
"""Of the PDF: millimetres, millimetres, points, points."""
HEADING_MARK = "## "


def plan_documents(world: World, plans: dict[str, ProjectPlan]) -> None:
    """Put the files into the story, each after its record became public or was finished; ``plans`` are by slug."""
    for given in content("documents")["document"]:
        record: Project | Programme
        if "programme" in given:
            record = world.programmes[given["programme"]]
            day = world.calendar.published_on(record.year or world.calendar.year)
        else:
            record, plan = world.projects[given["project"]], plans[given["project"]]
            day = plan.actual_finish or plan.finish if "at_finish" in given else world.calendar.published_on(plan.year)
        day += dt.timedelta(days=given.get("at_finish", given.get("after_publication", 0)))
        world.story.at(moment(day, 15), partial(_publish, world, record, given))


def _publish(world: World, record: Project | Programme, given: dict[str, Any], at: dt.datetime) -> None:
    author = world.author_for(record) if isinstance(record, Project) else world.staff["yuebao"]
    title = given["title"].format(year=record.year)
    paragraphs = [paragraph.format(year=record.year) for paragraph in given["text"]]
    stored = world.installation.documents.add(FORMS[given["form"]](title, paragraphs, at))
    description = Description(title, DocumentKind(given["kind"]), at.date())
    document = document_publishing.add(world.session, record, stored, description, author, at)
    document_publishing.publish(world.session, document, world.publisher, at)
    if "withdrawn_after" in given:
        world.story.at(
            at + dt.timedelta(days=given["withdrawn_after"]),
            lambda later: document_publishing.withdraw(
                world.session, document, given["withdrawn_reason"], world.publisher, later
            ),
        )


def _pdf(title: str, paragraphs: Sequence[str], at: dt.datetime) -> BinaryIO:
    pdf = FPDF(format="A4")
    pdf.set_creation_date(at)
    pdf.set_title(title)
    pdf.set_lang("zh-Hans")
    pdf.add_font("text", "", typeface.font_file(400))
    pdf.add_font("text", "B", typeface.font_file(700))
    pdf.set_margins(MARGIN, MARGIN)
    pdf.add_page()
    pdf.set_font("text", "B", HEADING + 4)
    pdf.multi_cell(0, LINE + 3, typeface.settable(title), align="C", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(LINE)
    for paragraph in paragraphs:
        is_heading = paragraph.startswith(HEADING_MARK)
        pdf.set_font("text", "B" if is_heading else "", HEADING if is_heading else BODY)
        text = typeface.settable(paragraph.removeprefix(HEADING_MARK))
        pdf.multi_cell(0, LINE, text, align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(LINE / 3)
    pdf.ln(LINE)
    pdf.set_font("text", "", BODY - 2)
    pdf.multi_cell(0, LINE, NOTE, new_x="LMARGIN", new_y="NEXT")
    return io.BytesIO(bytes(pdf.output()))


def _docx(title: str, paragraphs: Sequence[str], at: dt.datetime) -> BinaryIO:
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = at.astimezone(dt.UTC).replace(tzinfo=None)
    document.add_heading(title, level=1)
    for paragraph in paragraphs:
        if paragraph.startswith(HEADING_MARK):
            document.add_heading(paragraph.removeprefix(HEADING_MARK), level=2)
        else:
            document.add_paragraph(paragraph)
    document.add_paragraph(NOTE)
    file = io.BytesIO()
    document.save(file)
    file.seek(0)
    return file


def _xlsx(title: str, rows: Sequence[str], at: dt.datetime) -> BinaryIO:
    """Return a workbook of one sheet: the title, then a row for each text, its cells parted by tabs."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"title": title, "created": at.astimezone(dt.UTC).replace(tzinfo=None)})
        sheet = book.add_worksheet("清单")
        sheet.write_string(0, 0, title)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row.split("\t")):
                if cell.isdecimal():
                    sheet.write_number(number, column, int(cell))
                else:
                    sheet.write_string(number, column, cell)
        sheet.write_string(len(rows) + 1, 0, NOTE)
        sheet.autofit()
    file.seek(0)
    return file


FORMS: dict[str, Callable[[str, Sequence[str], dt.datetime], BinaryIO]] = {"pdf": _pdf, "docx": _docx, "xlsx": _xlsx}

"""Population counts that a survey's sample is weighted to: from a table, with a preview that names each bad cell."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import FileField, StringField, TextAreaField

from admin.access import current_staff, needs
from admin.surveying.wave_plans import wave_at
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidFileError
from minsheng.opinion.weighting import Method, WeightingRules
from minsheng.surveying import population, population_tables, wave_results
from minsheng.surveying.population_tables import BETWEEN, MAX_BYTES, PopulationTable
from minsheng.surveying.surveys import Wave
from minsheng.surveying.wave_places import places_of
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services
from pages.words_of_results import VARIABLES

blueprint = Blueprint("population", __name__, url_prefix="/surveys")
UNREADABLE = 422
MOST_FAULTS = 100
FILE_PROBLEMS = {
    "empty": _l("表里没有内容"),
    "no_columns": _l("要有“地方（或区划代码）、变量、类别、人数”四列"),
    "too_large": _l("文件太大"),
    "too_many_rows": _l("行数太多"),
    "too_many_columns": _l("列数太多"),
    "long_cell": _l("有的格子字太多"),
    "not_a_table": _l("不是 CSV 或 XLSX 表格"),
    "broken": _l("文件打不开，可能坏了"),
}
CELL_PROBLEMS = {
    "unknown_place": _l("这次调查没有这个地方"),
    "unknown_variable": _l("问卷没有问这一项"),
    "unknown_value": _l("问卷里没有这个选项"),
    "not_a_count": _l("不是人数，请填整数"),
    "twice": _l("同一个地方的同一类写了两次"),
    "totals_differ": _l("这一项的合计和同一地方另一项的合计不一样"),
}


class PopulationForm(Form):
    """A table of counts, pasted or as a file, and where it comes from."""

    table = TextAreaField(_l("人口数表"), [length(-1, MAX_BYTES)])
    file = FileField(_l("或者上传 CSV、XLSX 文件"))
    source = StringField(_l("从哪里来"), [required(_l("请写明来源，例如“第七次人口普查公报”")), length(-1, 200)])

    def content(self) -> bytes:
        """Return the table: the file's where one was sent."""
        sent = self.file.data
        if sent is not None and getattr(sent, "filename", None):
            return bytes(sent.read(MAX_BYTES + 1))
        return str(self.table.data or "").encode()


@blueprint.route("/<slug>/population", methods=["GET", "POST"])
@needs(Permission.RUN_SURVEY)
def edit(slug: str) -> ResponseReturnValue:
    """Show the counts; read a table, name each bad cell; keep it when the preview was seen and nothing is wrong."""
    wave = wave_at(slug)
    form = PopulationForm()
    if request.method == "GET":
        form.table.data = population_tables.written(db.session(), wave, wave_results.scheme_of(wave).weighting)
        form.source.data = next((row.source for row in population.margins_of_places(db.session(), places_of(wave))), "")
        return _page(wave, form, None)
    is_valid = form.validate_on_submit()
    table: PopulationTable | None = None
    try:
        table = population_tables.read(form.content(), wave)
    except InvalidFileError as error:
        form.table.errors = [*form.table.errors, str(FILE_PROBLEMS.get(error.reason, FILE_PROBLEMS["not_a_table"]))]
    is_fine = is_valid and table is not None and not table.faults
    if table is not None and is_fine and "keep" in request.form:
        population_tables.keep(db.session(), wave, table, str(form.source.data), current_staff(), services().clock())
        db.session.commit()
        flash(_("已存入 %(count)s 个人口数。", count=len(table.rows)), "good")
        return redirect(url_for("admin.surveys.show", slug=slug))
    if table is not None and not table.faults:
        form.table.data = population_tables.as_text(table, wave)
    return _page(wave, form, table), 200 if is_fine else UNREADABLE


def _page(wave: Wave, form: PopulationForm, table: PopulationTable | None) -> str:
    return render_template(
        "admin/population/edit.html",
        wave=wave,
        form=form,
        table=table,
        faults=[(one.cell, one.said, CELL_PROBLEMS[one.reason]) for one in table.faults[:MOST_FAULTS]] if table else [],
        needed=_needed(wave_results.scheme_of(wave).weighting),
        has_closed=wave.has_closed(services().today()),
    )


def _needed(rules: WeightingRules) -> list[str]:
    """Return what the counts must be by, in words: one by one to rake, all together to post-stratify."""
    names = [str(VARIABLES.get(one, one)) for one in rules.variables]
    return [BETWEEN.join(names)] if names and rules.method is Method.POST_STRATIFY else names

"""Taking a project along: how to cite it, embed it, print its board and download it."""

from dataclasses import dataclass

from flask import url_for
from markupsafe import escape

from minsheng.progress.standing import standing
from minsheng.records.projects import Project
from pages import formats
from pages.addresses import absolute
from pages.language import gettext as _
from pages.language import plain_record_text, plain_text_of, site_title
from public import presenting

EMBED_WIDTH, EMBED_HEIGHT = 420, 330


@dataclass(frozen=True)
class Share:
    """What the project page offers for taking along; ``board`` and ``board_pdf`` are empty for compiled records."""

    address: str
    citation: str
    embed_code: str
    embed: str
    data: str
    board: str
    board_pdf: str


def of_project(project: Project) -> Share:
    """Return what is offered for one visible project."""
    slug, own = project.slug, not project.is_compiled
    return Share(
        address=absolute("public.projects.show", slug=slug),
        citation=citation(project),
        embed_code=embed_code(project),
        embed=url_for("public.embeds.show", slug=slug),
        data=url_for("public.projects.data", slug=slug),
        board=url_for("public.boards.show", slug=slug) if own else "",
        board_pdf=url_for("public.boards.pdf", slug=slug) if own else "",
    )


def citation(project: Project) -> str:
    """Return title, publisher, what the figures are as of, the address and the day it was looked at, in one line."""
    today = presenting.today()
    known = standing(project, today, presenting.due_day())
    if project.is_compiled:
        publisher = _("据《%(source)s》整理", source=plain_record_text(project.source_title))
    elif project.agency:
        publisher = plain_text_of(project.agency, "name")
    else:
        publisher = plain_text_of(project.programme, "title")
    parts = [_("《%(title)s》", title=plain_text_of(project, "title")), publisher, site_title()]
    if known.report and known.report.month:
        parts.append(_("数字截至 %(month)s", month=formats.month(known.report.month)))
    parts.append(absolute("public.projects.show", slug=project.slug))
    parts.append(_("%(date)s 查阅", date=formats.date(today)))
    return _("，").join(parts) + _("。")


def embed_code(project: Project, width: int = EMBED_WIDTH, height: int = EMBED_HEIGHT) -> str:
    """Return the markup that another site pastes to show the project's card; every text in it is escaped."""
    address = absolute("public.embeds.show", slug=project.slug)
    title = plain_text_of(project, "title")
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}"'
        f' width="{width}" height="{height}" loading="lazy" frameborder="0"></iframe>'
    )

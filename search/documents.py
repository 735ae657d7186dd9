"""What search knows of each record: published records of the domain turned into documents.

Only what residents may see becomes a document; the domain's own queries decide that, nobody else.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.editorial import markdown
from minsheng.editorial.content_pages import ContentPage
from minsheng.outbox import RecordKind
from minsheng.participation.calls import Call
from minsheng.progress.standing import standing
from minsheng.records.documents import Document as PublicDocument
from minsheng.records.documents import DocumentKind
from minsheng.records.indicators import Indicator
from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Category, Project, Stage
from minsheng.records.publication import Origin
from minsheng.records.reports import ProgressReport, month_end
from minsheng.records.translating import Translated
from search.engine import PAGE_BREAK, Document, Key

BATCH = 500

CATEGORY_WORDS: dict[Category, str] = {
    Category.EDUCATION: "教育 education",
    Category.HEALTH: "卫生 医疗 健康 health",
    Category.TRANSPORT: "交通 道路 transport",
    Category.WATER: "水利 供水 water",
    Category.HOUSING: "住房 housing",
    Category.ENVIRONMENT: "环保 环境 environment",
    Category.ELDERLY_AND_CHILDREN: "养老托幼 养老 托育 elderly children",
    Category.EMPLOYMENT: "就业 employment",
    Category.SOCIAL_SECURITY: "社会保障 社保 social security",
    Category.CULTURE_SPORT: "文化体育 文化 体育 culture sport",
    Category.AGRICULTURE: "农业农村 农业 agriculture",
    Category.SAFETY: "公共安全 安全 safety",
    Category.DIGITAL: "便民服务 数字 service",
    Category.OTHER: "其他 other",
}
"""Words by which a category is found, in the languages of the interface."""

DOCUMENT_KIND_WORDS: dict[DocumentKind, tuple[str, ...]] = {
    DocumentKind.APPROVAL: ("批复", "审批", "approval"),
    DocumentKind.BIDDING: ("招标", "中标", "采购", "bidding"),
    DocumentKind.CONTRACT: ("合同", "contract"),
    DocumentKind.SUPERVISION: ("监理", "supervision"),
    DocumentKind.ACCEPTANCE: ("验收", "acceptance"),
    DocumentKind.AUDIT: ("审计", "audit"),
    DocumentKind.POLICY: ("政策", "policy"),
}
"""Words by which a kind of public file is found."""


def documents_of(session: Session, kind: RecordKind, ids: Sequence[int], today: dt.date) -> list[Document]:
    """Return the documents of those records of one kind that residents may see on ``today``; others have none."""
    model, query = _VISIBLE[kind]
    found: list[Document] = []
    for start in range(0, len(ids), BATCH):
        batch = query().where(model.id.in_(ids[start : start + BATCH]))
        found.extend(_made(session.scalars(batch), kind, today))
    return found


def all_documents(session: Session, today: dt.date) -> Iterator[Document]:
    """Yield the documents of everything residents may see on ``today``, a batch in memory at a time.

    Each batch is read in a transaction of its own, which ends before the batch is yielded: nobody waits for a
    lock while an index is being built. What changes meanwhile is in the outbox.
    """
    for kind, (model, query) in _VISIBLE.items():
        last = 0
        while rows := session.scalars(query().where(model.id > last).order_by(model.id).limit(BATCH)).all():
            last = rows[-1].id
            made = list(_made(rows, kind, today))
            session.expunge_all()
            session.rollback()
            yield from made
        session.rollback()


def dependent_keys(session: Session, keys: Iterable[Key]) -> set[Key]:
    """Return the records to look at again with these.

    The reports and files of a project repeat its title. The places and the agency of a project or programme may be
    new: they become public by what is done in them, not by an act of their own. What has a place or an agency
    repeats their names.
    """
    changed = list(keys)
    found = _named_after(session, changed)
    changed += found
    for model, kind in ((Project, RecordKind.PROJECT), (Programme, RecordKind.PROGRAMME)):
        ids = [key.record_id for key in changed if key.kind is kind]
        if not ids:
            continue
        for agency_id, path in session.execute(
            sa.select(model.agency_id, Division.path).outerjoin(model.division).where(model.id.in_(ids)).distinct()
        ):
            if agency_id is not None:
                found.add(Key(RecordKind.AGENCY, agency_id))
            codes = [code for code in (path or "").split("/") if code]
            places = session.scalars(sa.select(Division.id).where(Division.code.in_(codes)))
            found.update(Key(RecordKind.DIVISION, number) for number in places)
    projects = [key.record_id for key in changed if key.kind is RecordKind.PROJECT]
    programmes = [key.record_id for key in changed if key.kind is RecordKind.PROGRAMME]
    reports = session.scalars(sa.select(ProgressReport.id).where(ProgressReport.project_id.in_(projects)))
    files = session.scalars(
        sa.select(PublicDocument.id).where(
            sa.or_(PublicDocument.project_id.in_(projects), PublicDocument.programme_id.in_(programmes))
        )
    )
    found |= {Key(RecordKind.REPORT, number) for number in reports}
    return found | {Key(RecordKind.DOCUMENT, number) for number in files}


def _named_after(session: Session, keys: Iterable[Key]) -> set[Key]:
    """Return the records that carry the name of a changed place or agency."""
    places = [key.record_id for key in keys if key.kind is RecordKind.DIVISION]
    agencies = [key.record_id for key in keys if key.kind is RecordKind.AGENCY]
    if not places and not agencies:
        return set()
    paths = session.scalars(sa.select(Division.path).where(Division.id.in_(places))).all()
    within = sa.or_(sa.false(), *(Division.path.startswith(path, autoescape=True) for path in paths))
    below = sa.select(Division.id).where(within)
    found = {Key(RecordKind.DIVISION, number) for number in session.scalars(below)} if paths else set()
    found |= {
        Key(RecordKind.AGENCY, number)
        for number in session.scalars(sa.select(Agency.id).where(Agency.division_id.in_(below)))
    }
    for model, kind in _PLACED:
        rows = session.scalars(
            sa.select(model.id).where(sa.or_(model.division_id.in_(below), model.agency_id.in_(agencies)))
        )
        found.update(Key(kind, number) for number in rows)
    return found


_PLACED: tuple[tuple[Any, RecordKind], ...] = (
    (Project, RecordKind.PROJECT),
    (Programme, RecordKind.PROGRAMME),
    (Suggestion, RecordKind.SUGGESTION),
)


def ageing_projects() -> sa.Select[int]:
    """Return the query of the identities of projects whose document changes as days pass."""
    ended = (Stage.SUSPENDED, Stage.CANCELLED, Stage.IN_USE, Stage.AFTER_CARE)
    return (
        Project.visible_to_residents()
        .with_only_columns(Project.id)
        .where(Project.origin == Origin.OWN, Project.stage.not_in(ended))
    )


def _made(rows: Iterable[Any], kind: RecordKind, today: dt.date) -> Iterator[Document]:
    make = _MAKERS[kind]
    return (make(row, today) for row in rows)


def _project(project: Project, today: dt.date) -> Document:
    stands = standing(project, today)
    agency = project.agency
    units = (agency.name if agency else "", project.lead_unit_printed, project.owner_unit_printed)
    published = local_date(project.published_at) if project.published_at else None
    captions = [photo.caption for photo in project.photos if photo.is_visible_to_residents]
    text = (
        project.summary,
        "；".join(_target(indicator) for indicator in project.indicators if indicator.whole_id is None),
        project.quality_standard,
        project.location,
        project.stage_printed,
        stands.report.done if stands.report else "",
        *captions,
        *(document.title for document in project.documents if document.is_open),
        *(f"{problem.common.title} {problem.common.cause}" for problem in project.problems if problem.common),
    )
    posts = [f"{responsibility.post} {responsibility.name}" for responsibility in project.responsibilities]
    return Document(
        kind=RecordKind.PROJECT,
        record_id=project.id,
        slug=project.slug,
        title=project.title,
        text=_lines(*text),
        keywords=_lines(*posts, *project.themes, *_amounts(project), project.source_title or "", *_translated(project)),
        agency=agency.slug if agency else "",
        agency_name=_lines(*units),
        programme=project.programme.slug,
        programme_title=project.programme.title,
        year=project.year,
        category=project.category.value,
        category_words=CATEGORY_WORDS[project.category],
        stage=project.stage.value if project.stage else "",
        status=stands.status.value if stands.status else "",
        origin=project.origin.value,
        date=_compiled_date(project) if project.is_compiled else stands.as_of if stands.report else published,
        money_fen=project.planned_investment_fen
        if project.planned_investment_fen is not None
        else project.total_investment_fen,
        progress=float(stands.progress) if stands.progress is not None else None,
        **_place(project.division),
    )


def _translated(record: Translated) -> Iterator[str]:
    """Yield what a record carries in other languages; it is found by these words too."""
    for fields in (record.translations or {}).values():
        yield from fields.values()


def _amounts(record: Project | Programme) -> Iterator[str]:
    """Yield planned and total investment as people write them: 1240万元, and from a hundred million 1.32亿元."""
    for fen in (record.planned_investment_fen, record.total_investment_fen):
        if fen:
            yield f"{Decimal(fen) / 1_000_000:.2f}".rstrip("0").rstrip(".") + "万元"
            if fen >= 10_000_000_000:
                yield f"{Decimal(fen) / 10_000_000_000:.2f}".rstrip("0").rstrip(".") + "亿元"


def _report(report: ProgressReport, _today: dt.date) -> Document:
    project = report.project
    agency = project.agency
    month = report.month or ""
    captions = [photo.caption for photo in report.photos]
    return Document(
        kind=RecordKind.REPORT,
        record_id=report.id,
        slug=project.slug,
        title=f"{project.title} {month[:4]}年{int(month[5:])}月月报" if month else f"{project.title} 月报",
        text=_lines(report.done, report.difficulties, report.next_step, *captions),
        keywords=_lines(report.correction_reason, *(answer.explanation for answer in report.answers)),
        agency=agency.slug if agency else "",
        agency_name=agency.name if agency else "",
        programme=project.programme.slug,
        programme_title=project.programme.title,
        year=int(month[:4]) if month else project.year,
        category=project.category.value,
        category_words=CATEGORY_WORDS[project.category],
        stage=report.stage.value if report.stage else "",
        origin=project.origin.value,
        month=month,
        date=report.month_end,
        progress=float(report.physical_progress) if report.physical_progress is not None else None,
        parent=Key(RecordKind.PROJECT, project.id),
        **_place(project.division),
    )


def _programme(programme: Programme, _today: dt.date) -> Document:
    agency = programme.agency
    policy = (
        programme.policy_entitled,
        programme.policy_benefit,
        programme.policy_apply,
        programme.policy_contact,
    )
    investment = programme.planned_investment_fen
    return Document(
        kind=RecordKind.PROGRAMME,
        record_id=programme.id,
        slug=programme.slug,
        title=programme.title,
        text=_lines(programme.summary, *policy),
        keywords=_lines(programme.theme, *_amounts(programme), programme.source_title or "", *_translated(programme)),
        agency=agency.slug if agency else "",
        agency_name=agency.name if agency else "",
        programme=programme.slug,
        year=programme.year,
        origin=programme.origin.value,
        date=_compiled_date(programme),
        money_fen=investment if investment is not None else programme.total_investment_fen,
        **_place(programme.division),
    )


def _suggestion(suggestion: Suggestion, _today: dt.date) -> Document:
    agency, project = suggestion.agency, suggestion.project
    received = local_date(suggestion.received_at)
    return Document(
        kind=RecordKind.SUGGESTION,
        record_id=suggestion.id,
        slug=suggestion.number,
        title=suggestion.public_title,
        text=_lines(suggestion.public_words, suggestion.reply, suggestion.final_reply, suggestion.refusal_words),
        keywords=_lines(suggestion.number, project.title if project else ""),
        agency=agency.slug if agency else "",
        agency_name=agency.name if agency else "",
        year=received.year,
        category=project.category.value if project else "",
        category_words=CATEGORY_WORDS[project.category] if project else "",
        origin="own",
        date=received,
        **_place(suggestion.division),
    )


def _call(call: Call, _today: dt.date) -> Document:
    """Return the document of a round of asking: its own words, and the outcome of every group of ideas."""
    outcomes = [text for group in call.groups for text in (group.title, group.summary, group.reason)]
    return Document(
        kind=RecordKind.CALL,
        record_id=call.id,
        slug=call.slug,
        title=call.title,
        text=_lines(call.text, call.outcome_words, *outcomes),
        year=call.year or local_date(call.opens_at).year,
        origin="own",
        date=local_date(call.opens_at),
        **_place(call.division),
    )


def _division(division: Division, _today: dt.date) -> Document:
    return Document(
        kind=RecordKind.DIVISION,
        record_id=division.id,
        slug=division.code,
        title=division.name,
        text=division.full_name,
        keywords=_lines(division.code, *_translated(division)),
        **_place(division),
    )


def _agency(agency: Agency, _today: dt.date) -> Document:
    return Document(
        kind=RecordKind.AGENCY,
        record_id=agency.id,
        slug=agency.slug,
        title=agency.name,
        text=_lines(agency.duties, agency.desk_address),
        keywords=_lines(*_translated(agency)),
        agency=agency.slug,
        agency_name=agency.name,
        **_place(agency.division),
    )


def _public_document(file: PublicDocument, _today: dt.date) -> Document:
    """Return the document of a public file: its text page by page, pages parted so that each hit knows its own."""
    record, project = file.record, file.project
    agency = record.agency
    programme = project.programme if project else record
    pages = {page.number: page.text for page in file.pages}
    text = PAGE_BREAK.join(pages.get(number, "") for number in range(1, max(pages, default=0) + 1))
    published = local_date(file.published_at) if file.published_at else None
    return Document(
        kind=RecordKind.DOCUMENT,
        record_id=file.id,
        slug=str(file.id),
        title=file.title,
        text=text,
        keywords=_lines(record.title, file.type.extension, *DOCUMENT_KIND_WORDS[file.kind]),
        agency=agency.slug if agency else "",
        agency_name=agency.name if agency else "",
        programme=programme.slug,
        programme_title=programme.title,
        year=file.dated.year if file.dated else record.year,
        category=project.category.value if project else "",
        category_words=CATEGORY_WORDS[project.category] if project else "",
        origin=record.origin.value,
        date=file.dated or published,
        owner_title=record.title,
        has_pages=file.type.has_pages,
        parent=Key(RecordKind.PROJECT, project.id) if project else Key(RecordKind.PROGRAMME, record.id),
        **_place(record.division),
    )


def _place(division: Division | None) -> dict[str, Any]:
    """Return the fields of a document that say where."""
    if division is None:
        return {}
    return {
        "place_path": tuple(code for code in division.path.split("/") if code),
        "place_name": division.full_name,
        "is_invented": division.is_invented,
    }


def _target(indicator: Indicator) -> str:
    """Return an indicator as one reads it: name, comparator, target, unit."""
    target = f"{indicator.target:f}" if indicator.target is not None else ""
    return f"{indicator.name}{indicator.comparator}{target}{indicator.unit if target else ''}"


def _compiled_date(record: Project | Programme) -> dt.date | None:
    """Return the day a record's figures describe: its report month's end, else the end of its year."""
    if record.report_period:
        return month_end(record.report_period)
    return dt.date(record.year, 12, 31) if record.year else None


def _lines(*texts: str) -> str:
    return "\n".join(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _visible_projects() -> sa.Select[Any]:
    return Project.visible_to_residents().options(
        selectinload(Project.programme),
        selectinload(Project.division),
        selectinload(Project.agency),
        selectinload(Project.indicators),
        selectinload(Project.funding_lines),
        selectinload(Project.milestones),
        selectinload(Project.responsibilities),
        selectinload(Project.documents),
        selectinload(Project.photos),
        selectinload(Project.problems),
        selectinload(Project.reports).selectinload(ProgressReport.values),
    )


def _visible_documents() -> sa.Select[Any]:
    return PublicDocument.visible_to_residents().options(
        selectinload(PublicDocument.project).selectinload(Project.programme),
        selectinload(PublicDocument.programme),
        selectinload(PublicDocument.pages),
    )


def _visible_reports() -> sa.Select[Any]:
    # The one report of a compiled record is shown on the record itself and would only repeat it.
    return (
        ProgressReport.visible_to_residents()
        .where(~ProgressReport.is_compiled)
        .options(
            selectinload(ProgressReport.project).selectinload(Project.programme),
            selectinload(ProgressReport.photos),
            selectinload(ProgressReport.answers),
        )
    )


def _content(page: ContentPage, _today: dt.date) -> Document:
    """Return the document of a policy or a piece of news, found by its translation too."""
    text = page.public or page.newest
    translated = list(_translated(text))
    published = local_date(page.published_at) if page.published_at else None
    return Document(
        kind=RecordKind.CONTENT,
        record_id=page.id,
        slug=page.slug,
        title=text.title,
        text=markdown.to_text(text.body),
        keywords=_lines(*(markdown.to_text(given) for given in translated)),
        year=published.year if published else None,
        origin=Origin.OWN.value,
        date=published,
    )


_VISIBLE: dict[RecordKind, tuple[Any, Callable[[], sa.Select[Any]]]] = {
    RecordKind.PROJECT: (Project, _visible_projects),
    RecordKind.REPORT: (ProgressReport, _visible_reports),
    RecordKind.PROGRAMME: (Programme, Programme.visible_to_residents),
    RecordKind.SUGGESTION: (Suggestion, Suggestion.visible_to_residents),
    RecordKind.DIVISION: (Division, lambda: sa.select(Division)),
    RecordKind.AGENCY: (Agency, lambda: sa.select(Agency)),
    RecordKind.DOCUMENT: (PublicDocument, _visible_documents),
    RecordKind.CONTENT: (
        ContentPage,
        lambda: ContentPage.visible_to_residents().options(selectinload(ContentPage.versions)),
    ),
    RecordKind.CALL: (Call, lambda: Call.visible_to_residents().options(selectinload(Call.groups))),
}

_MAKERS: dict[RecordKind, Callable[[Any, dt.date], Document]] = {
    RecordKind.PROJECT: _project,
    RecordKind.REPORT: _report,
    RecordKind.PROGRAMME: _programme,
    RecordKind.SUGGESTION: _suggestion,
    RecordKind.DIVISION: _division,
    RecordKind.AGENCY: _agency,
    RecordKind.DOCUMENT: _public_document,
    RecordKind.CONTENT: _content,
    RecordKind.CALL: _call,
}

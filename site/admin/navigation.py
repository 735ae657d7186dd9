"""What every page of this face shows around its content: where one may go, and who is signed in."""

from typing import NamedTuple, cast

from flask import g, request, url_for

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.editorial.reviewed import PUBLISHED_BY
from pages.language import gettext as _
from pages.language import site_title

UNDIVIDED = frozenset({"admin.content", "admin.settings"})
"""Parts that only a role without limits opens."""


PAPER_PARTS = ("paper", "paper_batches", "paper_entry", "answer_import")
"""Parts that belong to the surveys."""
CASE_PARTS = ("entry", "import", "photos", "sheets", "words")
"""Parts that belong to the cases."""


FLAT = 8
"""With so many entries at most, the menu is one row of them; with more, they stand in groups."""


class Item(NamedTuple):
    """One entry of the menu; that of a group leads to the first of its ``parts``."""

    label: str
    url: str
    current: bool
    parts: "tuple[Item, ...]" = ()


class Part(NamedTuple):
    """A part of the desk: what it is called, where it begins, and any of which rights opens it."""

    label: str
    name: str
    permissions: tuple[Permission, ...]


def names() -> dict[str, object]:
    """Return the names the layout and the staff's templates read."""
    member = g.get("staff")
    signed_in = g.get("staff_session")
    is_inside = signed_in is not None and not signed_in.awaits_factor
    menu = _menu() if is_inside else []
    return {
        "site_name": _("%(site)s 工作台", site=site_title()),
        "home_url": url_for("admin.desk.index"),
        "navigation": menu,
        "neighbours": next((item.parts for item in menu if item.current), ()),
        "search_url": None,
        "footer_links": [],
        "member": member if is_inside else None,
        "Permission": Permission,
    }


def _menu() -> list[Item]:
    """Return what the roles of whoever is signed in open: in one row, or in groups where it is much."""
    here = _here()
    groups = [
        (label, [_item(part, here) for part in parts if any(_opens(part.name, right) for right in part.permissions)])
        for label, parts in _groups()
    ]
    if sum(len(items) for _label, items in groups) <= FLAT:
        return [item for _label, items in groups for item in items]
    return [_group(label, items) for label, items in groups if items]


def _item(part: Part, here: str) -> Item:
    return Item(part.label, url_for(f"{part.name}.index"), part.name == here)


def _group(label: str, items: list[Item]) -> Item:
    """Return a group as an entry; a group of one is its entry."""
    if len(items) == 1:
        return items[0]
    return Item(label, items[0].url, any(item.current for item in items), tuple(items))


def _groups() -> list[tuple[str, list[Part]]]:
    """Return all parts of the desk in the groups of the menu."""
    case_rights = (Permission.REVIEW_SUGGESTION, Permission.HANDLE_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
    file_rights = (Permission.WRITE_REPORT, Permission.EDIT_PROJECT, Permission.PUBLISH_REPORT)
    return [
        (_("今日"), [Part(_("今日"), "admin.desk", (Permission.SEE_DESK,))]),
        (
            _("项目"),
            [
                Part(_("月报"), "admin.reports", (Permission.WRITE_REPORT, Permission.PUBLISH_REPORT)),
                Part(_("审核公示"), "admin.review_queue", tuple(PUBLISHED_BY.values())),
                Part(_("项目"), "admin.projects", (Permission.PROPOSE_PROJECT,)),
                Part(_("表格导入"), "admin.table_import", (Permission.WRITE_REPORT,)),
                Part(_("公开文件"), "admin.documents", file_rights),
                Part(_("公示牌"), "admin.boards", (Permission.EDIT_PROJECT,)),
                Part(_("译文"), "admin.translations", (Permission.EDIT_PROJECT,)),
            ],
        ),
        (
            _("督查"),
            [
                Part(_("一年的日历"), "admin.calendar", (Permission.PROPOSE_PROJECT, Permission.KEEP_LEDGER)),
                Part(_("问题清单"), "admin.problems", (Permission.WORK_ON_PROBLEM, Permission.KEEP_LEDGER)),
                Part(_("回头看"), "admin.lookbacks", (Permission.KEEP_LEDGER,)),
                Part(_("建成项目检查"), "admin.inspections", (Permission.KEEP_LEDGER,)),
                Part(_("约谈名单"), "admin.summonses", (Permission.KEEP_LEDGER,)),
                Part(_("通报"), "admin.bulletins", (Permission.KEEP_LEDGER,)),
            ],
        ),
        (
            _("来件"),
            [
                Part(_("来件"), "admin.suggestions", case_rights),
                Part(_("征集"), "admin.calls", (Permission.RUN_CALL, Permission.REVIEW_SUGGESTION)),
                Part(_("群众监督员"), "admin.monitors", (Permission.EDIT_PROJECT,)),
            ],
        ),
        (
            _("调查"),
            [
                Part(_("问卷设计"), "admin.questionnaires", (Permission.RUN_SURVEY,)),
                Part(_("调查"), "admin.surveys", (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)),
                Part(_("打调查电话"), "admin.call_sheets", (Permission.MAKE_CALLS,)),
                Part(_("年度考核"), "admin.assessments", (Permission.ASSESS,)),
                Part(_("考核办法"), "admin.schemes", (Permission.ASSESS,)),
            ],
        ),
        (
            _("本站"),
            [
                Part(_("搜索"), "admin.search", (Permission.TEND_SEARCH,)),
                Part(_("导出"), "admin.exports", (Permission.PROPOSE_PROJECT, Permission.WRITE_REPORT, *case_rights)),
                Part(_("公示日志"), "admin.journal", (Permission.SEE_JOURNAL,)),
                Part(_("政策和新闻"), "admin.content", (Permission.EDIT_CONTENT,)),
                Part(_("人员"), "admin.staff", (Permission.MANAGE_STAFF,)),
                Part(_("设置"), "admin.settings", (Permission.CHANGE_SETTINGS,)),
            ],
        ),
    ]


def _here() -> str:
    """Return the part that the page belongs to."""
    blueprint = request.blueprint or ""
    return {
        "admin.publishing": "admin.reports",
        "admin.report_grid": "admin.reports",
        "admin.proposals": "admin.projects",
        "admin.oc4ids": "admin.table_import",
        "admin.problem_cures": "admin.problems",
        "admin.common_problems": "admin.problems",
        "admin.targets": "admin.calendar",
        "admin.quarantine": "admin.suggestions",
        "admin.questions": "admin.questionnaires",
        "admin.survey_exports": "admin.surveys",
        "admin.samples": "admin.surveys",
        "admin.sample_frames": "admin.surveys",
        **({} if _opens("admin.call_sheets", Permission.MAKE_CALLS) else {"admin.call_sheets": "admin.surveys"}),
        **dict.fromkeys((f"admin.{one}" for one in PAPER_PARTS), "admin.surveys"),
        **dict.fromkeys((f"admin.case_{one}" for one in CASE_PARTS), "admin.suggestions"),
    }.get(blueprint, blueprint)


def _opens(part: str, permission: Permission) -> bool:
    """Whether a role of whoever is signed in opens a part; some belong to the whole installation."""
    member = cast("StaffMember", g.staff)
    return member.may_on(permission, None, None) if part in UNDIVIDED else member.may(permission)

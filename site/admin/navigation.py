"""What every page of this face shows around its content: where one may go, and who is signed in."""

from typing import NamedTuple, cast

from flask import g, request, url_for

from minsheng.staff import Permission, StaffMember
from pages.language import gettext as _
from pages.language import site_title

UNDIVIDED = frozenset({"admin.content", "admin.settings"})
"""Parts that only a role without limits opens."""


PAPER_PARTS = ("paper", "paper_batches", "paper_entry", "answer_import")
"""Parts that belong to the surveys."""
CASE_PARTS = ("entry", "import", "photos", "sheets", "words")
"""Parts that belong to the cases."""


class Item(NamedTuple):
    """One entry of the menu."""

    label: str
    url: str
    current: bool


def names() -> dict[str, object]:
    """Return the names the layout and the staff's templates read."""
    member = g.get("staff")
    signed_in = g.get("staff_session")
    is_inside = signed_in is not None and not signed_in.awaits_factor
    return {
        "site_name": _("%(site)s 工作台", site=site_title()),
        "home_url": url_for("admin.desk.index"),
        "navigation": _items() if is_inside else [],
        "search_url": None,
        "footer_links": [],
        "member": member if is_inside else None,
        "Permission": Permission,
    }


def _items() -> list[Item]:
    """Return the parts of the desk that the roles of whoever is signed in open."""
    parts: tuple[tuple[str, str, tuple[Permission, ...]], ...] = (
        (_("今日"), "admin.desk", (Permission.SEE_DESK,)),
        (_("一年的日历"), "admin.calendar", (Permission.PROPOSE_PROJECT, Permission.KEEP_LEDGER)),
        (_("项目"), "admin.projects", (Permission.PROPOSE_PROJECT,)),
        (_("月报"), "admin.reports", (Permission.WRITE_REPORT, Permission.PUBLISH_REPORT)),
        (_("表格导入"), "admin.table_import", (Permission.WRITE_REPORT,)),
        (
            _("公开文件"),
            "admin.documents",
            (Permission.WRITE_REPORT, Permission.EDIT_PROJECT, Permission.PUBLISH_REPORT),
        ),
        (_("问题清单"), "admin.problems", (Permission.WORK_ON_PROBLEM, Permission.KEEP_LEDGER)),
        (_("回头看"), "admin.lookbacks", (Permission.KEEP_LEDGER,)),
        (_("建成项目检查"), "admin.inspections", (Permission.KEEP_LEDGER,)),
        (_("约谈名单"), "admin.summonses", (Permission.KEEP_LEDGER,)),
        (_("通报"), "admin.bulletins", (Permission.KEEP_LEDGER,)),
        (_("公示牌"), "admin.boards", (Permission.EDIT_PROJECT,)),
        (_("译文"), "admin.translations", (Permission.EDIT_PROJECT,)),
        (
            _("来件"),
            "admin.suggestions",
            (Permission.REVIEW_SUGGESTION, Permission.HANDLE_SUGGESTION, Permission.SUPERVISE_SUGGESTION),
        ),
        (_("征集"), "admin.calls", (Permission.RUN_CALL, Permission.REVIEW_SUGGESTION)),
        (_("群众监督员"), "admin.monitors", (Permission.EDIT_PROJECT,)),
        (_("问卷设计"), "admin.questionnaires", (Permission.RUN_SURVEY,)),
        (_("群众监督员"), "admin.monitors", (Permission.EDIT_PROJECT,)),
        (_("调查"), "admin.surveys", (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)),
        (_("打调查电话"), "admin.call_sheets", (Permission.MAKE_CALLS,)),
        (_("年度考核"), "admin.assessments", (Permission.ASSESS,)),
        (_("考核办法"), "admin.schemes", (Permission.ASSESS,)),
        (_("搜索"), "admin.search", (Permission.TEND_SEARCH,)),
        (
            _("导出"),
            "admin.exports",
            (
                Permission.PROPOSE_PROJECT,
                Permission.WRITE_REPORT,
                Permission.REVIEW_SUGGESTION,
                Permission.HANDLE_SUGGESTION,
                Permission.SUPERVISE_SUGGESTION,
            ),
        ),
        (_("公示日志"), "admin.journal", (Permission.SEE_JOURNAL,)),
        (_("政策和新闻"), "admin.content", (Permission.EDIT_CONTENT,)),
        (_("人员"), "admin.staff", (Permission.MANAGE_STAFF,)),
        (_("设置"), "admin.settings", (Permission.CHANGE_SETTINGS,)),
    )
    here = {
        "admin.publishing": "admin.reports",
        "admin.proposals": "admin.projects",
        "admin.oc4ids": "admin.table_import",
        "admin.problem_cures": "admin.problems",
        "admin.targets": "admin.calendar",
        "admin.quarantine": "admin.suggestions",
        "admin.questions": "admin.questionnaires",
        "admin.survey_exports": "admin.surveys",
        "admin.samples": "admin.surveys",
        "admin.sample_frames": "admin.surveys",
        **dict.fromkeys((f"admin.{one}" for one in PAPER_PARTS), "admin.surveys"),
        **dict.fromkeys((f"admin.case_{one}" for one in CASE_PARTS), "admin.suggestions"),
    }.get(request.blueprint or "", request.blueprint)
    return [
        Item(label, url_for(f"{part}.index"), here == part)
        for label, part, permissions in parts
        if any(_opens(part, permission) for permission in permissions)
    ]


def _opens(part: str, permission: Permission) -> bool:
    """Whether a role of whoever is signed in opens a part; some belong to the whole installation."""
    member = cast("StaffMember", g.staff)
    return member.may_on(permission, None, None) if part in UNDIVIDED else member.may(permission)

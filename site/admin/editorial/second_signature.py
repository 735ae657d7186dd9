"""What every page on which a second person decides has in common: remarks, a time to publish at, and what failed."""

from typing import Any

from admin.access import current_staff
from admin.editorial.report_forms import TimeForm
from admin.records.part_rows import proposal_title
from minsheng.clock import LOCAL_ZONE
from minsheng.database import db
from minsheng.editorial import applying, reporting, review_comments, reviewed, timed_publishing
from minsheng.editorial.content_pages import ContentPage
from minsheng.editorial.proposals import Proposal, ProposalAction
from minsheng.editorial.reviewed import PUBLISHED_BY, WRITTEN_BY, Reviewed
from minsheng.editorial.timed_publishing import TimedPublication
from minsheng.errors import WrongStateError
from minsheng.records.reports import ProgressReport
from pages import formats
from pages.forms import Form
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import ngettext, plain_record_text
from pages.services import services

FAILURES = {
    timed_publishing.CHANGED: _l("签完以后内容又改过，要重新看一遍。"),
    "wrong_state": _l("签完以后状态变了，要重新看一遍。"),
    "not_allowed": _l("签的人已经没有公示的权限（停用了，或者换了岗）。"),
    "own_work": _l("签的人后来也改过，成了作者，要由另一位同事公示。"),
    "unanswered_checks": _l("多了没有说明的数据提醒，请退回说明。"),
    "changed_meanwhile": _l("提交以后，别人先改了同样的内容，前后对不上。"),
    "invalid_values": _l("里面引用的内容没有了，或者和后来的内容对不上。"),
    "incomplete": _l("公示前要填的还没有填全。"),
    "below_standard": _l("年终验收没有达到质量标准。"),
    "reason_required": _l("没有写公开的原因。"),
}
"""What stood against a publication at its time, for those who must do something about it."""


def failure_words(timed: TimedPublication) -> str:
    """Return why a publication at its time did not happen, and what to do."""
    return str(FAILURES.get(timed.failure, _("到时候公示不了，请打开重新看一遍。")))


def title_of(about: Reviewed) -> str:
    """Return what waits, in a line."""
    if isinstance(about, ProgressReport):
        title = plain_record_text(about.project.title)
        return _("%(title)s（%(month)s）", title=title, month=formats.month(about.month or ""))
    if isinstance(about, Proposal):
        return f"{plain_record_text(about.project.title)} · {proposal_title(about)}"
    return plain_record_text(about.newest.title)


def endpoint_of(about: Reviewed) -> tuple[str, dict[str, Any]]:
    """Return endpoint and values of the page on which a record is decided."""
    if isinstance(about, ProgressReport):
        return "admin.publishing.show", {"report_id": about.id}
    if isinstance(about, Proposal):
        return "admin.proposals.show", {"proposal_id": about.id}
    return "admin.content.show", {"page_id": about.id, "version": about.submitted_number}


def obstacle(about: Reviewed) -> str:
    """Return in words what must be looked at before a record is published with others; empty for nothing."""
    if isinstance(about, ProgressReport):
        unexplained = reporting.unexplained(about, reporting.findings_of(about))
        if unexplained:
            return ngettext(
                "还有 %(num)s 条数据提醒没有公开说明", "还有 %(num)s 条数据提醒没有公开说明", len(unexplained)
            )
    if isinstance(about, Proposal) and (words := _of_proposal(about)):
        return words
    remarks = review_comments.open_comments(db.session(), about)
    if remarks:
        return ngettext("还有 %(num)s 条审核意见没有处理", "还有 %(num)s 条审核意见没有处理", len(remarks))
    return ""


def _of_proposal(proposal: Proposal) -> str:
    if proposal.action in {ProposalAction.REMOVE, ProposalAction.WITHDRAW}:
        return _("要拿掉公示过的内容，请打开看过再定")
    if applying.conflicts(db.session(), proposal):
        return _("提交以后别人改过同样的内容")
    if proposal.action is ProposalAction.PUBLISH and proposal.project.missing_for_publication():
        return _("公示前要填的还没有填全")
    return ""


def sign_for_later(about: Reviewed, form: TimeForm) -> bool:
    """Sign a record for the time that was chosen; return whether the time will do, else the form says why not.

    The caller commits. Raises ``WrongStateError`` where the record is not the one that was read, and as
    ``timed_publishing.schedule``.
    """
    if not form.validate_on_submit() or form.due_at.data is None:
        return False
    if form.version.data != str(reviewed.version_of(about)):
        raise WrongStateError("publish", "changed")
    known = services()
    due_at = form.due_at.data.replace(tzinfo=LOCAL_ZONE)
    try:
        timed_publishing.schedule(
            db.session(), about, current_staff(), due_at, known.clock(), one_person_mode=known.one_person_mode
        )
    except ValueError:
        form.due_at.errors = [_("请选以后的时间，最晚三个月内")]
        return False
    return True


def call_off(about: Reviewed) -> bool:
    """Cancel the publication a record waits for, on behalf of whoever is signed in; return whether there was one."""
    return timed_publishing.call_off(db.session(), about, current_staff(), services().clock())


def reason_from_remarks(about: Reviewed, form: Form, name: str) -> None:
    """Let the open remarks be the reason of returning where none was typed."""
    field = form[name]
    remarks = review_comments.open_comments(db.session(), about)
    if remarks and not (field.data or "").strip():
        count = ngettext("见 %(num)s 条审核意见。", "见 %(num)s 条审核意见。", len(remarks))
        field.process(None, count)
        field.raw_data = [count]


def deciding(about: Reviewed, time_form: TimeForm | None = None) -> dict[str, Any]:
    """Return what whoever is here may do about a record that waits, and what was remarked and set to a time."""
    member, session = current_staff(), db.session()
    is_own = reviewed.is_work_of(about, member)
    may_publish = reviewed.waits(about) and reviewed.may(member, PUBLISHED_BY, about)
    remarks = review_comments.by_field(session, about)
    failed = timed_publishing.last_failure(session, about)
    one_person_mode = services().one_person_mode
    return {
        "is_own": is_own,
        "may_publish": may_publish,
        "may_remark": may_publish and not is_own,
        "may_answer": reviewed.may(member, WRITTEN_BY, about) and is_own,
        "blocked_as_own": is_own and not one_person_mode,
        "one_person": is_own and one_person_mode,
        "remarks": remarks,
        "open_remarks": [one for several in remarks.values() for one in several if one.is_open],
        "timed": timed_publishing.waiting_for(session, about),
        "failed": failed,
        "failed_because": failure_words(failed) if failed else "",
        "time_form": time_form or TimeForm(formdata=None, data={"version": str(reviewed.version_of(about))}),
        "is_page": isinstance(about, ContentPage),
    }

"""What waits for a second person — reports, changes to projects, pages — and signing many at once, now or for later."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateTimeLocalField
from wtforms.validators import Optional

from admin.access import current_staff, needs
from admin.editorial import second_signature
from minsheng.accounts.staff import Permission
from minsheng.clock import LOCAL_ZONE
from minsheng.database import db
from minsheng.desk import desk_proposals, desk_reports
from minsheng.editorial import content_pages, review_acts, reviewed, timed_publishing
from minsheng.editorial.content_pages import ContentPage
from minsheng.editorial.proposals import Proposal
from minsheng.editorial.reviewed import PUBLISHED_BY, Reviewed
from minsheng.errors import DomainError, WrongStateError
from minsheng.records.reports import ProgressReport
from pages.error_messages import message_of
from pages.forms import Form
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import ngettext
from pages.services import services

blueprint = Blueprint("review_queue", __name__, url_prefix="/publishing")
PERMISSIONS = tuple(PUBLISHED_BY.values())
UNREADABLE = 422
PAGE = 50
MOST_AT_ONCE = 100
LATER = "later"
KINDS: dict[str, type[Any]] = {"report": ProgressReport, "proposal": Proposal, "page": ContentPage}


class ManyForm(Form):
    """When the chosen ones are to become public, where that is not now."""

    due_at = DateTimeLocalField(_l("什么时间公示"), validators=[Optional()])


@blueprint.get("/")
@needs(*PERMISSIONS)
def index() -> ResponseReturnValue:
    """List the reports, the changes to projects and the pages that wait for a second person, one's own apart."""
    return _page(ManyForm(formdata=None))


@blueprint.post("/many")
@needs(*PERMISSIONS)
def sign_many() -> ResponseReturnValue:
    """Publish or sign for later what was chosen, each by itself: one that cannot be stops none of the others."""
    form = ManyForm()
    form.validate()
    is_later = request.form.get("then") == LATER
    if is_later and form.due_at.data is None:
        form.due_at.errors = [*form.due_at.errors, _("请选公示的日期和时间")][:1]
        return _page(form), UNREADABLE
    due_at = form.due_at.data.replace(tzinfo=LOCAL_ZONE) if is_later and form.due_at.data else None
    if due_at is not None and not services().clock() < due_at <= services().clock() + timed_publishing.FARTHEST:
        form.due_at.errors = [_("请选以后的时间，最晚三个月内")]
        return _page(form), UNREADABLE
    done, refused = 0, list[tuple[str, str]]()
    for kind, number, version in _chosen():
        about: Reviewed | None = db.session.get(KINDS[kind], number)
        if about is None or not reviewed.may(current_staff(), PUBLISHED_BY, about) or _is_foreign(about):
            continue
        name = second_signature.title_of(about)
        try:
            why = second_signature.obstacle(about)
            if not why:
                _sign(about, version, due_at)
                db.session.commit()
                done += 1
        except DomainError as error:
            why = message_of(error)
        if why:
            db.session.rollback()
            refused.append((name, why))
    _tell(done, refused, is_later=is_later)
    return redirect(url_for(".index"))


def _chosen() -> list[tuple[str, int, str]]:
    """Return kind, number and version of what was chosen; what is no such thing is left out."""
    found = []
    for kind in KINDS:
        for value in request.form.getlist(kind):
            number, _colon, version = value.partition(":")
            if number.isdecimal() and len(number) < 12:
                found.append((kind, int(number), version))
    return found[:MOST_AT_ONCE]


def _is_foreign(about: Reviewed) -> bool:
    """Whether a report was compiled from others' notices, which nobody here signs."""
    return isinstance(about, ProgressReport) and about.is_compiled


def _sign(about: Reviewed, version: str, due_at: Any) -> None:
    """Publish the version that was read, or sign it for later; what waited for its time is called off."""
    if version != str(reviewed.version_of(about)):
        raise WrongStateError("publish", "changed")
    known, member = services(), current_staff()
    at, alone = known.clock(), known.one_person_mode
    if due_at is not None:
        timed_publishing.schedule(db.session(), about, member, due_at, at, one_person_mode=alone)
        return
    second_signature.call_off(about)
    review_acts.publish(db.session(), about, member, at, one_person_mode=alone)


def _tell(done: int, refused: list[tuple[str, str]], *, is_later: bool) -> None:
    if done and is_later:
        flash(ngettext("已签 %(num)s 份，到时候自动公示。", "已签 %(num)s 份，到时候自动公示。", done), "good")
    elif done:
        flash(ngettext("已公示 %(num)s 份。", "已公示 %(num)s 份。", done), "good")
    for name, why in refused:
        flash(_("没有公示：%(name)s。%(why)s", name=name, why=why), "error")
    if not done and not refused:
        flash(_("一份也没有选，什么都没有公示。"), "warning")


def _page(form: ManyForm) -> str:
    member, session = current_staff(), db.session()
    number = max(request.args.get("page", 1, type=int), 1)
    count, waiting = desk_reports.to_publish(session, member, PAGE, (number - 1) * PAGE)
    proposal_count, proposals = 0, None
    if member.may(Permission.EDIT_PROJECT):
        proposal_count, proposals = desk_proposals.waiting(session, member, PAGE)
    pages = content_pages.waiting(session) if member.may_on(Permission.EDIT_CONTENT, None, None) else None
    own = desk_reports.own_waiting(session, member, PAGE)
    listed: list[Reviewed] = [*waiting, *(proposals or ()), *(pages or ())]
    ticked = {f"{kind}:{value.partition(':')[0]}" for kind in KINDS for value in request.form.getlist(kind)}
    return render_template(
        "admin/review_queue/index.html",
        form=form,
        waiting=waiting,
        count=count,
        page=number,
        last_page=max(-(-count // PAGE), 1),
        own=own,
        proposals=proposals,
        proposal_count=proposal_count,
        pages=[one for one in pages if not reviewed.is_work_of(one, member)] if pages is not None else None,
        own_pages=[one for one in pages or () if reviewed.is_work_of(one, member)],
        timed=timed_publishing.waiting_by_record(session, [*listed, *own]),
        identity=reviewed.identity,
        version_of=reviewed.version_of,
        obstacles={reviewed.identity(one): second_signature.obstacle(one) for one in listed},
        ticked=ticked,
        may_reports=member.may(Permission.PUBLISH_REPORT),
    )

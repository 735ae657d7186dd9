"""Policies and news: written in versions, looked at before they are published, withdrawn with a reason."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import selectinload
from wtforms import HiddenField, SelectField, StringField, TextAreaField

from admin.access import current_staff, needs
from admin.editorial import second_signature
from admin.editorial.report_forms import TimeForm
from admin.editorial.word_differences import Piece, pieces
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.editorial import content_pages, markdown, timed_publishing
from minsheng.editorial.content_pages import (
    LONGEST_BODY,
    LONGEST_REASON,
    LONGEST_TITLE,
    ContentKind,
    ContentPage,
    ContentVersion,
)
from minsheng.errors import AddressTakenError, ChangedMeanwhileError, InvalidAddressError, NotAllowedError
from pages.forms import Form, length, required, word_choices
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("content", __name__, url_prefix="/content")
UNREADABLE, CONFLICT = 422, 409


class TextForm(Form):
    """The text of a page, in Chinese and, where there is one, in English."""

    title = StringField(_l("标题"), validators=[required(_l("请填标题")), length(most=LONGEST_TITLE)])
    body = TextAreaField(_l("正文"), validators=[required(_l("请写正文")), length(most=LONGEST_BODY)])
    title_en = StringField(_l("英文标题"), validators=[length(most=LONGEST_TITLE)])
    body_en = TextAreaField(_l("英文正文"), validators=[length(most=LONGEST_BODY)])
    seen = HiddenField()

    @property
    def translations(self) -> dict[str, dict[str, str]]:
        """What was typed in English."""
        return {"en": {"title": self.title_en.data or "", "body": self.body_en.data or ""}}


class NewForm(TextForm):
    """A new page."""

    kind = SelectField(_l("放在哪里"), choices=word_choices(ContentKind), validators=[required()])
    slug = StringField(_l("网址名"), validators=[required(_l("请填网址名")), length(most=80)])


class WithdrawForm(Form):
    """Why a page is taken back."""

    reason = StringField(_l("为什么撤下"), validators=[required(_l("请写明原因")), length(most=LONGEST_REASON)])


class ReturnForm(Form):
    """What its author must put right."""

    return_reason = StringField(
        _l("退回原因"), validators=[required(_l("请写明要改什么")), length(most=LONGEST_REASON)]
    )


class ActForm(Form):
    """A button."""


@blueprint.before_request
def require_all() -> None:
    """Pages are those of the whole installation: a role that is limited to a part writes none."""
    if not current_staff().may_on(Permission.EDIT_CONTENT, None, None):
        raise NotAllowedError


@blueprint.get("/")
@needs(Permission.EDIT_CONTENT)
def index() -> str:
    """List all pages, the one written last first."""
    query = sa.select(ContentPage).options(selectinload(ContentPage.versions))
    pages = sorted(db.session.scalars(query), key=lambda page: page.newest.written_at, reverse=True)
    returned = content_pages.returned_to(db.session(), current_staff())
    is_narrowed = request.args.get("show") == "returned"
    return render_template(
        "admin/content/index.html", pages=returned if is_narrowed else pages, returned=returned, is_narrowed=is_narrowed
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(Permission.EDIT_CONTENT)
def new() -> ResponseReturnValue:
    """Write a new page; nothing is public yet."""
    form = NewForm(seen="0")
    if not form.validate_on_submit() or _is_preview():
        return _writing(form, None)
    try:
        page = content_pages.begin(
            db.session(), ContentKind(form.kind.data), (form.slug.data or "").strip(), current_staff()
        )
        _write(page, form)
    except (InvalidAddressError, AddressTakenError) as error:
        db.session.rollback()
        taken = isinstance(error, AddressTakenError)
        words = (
            _("这个网址名已经用过，请换一个") if taken else _("网址名只用字母、数字，中间可以有横线，最多 80 个字符")
        )
        form.slug.errors = [words]
        return _writing(form, None)
    db.session.commit()
    flash(_("已存为草稿。看过没有问题，再公示。"), "good")
    return redirect(url_for(".show", page_id=page.id))


@blueprint.get("/<int:page_id>")
@needs(Permission.EDIT_CONTENT)
def show(page_id: int) -> str:
    """Show a page as residents will read it, its versions, and what may be done."""
    return _shown(_page(page_id), WithdrawForm(formdata=None))


@blueprint.route("/<int:page_id>/edit", methods=["GET", "POST"])
@needs(Permission.EDIT_CONTENT)
def edit(page_id: int) -> ResponseReturnValue:
    """Write the next version of a page."""
    page = _page(page_id)
    if request.method == "GET":
        return _writing(TextForm(formdata=None, data=_typed(page.newest)), page)
    form = TextForm()
    if not form.validate() or _is_preview():
        return _writing(form, page)
    try:
        _write(page, form)
    except ChangedMeanwhileError:
        db.session.rollback()
        page = _page(page_id)
        form.seen.data = str(page.newest.number)
        return _writing(form, page, meanwhile=page.newest)
    db.session.commit()
    flash(_("新的一版已存好，居民还看不到。"), "good")
    return redirect(url_for(".show", page_id=page.id))


@blueprint.post("/<int:page_id>/publish/<int:number>")
@needs(Permission.EDIT_CONTENT)
def publish(page_id: int, number: int) -> ResponseReturnValue:
    """Let residents read one version."""
    page = _page(page_id)
    second_signature.call_off(page)
    content_pages.publish(
        db.session(), page, number, current_staff(), services().clock(), one_person_mode=services().one_person_mode
    )
    db.session.commit()
    flash(_("已公示，公开的变更记录里也记下了。"), "good")
    return redirect(url_for(".show", page_id=page.id))


@blueprint.post("/<int:page_id>/submit/<int:number>")
@needs(Permission.EDIT_CONTENT)
def submit(page_id: int, number: int) -> ResponseReturnValue:
    """Hand one version to a second person."""
    page, at = _page(page_id), services().clock()
    timed_publishing.overtake(db.session(), page, at)
    content_pages.submit(db.session(), page, number, current_staff(), at)
    db.session.commit()
    flash(_("已提交，等另一位同事看过再公示。"), "good")
    return redirect(url_for(".show", page_id=page_id, version=number))


@blueprint.post("/<int:page_id>/return")
@needs(Permission.EDIT_CONTENT)
def send_back(page_id: int) -> ResponseReturnValue:
    """Return the version that waits to its author, with a reason."""
    page, form = _page(page_id), ReturnForm()
    second_signature.reason_from_remarks(page, form, "return_reason")
    if not form.validate():
        return _shown(page, WithdrawForm(formdata=None), form), UNREADABLE
    second_signature.call_off(page)
    content_pages.send_back(db.session(), page, form.return_reason.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已退回，写的同事会看到原因。"), "good")
    return redirect(url_for(".show", page_id=page_id))


@blueprint.post("/<int:page_id>/time")
@needs(Permission.EDIT_CONTENT)
def publish_later(page_id: int) -> ResponseReturnValue:
    """Sign the version that waits now, to become public at a chosen time."""
    page, form = _page(page_id), TimeForm()
    if not second_signature.sign_for_later(page, form):
        return _shown(page, WithdrawForm(formdata=None), time_form=form), UNREADABLE
    db.session.commit()
    flash(_("到时候会自动公示；在那之前随时可以取消。"), "good")
    return redirect(url_for(".show", page_id=page_id, version=page.submitted_number))


@blueprint.post("/<int:page_id>/time/cancel")
@needs(Permission.EDIT_CONTENT)
def cancel_time(page_id: int) -> ResponseReturnValue:
    """Call off the publication a page waits for."""
    page = _page(page_id)
    was_waiting = second_signature.call_off(page)
    db.session.commit()
    if was_waiting:
        flash(_("已取消定时公示，这一版还在等审核。"), "good")
    else:
        flash(_("这一页没有在等定时公示。"), "warning")
    return redirect(url_for(".show", page_id=page_id, version=page.submitted_number))


@blueprint.post("/<int:page_id>/withdraw")
@needs(Permission.EDIT_CONTENT)
def withdraw(page_id: int) -> ResponseReturnValue:
    """Take a page back; its title and the reason stay."""
    page, form = _page(page_id), WithdrawForm()
    if not form.validate():
        return _shown(page, form), UNREADABLE
    content_pages.withdraw(db.session(), page, form.reason.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已撤下，原来的网址上写着原因。"), "good")
    return redirect(url_for(".show", page_id=page.id))


@blueprint.post("/<int:page_id>/discard")
@needs(Permission.EDIT_CONTENT)
def discard(page_id: int) -> ResponseReturnValue:
    """Throw away a page that never was public."""
    content_pages.discard(db.session(), _page(page_id), current_staff())
    db.session.commit()
    flash(_("草稿已丢弃。"), "good")
    return redirect(url_for(".index"))


def _is_preview() -> bool:
    """Whether the button for a look was pressed, which keeps nothing."""
    return request.form.get("step") == "preview"


def _write(page: ContentPage, form: TextForm) -> None:
    seen = form.seen.data or ""
    content_pages.write(
        db.session(),
        page,
        form.title.data or "",
        form.body.data or "",
        current_staff(),
        services().clock(),
        translations=form.translations,
        seen=int(seen) if seen.isdecimal() and len(seen) < 7 else -1,
    )


def _typed(version: ContentVersion) -> dict[str, Any]:
    """Return what the form holds for the version somebody goes on from."""
    return {
        "title": version.title,
        "body": version.body,
        "title_en": version.in_language("title", "en"),
        "body_en": version.in_language("body", "en"),
        "seen": version.number,
    }


def _writing(
    form: TextForm, page: ContentPage | None, *, meanwhile: ContentVersion | None = None
) -> ResponseReturnValue:
    """Show the form, with the text as it will look where somebody asked for a look."""
    looks = form.is_submitted() and not form.errors and _is_preview()
    answer = render_template(
        "admin/content/write.html",
        form=form,
        page=page,
        meanwhile=meanwhile,
        looks=[
            (title, Markup(markdown.to_html(body)))  # noqa: S704 - made safe by minsheng.editorial.markdown
            for title, body in ((form.title.data, form.body.data), (form.title_en.data, form.body_en.data))
            if looks and body
        ],
    )
    status = CONFLICT if meanwhile else UNREADABLE if form.errors else None
    return (answer, status) if status else answer


def _shown(
    page: ContentPage,
    form: WithdrawForm,
    return_form: ReturnForm | None = None,
    time_form: TimeForm | None = None,
) -> str:
    asked = request.args.get("version", type=int)
    if time_form is not None or return_form is not None:
        asked = page.submitted_number
    version = next((one for one in page.versions if one.number == asked), page.newest)
    return render_template(
        "admin/content/show.html",
        page=page,
        version=version,
        html=Markup(markdown.to_html(version.body)),  # noqa: S704 - made safe by minsheng.editorial.markdown
        html_en=Markup(markdown.to_html(version.in_language("body", "en"))),  # noqa: S704 - likewise
        form=form,
        return_form=return_form or ReturnForm(formdata=None),
        differences=_differences(page, version),
        act_form=ActForm(formdata=None),
        **second_signature.deciding(page, time_form),
    )


def _differences(page: ContentPage, version: ContentVersion) -> list[tuple[str, list[Piece], list[Piece]]]:
    """Return what differs between the text residents read and another version: label, and both cut where they do."""
    public = page.public
    if public is None or public.number == version.number:
        return []
    sides = (
        (_("标题"), public.title, version.title),
        (_("正文"), public.body, version.body),
        (_("英文标题"), public.in_language("title", "en"), version.in_language("title", "en")),
        (_("英文正文"), public.in_language("body", "en"), version.in_language("body", "en")),
    )
    return [(label, *pieces(before, now)) for label, before, now in sides if before != now]


def _page(page_id: int) -> ContentPage:
    page = db.session.get(ContentPage, page_id)
    if page is None:
        abort(404)
    return page

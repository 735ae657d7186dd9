"""Public documents: adding files, a second person's signature, taking them back."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.records.document_forms import DiscardForm, DocumentForm, PublishDocumentForm, WithdrawDocumentForm
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.editorial import document_publishing
from minsheng.errors import NotAllowedError
from minsheng.records.documents import Document
from minsheng.records.publication import Publication
from pages.attachments import attachment
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("documents", __name__, url_prefix="/documents")
UNREADABLE = 422
WRITE = (Permission.WRITE_REPORT, Permission.EDIT_PROJECT)
SHOWN_PAGES = 5


@blueprint.get("/")
@needs(*WRITE, Permission.PUBLISH_REPORT)
def index() -> ResponseReturnValue:
    """List the drafts that wait for a second person, and the documents that are public."""
    member = current_staff()
    drafts = {
        one.id: one
        for permission in (*WRITE, Permission.PUBLISH_REPORT)
        for one in document_publishing.waiting(db.session(), member, permission)
    }
    known = db.session.scalars(Document.known_to_residents().order_by(Document.id.desc()))
    return render_template(
        "admin/documents/index.html",
        drafts=list(drafts.values()),
        documents=[one for one in known if _may(one, *WRITE, Permission.PUBLISH_REPORT)],
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs(*WRITE)
def new() -> ResponseReturnValue:
    """Add a file. It stays a draft until a second person publishes it."""
    member = current_staff()
    records = document_publishing.records_of(db.session(), member, WRITE)
    form = DocumentForm(*records)
    if request.method == "GET":
        form.record.data = request.args.get("record", "")
        return render_template("admin/documents/new.html", form=form)
    # Reading a file takes seconds: the place in the line of writers is given back meanwhile, and all read anew.
    db.session.rollback()
    if not form.validate_on_submit() or form.stored is None:
        return render_template("admin/documents/new.html", form=form), UNREADABLE
    document = document_publishing.add(
        db.session(), form.chosen_record(), form.stored, form.description(), current_staff(), services().clock()
    )
    db.session.commit()
    flash(_("已存为草稿，等另一位同事审核公示。"), "good")
    return redirect(url_for(".show", document_id=document.id))


@blueprint.get("/<int:document_id>")
@needs(*WRITE, Permission.PUBLISH_REPORT)
def show(document_id: int) -> ResponseReturnValue:
    """Show a document with what was read in it, and what may be done with it."""
    return _page(_document(document_id, *WRITE, Permission.PUBLISH_REPORT))


@blueprint.get("/<int:document_id>/file")
@needs(*WRITE, Permission.PUBLISH_REPORT)
def file(document_id: int) -> ResponseReturnValue:
    """Send the file to those who write or review it, whatever its state."""
    return attachment(_document(document_id, *WRITE, Permission.PUBLISH_REPORT))


@blueprint.post("/<int:document_id>/publish")
@needs(Permission.PUBLISH_REPORT)
def publish(document_id: int) -> ResponseReturnValue:
    """Make a draft public. Raises ``OwnWorkError`` for whoever added it."""
    document = _document(document_id, Permission.PUBLISH_REPORT)
    document_publishing.publish(
        db.session(), document, current_staff(), services().clock(), one_person_mode=services().one_person_mode
    )
    db.session.commit()
    flash(_("已公示，居民可以查看和下载。"), "good")
    return redirect(url_for(".show", document_id=document_id))


@blueprint.post("/<int:document_id>/discard")
@needs(*WRITE)
def discard(document_id: int) -> ResponseReturnValue:
    """Throw a draft away. Raises ``WrongStateError`` for a document that was public."""
    document_publishing.discard(db.session(), _document(document_id, *WRITE))
    db.session.commit()
    flash(_("草稿已删除。"), "good")
    return redirect(url_for(".index"))


@blueprint.post("/<int:document_id>/withdraw")
@needs(Permission.PUBLISH_REPORT)
def withdraw(document_id: int) -> ResponseReturnValue:
    """Take a document back with a public reason."""
    document = _document(document_id, Permission.PUBLISH_REPORT)
    form = WithdrawDocumentForm()
    if not form.validate_on_submit():
        return _page(document, form), UNREADABLE
    document_publishing.withdraw(db.session(), document, form.reason.data or "", current_staff(), services().clock())
    db.session.commit()
    flash(_("已撤回，原处留下说明。"), "good")
    return redirect(url_for(".show", document_id=document_id))


def _document(document_id: int, *permissions: Permission) -> Document:
    """Return a document within the role's part, or answer 404; raise ``NotAllowedError`` outside it."""
    document = db.session.get(Document, document_id)
    if document is None:
        abort(404)
    if not _may(document, *permissions):
        raise NotAllowedError
    return document


def _may(document: Document, *permissions: Permission) -> bool:
    return any(current_staff().may_on(one, document.division, document.agency) for one in permissions)


def _page(document: Document, withdraw_form: WithdrawDocumentForm | None = None) -> str:
    is_draft = document.publication is Publication.DRAFT
    is_own = document.author_id == current_staff().id
    return render_template(
        "admin/documents/show.html",
        document=document,
        pages=document.pages[:SHOWN_PAGES],
        may_publish=is_draft and _may(document, Permission.PUBLISH_REPORT),
        blocked_as_own=is_own and not services().one_person_mode,
        may_discard=is_draft and _may(document, *WRITE),
        may_withdraw=document.is_open and _may(document, Permission.PUBLISH_REPORT),
        publish_form=PublishDocumentForm(formdata=None),
        discard_form=DiscardForm(formdata=None),
        withdraw_form=withdraw_form or WithdrawDocumentForm(formdata=None),
    )

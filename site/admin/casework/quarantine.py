"""The quarantine: letters held during an attack, by what they say, to let through, put aside or fetch back in bulk."""

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from admin.access import current_staff, needs
from minsheng import codes
from minsheng.accounts.staff import Permission
from minsheng.casework import quarantine
from minsheng.casework.held_letters import HeldLetter, HeldState
from minsheng.casework.quarantine import MOST_RELEASED
from minsheng.database import db
from pages import tickets
from pages.forms import Form
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("quarantine", __name__, url_prefix="/quarantine")
PAGE_SIZE = 50


class DecisionForm(Form):
    """What is to become of the chosen letters; the choice itself are checkboxes named by likeness or fingerprint."""

    seen_upto = HiddenField()


@blueprint.route("/", methods=["GET", "POST"])
@needs(Permission.REVIEW_SUGGESTION)
def index() -> ResponseReturnValue:
    """List the held letters, rarest words first, and take a decision about some or all of them.

    ``like`` names a group of near copies, which are then listed by wording.
    """
    state = HeldState.DISCARDED if request.args.get("show") == "discarded" else HeldState.WAITING
    query = quarantine.within(db.session(), current_staff(), state)
    like = request.args.get("like", "")
    if like:
        query = query.where(HeldLetter.likeness == like[:64])
    form = DecisionForm()
    if form.validate_on_submit():
        return _decided(form, query, state)
    page = max(request.args.get("page", 1, type=int), 1)
    groups, total = quarantine.groups(db.session(), query, (page - 1) * PAGE_SIZE, PAGE_SIZE, by_wording=bool(like))
    newest = query.order_by(None).with_only_columns(sa.func.max(HeldLetter.id))
    form.seen_upto.data = str(db.session.scalar(newest) or 0)
    letters = query.order_by(None).with_only_columns(sa.func.count(HeldLetter.id))
    return render_template(
        "admin/quarantine/index.html",
        form=form,
        groups=groups,
        total=total,
        letters=db.session.scalar(letters) or 0,
        is_waiting=state is HeldState.WAITING,
        like=like,
        page=page,
        pages=max(-(-total // PAGE_SIZE), 1),
        kept_days=quarantine.KEPT.days,
    )


def _decided(form: DecisionForm, query: sa.Select[HeldLetter], state: HeldState) -> ResponseReturnValue:
    """Carry a decision out, on what its page showed: what came in since waits for the next one."""
    known, session, member = services(), db.session(), current_staff()
    typed = form.seen_upto.data or ""
    seen = int(typed) if typed.isdecimal() else 0
    chosen = query.where(HeldLetter.id <= min(seen, 2**31 - 1))
    if request.form.get("all") != "yes":
        key = HeldLetter.fingerprint if request.args.get("like") else HeldLetter.likeness
        chosen = chosen.where(key.in_(request.form.getlist("chosen")))
    if state is HeldState.DISCARDED:
        count = quarantine.fetch_back(session, chosen, member, known.clock())
        message = _("已取回 %(count)s 封，重新待核。", count=count)
    elif request.form.get("decision") == "discard":
        count = quarantine.discard(session, chosen, member, known.clock())
        message = _("已搁置 %(count)s 封，%(days)s 天内可以取回。", count=count, days=quarantine.KEPT.days)
    else:
        letters = session.scalars(chosen.order_by(HeldLetter.id).limit(MOST_RELEASED)).all()
        made = quarantine.release(
            session,
            letters,
            member,
            known.clock(),
            known.case_clock,
            known.contacts,
            _code_of,
        )
        message = _("已放行 %(count)s 封，转为来件或征集的建议，时间从收到那天算起。", count=len(made))
    session.commit()
    flash(message, "good")
    return redirect(url_for(".index", show="discarded" if state is HeldState.DISCARDED else None))


def _code_of(letter: HeldLetter) -> str:
    """Return the tracking code that the sender of a letter has."""
    purpose = tickets.LETTER if letter.call_id is None else tickets.of_call(letter.call_id)
    return codes.tracking_code(services().secret, purpose, letter.ticket)

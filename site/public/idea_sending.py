"""Sending an idea for a call: the form, the proof of work under load, and the one idea made, whatever happens."""

from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField, ValidationError

from minsheng import call_acts, call_ideas, calls, codes, quarantine, spent_tickets
from minsheng.call_ideas import CallIdea
from minsheng.calls import Call
from minsheng.cases import SuggestionKind
from minsheng.database import db
from minsheng.errors import NotOpenError
from minsheng.held_letters import HeldLetter, HeldReason
from minsheng.letters import Letter
from minsheng.places import Division, division_by_code, division_ids_within
from minsheng.quarantine import Handed
from pages import tickets
from pages.forms import Form, length, required
from pages.language import current_language, text_of
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services
from public import sending_gate

MOST_PLACES = 60


class IdeaForm(Form):
    """What a sender fills in; only the words are required. ``proof`` is as in the form of a letter."""

    ticket = HiddenField()
    proof = HiddenField()
    words = TextAreaField(_l("您的建议"), validators=[required(_l("请写下您的建议")), length(least=5, most=2000)])
    place = SelectField(_l("建议办在哪里"))
    consent_to_publish = BooleanField(_l("同意把内容（隐去个人信息后）公开在网站上"))
    homepage = StringField(_l("个人主页"))

    def __init__(self, places: list[Division], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.place.choices = [("", _("不限 / 说不准")), *((one.code, text_of(one, "name")) for one in places)]

    def validate_homepage(self, field: StringField) -> None:
        """Refuse what a robot filled in; a person whose browser did it is told so."""
        if field.data:
            raise ValidationError(_("这一栏请留空"))


def has_worked() -> bool:
    """Whether an idea comes with proof of work."""
    call = calls.by_slug(db.session(), (request.view_args or {}).get("slug", "")) if request.form.get("proof") else None
    return call is not None and sending_gate.has_worked(tickets.of_call(call.id))


@limiter.limit("120 per hour; 30 per minute", methods=["POST"], exempt_when=has_worked)
def new(slug: str) -> str | BaseResponse | tuple[str, int]:
    """Show the form, or take it: to its receipt, or back with what is still missing."""
    call = call_of(slug)
    form = IdeaForm(_places(call))
    if request.method != "POST":
        if not call.takes_ideas(services().clock()):
            return redirect(url_for(".show", slug=call.slug))
        return _page(form, call)
    purpose = tickets.of_call(call.id)
    ticket = tickets.read(services().secret, purpose, form.ticket.data or "")
    if not form.validate():
        return _page(form, call, ticket), 422
    if ticket is None or _was_for_other_words(form, purpose, ticket):
        form.form_errors.append(_("这张表单放得太久了，请再按一次“提交”；您填写的内容都还在。"))
        return _page(form, call), 422
    if idea_of(codes.tracking_code(services().secret, purpose, ticket)) is not None:
        return _receipt(purpose, ticket)
    return _taken(form, call, purpose, ticket)


def call_of(slug: str) -> Call:
    """Return a round that residents may see, or answer 404."""
    call = calls.by_slug(db.session(), slug)
    if call is None or not call.is_public:
        abort(404)
    return call


def idea_of(code: str | None) -> CallIdea | HeldLetter | None:
    """Return the idea or held idea with a code in its standard form, or None."""
    if code is None:
        return None
    made = call_ideas.by_code(db.session(), code)
    held = None if made else quarantine.by_code_hash(db.session(), codes.code_hash(code))
    return made or (held if held and held.call else None)


def _taken(form: IdeaForm, call: Call, purpose: str, ticket: str) -> BaseResponse | tuple[str, int]:
    """Store what was sent, hold it for a reviewer, or ask for work first."""
    words, at = form.words.data or "", services().clock()
    if not call.takes_ideas(at):
        return _too_late(form, call)
    has_proof = sending_gate.is_worked_for(purpose, form.ticket.data or "", form.proof.data or "")
    reading = sending_gate.note(words)
    if reading.is_high and not has_proof:
        is_full = not sending_gate.room().takes(db.session(), words, at, call)
        if is_full or form.proof.data != sending_gate.ASKED:
            return _page(form, call, ticket, step="full" if is_full else "proof"), 422
    reason = sending_gate.reason_to_hold(reading, has_proof=has_proof)
    alike_as = reading.alike_as if reading.is_many_alike else ""
    try:
        _send(form, call, ticket, codes.tracking_code(services().secret, purpose, ticket), reason, alike_as)
    except NotOpenError:
        return _too_late(form, call)
    except IntegrityError:
        # The same form may arrive twice at the same moment.
        db.session.rollback()
        if idea_of(codes.tracking_code(services().secret, purpose, ticket)) is None:
            raise
    return _receipt(purpose, ticket)


def _send(form: IdeaForm, call: Call, ticket: str, code: str, reason: HeldReason | None, alike_as: str) -> None:
    """Store the idea, as one or in the quarantine, in one commit."""
    session, at = db.session(), services().clock()
    division = division_by_code(session, form.place.data) if form.place.data else None
    words, is_to_publish = form.words.data or "", bool(form.consent_to_publish.data)
    spent_tickets.spend(session, ticket, at)
    if reason is None:
        call_acts.submit(
            session,
            call,
            words,
            consent_to_publish=is_to_publish,
            division=division,
            ticket=ticket,
            code=code,
            at=at,
        )
    else:
        letter = Letter(SuggestionKind.SUGGESTION, words, consent_to_publish=is_to_publish, division=division)
        handed = Handed(ticket, codes.code_hash(code), current_language(), alike_as=alike_as, call=call)
        quarantine.hold(session, letter, handed, reason, at)
    session.commit()


def _too_late(form: IdeaForm, call: Call) -> tuple[str, int]:
    form.form_errors.append(_("征集的时间已经过了。您写的还在下面，可以复制了到“建议与答复”提出。"))
    return _page(form, call), 409


def _page(form: IdeaForm, call: Call, ticket: str | None = None, *, step: str = "") -> str:
    """Render the form; ``step`` says what stands above it, ``ticket`` is the number of the one it holds already."""
    purpose = tickets.of_call(call.id)
    if ticket is None:
        form.ticket.data = tickets.issue(services().secret, purpose)
    bits = sending_gate.bits_asked()
    if bits and not sending_gate.is_worked_for(purpose, form.ticket.data or "", form.proof.data or ""):
        form.proof.data = sending_gate.ASKED
    return render_template(
        "public/calls/new.html",
        form=form,
        call=call,
        step=step,
        proof_bits=bits if form.proof.data == sending_gate.ASKED else 0,
        today=services().today(),
        shows_invented=call.division.is_invented,
    )


def _receipt(purpose: str, ticket: str) -> BaseResponse:
    return redirect(url_for(".followed", code=codes.tracking_code(services().secret, purpose, ticket), sent=1))


def _was_for_other_words(form: IdeaForm, purpose: str, ticket: str) -> bool:
    """Whether the ticket has made an idea of other words: somebody went back, wrote anew and sent again."""
    made = idea_of(codes.tracking_code(services().secret, purpose, ticket))
    return made is not None and made.words != (form.words.data or "").strip()


def _places(call: Call) -> list[Division]:
    """Return the place of the round and what lies below it."""
    return list(
        db.session.scalars(
            sa.select(Division)
            .where(Division.id.in_(division_ids_within(call.division.path)))
            .order_by(Division.code)
            .limit(MOST_PLACES)
        )
    )

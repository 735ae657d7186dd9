"""Sending an idea for a call: the form, the proof of work under load, and the one idea made, whatever happens."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField, ValidationError

from minsheng import codes
from minsheng.casework import quarantine, spent_tickets
from minsheng.casework.cases import SuggestionKind
from minsheng.casework.held_letters import HeldLetter, HeldReason
from minsheng.casework.letters import Letter
from minsheng.casework.quarantine import Handed
from minsheng.database import db, reading
from minsheng.errors import NotOpenError
from minsheng.participation import call_acts, call_ideas, calls
from minsheng.participation.call_ideas import CallIdea
from minsheng.participation.calls import Call
from minsheng.records.places import Division, division_by_code, division_ids_within
from pages import tickets
from pages.forms import Form, length, required
from pages.language import current_language, text_of
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services
from public.casework import prepared, sending_gate

MOST_PLACES = 60
_TOO_OLD = _l("这张表单放得太久了，请再按一次“提交”；您填写的内容都还在。")


class IdeaForm(Form):
    """What a sender fills in; only the words are required. ``proof`` is as in the form of a letter."""

    ticket = HiddenField()
    proof = HiddenField()
    words = TextAreaField(_l("您的建议"), validators=[required(_l("请写下您的建议")), length(least=5, most=2000)])
    place = SelectField(_l("建议办在哪里"))
    consent_to_publish = BooleanField(_l("同意把内容（隐去个人信息后）公开在网站上"))
    homepage = StringField(_l("个人主页"))

    def __init__(self, places: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.place.choices = [("", _("不限 / 说不准")), *places]

    def validate_homepage(self, field: StringField) -> None:
        """Refuse what a robot filled in; a person whose browser did it is told so."""
        if field.data:
            raise ValidationError(_("这一栏请留空"))


def has_worked() -> bool:
    """Whether an idea comes with proof of work. Ends the transaction: what follows must not wait for it."""
    if request.form.get("proof", "") in {"", sending_gate.ASKED}:
        return False
    with reading():
        call = calls.by_slug(db.session(), (request.view_args or {}).get("slug", ""))
        purpose = tickets.of_call(call.id) if call else None
    db.session.rollback()
    return purpose is not None and sending_gate.has_worked(purpose)


@limiter.limit("120 per hour; 30 per minute", methods=["POST"], exempt_when=has_worked)
def new(slug: str) -> str | BaseResponse | tuple[str, int]:
    """Show the form, or take it: to its receipt, or back with what is still missing."""
    sending_gate.hear()
    if sending_gate.is_high():
        prepared.lighten()
    if request.method == "POST" and prepared.is_light():
        with reading():
            asked = _asked_for_work(slug)
        if asked is not None:
            return asked
        db.session.rollback()
    call = call_of(slug)
    form = IdeaForm(_places(call))
    if request.method != "POST":
        if not call.takes_ideas(services().clock()):
            return redirect(url_for(".show", slug=call.slug))
        return _page(form, call)
    ticket = _checked_ticket(form, call)
    return _sent(form, call, ticket) if isinstance(ticket, str) else ticket


def _sent(form: IdeaForm, call: Call, ticket: str) -> BaseResponse | tuple[str, int]:
    """Go on with a form that can be taken: to the receipt where it was already, else to storing it."""
    purpose = tickets.of_call(call.id)
    made = idea_of(codes.tracking_code(services().secret, purpose, ticket))
    if made is None:
        return _taken(form, call, purpose, ticket)
    if made.words == (form.words.data or "").strip():
        return _receipt(purpose, ticket)
    # Somebody went back, wrote anew and sent again.
    sending_gate.note_refused()
    form.form_errors.append(_TOO_OLD)
    return _page(form, call), 422


def _asked_for_work(slug: str) -> tuple[str, int] | None:
    """Send a form back that came under load and was not asked for work yet; None for one that is to be taken.

    Only reads, so that a flood keeps nobody from writing.
    """
    call = call_of(slug)
    form = IdeaForm(_places(call))
    is_new = form.proof.data != sending_gate.ASKED and (form.ticket.data or "") not in sending_gate.spent()
    if not is_new or _has_proof(form, call) or not call.takes_ideas(services().clock()):
        return None
    ticket = _checked_ticket(form, call)
    if not isinstance(ticket, str):
        return ticket
    sending_gate.note(form.words.data or "")
    return _page(form, call, ticket, step="full" if sending_gate.room().is_used_up() else "proof"), 422


def _checked_ticket(form: IdeaForm, call: Call) -> str | tuple[str, int]:
    """Return the number of a form that can be taken, or the answer that says what is wrong with it."""
    is_valid = form.validate()
    ticket = tickets.read(services().secret, tickets.of_call(call.id), form.ticket.data or "")
    if is_valid and ticket is not None:
        return ticket
    sending_gate.note_refused()
    if is_valid:
        form.form_errors.append(_TOO_OLD)
    return _page(form, call, ticket), 422


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
    has_proof = _has_proof(form, call)
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
    sending_gate.spent().note(form.ticket.data or "")
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
    if bits and not _has_proof(form, call):
        form.proof.data = sending_gate.ASKED
    proof_bits = bits if form.proof.data == sending_gate.ASKED else 0

    def render() -> str:
        return render_template(
            "public/calls/new.html",
            form=form,
            call=call,
            step=step,
            proof_bits=proof_bits,
            today=services().today(),
            shows_invented=call.division.is_invented,
            **({"layout": prepared.LIGHT} if prepared.is_light() else {}),
        )

    if not prepared.is_light():
        return render()
    return prepared.fill(form, ("idea", call.id, step, proof_bits), frozenset(), render)


def _has_proof(form: IdeaForm, call: Call) -> bool:
    """Whether the browser has worked on this form's ticket, and not too long ago."""
    return sending_gate.is_worked_for(tickets.of_call(call.id), form.ticket.data or "", form.proof.data or "")


def _receipt(purpose: str, ticket: str) -> BaseResponse:
    return redirect(url_for(".followed", code=codes.tracking_code(services().secret, purpose, ticket), sent=1))


def _places(call: Call) -> list[tuple[str, str]]:
    """Return the place of the round and what lies below it, by code and name in the reader's language."""
    if not prepared.is_light():
        return _places_of(call)
    return prepared.prepared().remember(("places of ideas", call.id, current_language()), lambda: _places_of(call))


def _places_of(call: Call) -> list[tuple[str, str]]:
    found = db.session.scalars(
        sa.select(Division)
        .where(Division.id.in_(division_ids_within(call.division.path)))
        .order_by(Division.code)
        .limit(MOST_PLACES)
    )
    return [(one.code, text_of(one, "name")) for one in found]

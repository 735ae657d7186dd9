"""Sending a suggestion: the form, the similar cases offered, the proof of work under load, and the one letter made.

A form leads to one letter whatever happens to it on the way: its ticket is spent by the first sending that gets
through, and every other one of the same form is led to the same receipt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from minsheng import codes
from minsheng.casework import letters, quarantine, spent_tickets, suggestions
from minsheng.casework.case_photos import MOST_PHOTOS, CasePhoto
from minsheng.casework.cases import SuggestionKind
from minsheng.casework.held_letters import HeldLetter, HeldReason
from minsheng.casework.letters import Letter
from minsheng.casework.quarantine import Handed
from minsheng.casework.sender_notices import SenderNotice, written_contact
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db, reading
from minsheng.editorial import publishing
from minsheng.records.boards import Board
from minsheng.records.places import Division, division_by_code
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin, Publication
from pages import tickets
from pages.installation import site_settings
from pages.language import current_language
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.limits import limiter
from pages.services import services
from public.casework import prepared, sending_gate, similar, suggestion_photos
from public.casework.suggestion_forms import SuggestionForm
from public.casework.suggestion_photos import Taken
from public.records import boards

_TOO_OLD = _l("这张表单放得太久了，请再按一次“提交”；您填写的内容都还在。")


class Place(NamedTuple):
    """A place to choose from."""

    code: str
    name: str
    is_invented: bool


@dataclass(frozen=True)
class About:
    """What the form was opened for."""

    project: Project | None
    board: Board | None
    places: list[Place]


def has_worked() -> bool:
    """Whether a letter comes with proof of work."""
    return sending_gate.has_worked(tickets.LETTER)


@limiter.limit("120 per hour; 30 per minute", methods=["POST"], exempt_when=has_worked)
def new() -> str | BaseResponse | tuple[str, int]:
    """Show the form, or take it: to its receipt, or back with what is still missing."""
    sending_gate.hear()
    if sending_gate.is_high():
        prepared.lighten()
    form = SuggestionForm()
    if request.method != "POST":
        form.place.data = request.args.get("place", "")
        return _page(form, _about(form), Taken())
    has_proof = _has_proof(form)
    is_asked = sending_gate.is_high() and not has_proof
    is_new = form.proof.data != sending_gate.ASKED and (form.ticket.data or "") not in sending_gate.spent()
    if is_asked and is_new:
        with reading():
            return _asked_for_work(form)
    # Pictures first: no transaction is open yet that others would wait for. Under attack nobody's are read unproved.
    uploads = [] if is_asked else form.photos.data or []
    taken = suggestion_photos.take(uploads, form.kept.data or "", request.form.getlist("unwanted"))
    return _taken(form, taken, has_proof=has_proof, drops_photos=is_asked and _has_uploads(form))


def code_of(ticket: str) -> str:
    """Return the tracking code that belongs to a ticket."""
    return codes.tracking_code(services().secret, tickets.LETTER, ticket)


def _asked_for_work(form: SuggestionForm) -> tuple[str, int]:
    """Send a form back that came under load and was not asked for work yet, without asking the database for anything.

    Nor whether its letter is stored already: who presses again is led to the receipt then.
    """
    about = _about(form)
    taken = suggestion_photos.take((), form.kept.data or "", request.form.getlist("unwanted"))
    drops_photos = _has_uploads(form)
    ticket = _checked_ticket(form, about, taken, drops_photos=drops_photos)
    if not isinstance(ticket, str):
        return ticket
    sending_gate.note(form.words.data or "")
    return _page(form, about, taken, ticket, step="full" if sending_gate.room().is_used_up() else "proof"), 422


def _checked_ticket(form: SuggestionForm, about: About, taken: Taken, *, drops_photos: bool) -> str | tuple[str, int]:
    """Return the number of a form that can be taken, or the answer that says what is wrong with it."""
    is_valid = form.validate()
    form.photos.errors = [*form.photos.errors, *taken.errors]
    if drops_photos:
        form.photos.errors.append(_("现在提交的人太多，照片没有收。请再选一次，或者先提交，在回执页补照片"))
    ticket = tickets.read(services().secret, tickets.LETTER, form.ticket.data or "")
    if is_valid and not taken.errors and ticket is not None:
        return ticket
    sending_gate.note_refused()
    if is_valid and not taken.errors:
        form.form_errors.append(_TOO_OLD)
    return _page(form, about, taken, ticket), 422


def _taken(
    form: SuggestionForm, taken: Taken, *, has_proof: bool, drops_photos: bool
) -> BaseResponse | tuple[str, int]:
    """Go one step on with a form that was sent."""
    about = _about(form)
    ticket = _checked_ticket(form, about, taken, drops_photos=drops_photos)
    if not isinstance(ticket, str):
        return ticket
    made = _made(ticket)
    if made is not None and made.words == (form.words.data or "").strip():
        return _receipt(ticket)
    if made is not None:
        # Somebody went back, wrote anew and sent again: to take that for the same letter would lose it, and show
        # whoever wrote it another's receipt.
        sending_gate.note_refused()
        form.form_errors.append(_TOO_OLD)
        return _page(form, about, taken), 422
    count = sending_gate.note(form.words.data or "")
    if count.is_high and not has_proof:
        is_full = not sending_gate.room().takes(db.session(), form.words.data or "", services().clock())
        if is_full or form.proof.data != sending_gate.ASKED or drops_photos:
            return _page(form, about, taken, ticket, step="full" if is_full else "proof"), 422
    if not count.is_high and not form.checked.data:
        alike = similar.similar_to(form.words.data or "", about.project, _place(form))
        if alike:
            return _page(form, about, taken, ticket, step="similar", alike=alike), 200
    reason = sending_gate.reason_to_hold(count, has_proof=has_proof)
    alike_as = count.alike_as if count.is_many_alike else ""
    return _send_once(form, about, taken, ticket, reason, alike_as)


def _send_once(
    form: SuggestionForm, about: About, taken: Taken, ticket: str, reason: HeldReason | None, alike_as: str
) -> BaseResponse:
    """Lead to the receipt of the letter, whoever stored it: the same form may arrive twice at the same moment."""
    try:
        _send(form, about, taken, ticket, reason, alike_as)
    except IntegrityError:
        db.session.rollback()
        if _made(ticket) is None:
            raise
    sending_gate.spent().note(form.ticket.data or "")
    return _receipt(ticket)


def _send(
    form: SuggestionForm, about: About, taken: Taken, ticket: str, reason: HeldReason | None, alike_as: str
) -> None:
    """Store the letter, as a case or in the quarantine, in one commit."""
    known, session = services(), db.session()
    at, code = known.clock(), code_of(ticket)
    contact = written_contact(form.contact.data or "", form.email.data or "")
    seal = (lambda record: known.contacts.seal(contact, record)) if contact else None
    photos = [CasePhoto.of_stored(one) for one in taken.stored]
    letter = _letter(form, about)
    spent_tickets.spend(session, ticket, at)
    if reason is not None:
        handed = Handed(ticket, codes.code_hash(code), current_language(), photos, seal, alike_as)
        quarantine.hold(session, letter, handed, reason, at)
    else:
        case = letters.submit(session, letter, ticket=ticket, code=code, at=at, clock=known.case_clock, seal=seal)
        case.photos.extend(photos)
        if (form.email.data or "").strip():
            session.add(SenderNotice(suggestion_id=case.id, language=current_language(), told_upto=0))
        publishing.record_suggestion(session, case, "suggestion_received", "", at)
    session.commit()


def _letter(form: SuggestionForm, about: About) -> Letter:
    latitude, longitude = form.point or (None, None)
    return Letter(
        kind=SuggestionKind(form.kind.data),
        words=form.words.data or "",
        consent_to_publish=bool(form.consent_to_publish.data),
        project=about.project,
        board=about.board,
        division=_place(form),
        place_words=form.place_words.data or "",
        latitude=latitude,
        longitude=longitude,
        consent_to_call=bool(form.consent_to_call.data),
    )


def _made(ticket: str) -> Suggestion | HeldLetter | None:
    """Return the case or held letter that a ticket has made, or None."""
    if not spent_tickets.is_spent(db.session(), ticket):
        return None
    code = code_of(ticket)
    return suggestions.by_code(db.session(), code) or quarantine.by_code_hash(db.session(), codes.code_hash(code))


def _receipt(ticket: str) -> BaseResponse:
    return redirect(url_for(".followed", code=code_of(ticket), sent=1))


def _has_proof(form: SuggestionForm) -> bool:
    """Whether the browser has worked on this form's ticket, and not too long ago."""
    return sending_gate.is_worked_for(tickets.LETTER, form.ticket.data or "", form.proof.data or "")


def _has_uploads(form: SuggestionForm) -> bool:
    return any(getattr(one, "filename", "") for one in form.photos.data or [])


def _about(form: SuggestionForm) -> About:
    """Return what the letter is about, and write it into the form's hidden fields."""
    project = _project(form.project.data if request.method == "POST" else request.args.get("project", ""))
    board = boards.arrived_at(project) if project or not form.project.data else None
    project = project or (board.project if board else None)
    form.project.data = project.slug if project else ""
    form.board.data = board.code if board else ""
    places = prepared.prepared().remember("places of letters", _places) if prepared.is_light() else _places()
    form.offer((place.code, place.name) for place in places)
    return About(project, board, places)


def _page(
    form: SuggestionForm,
    about: About,
    taken: Taken,
    ticket: str | None = None,
    *,
    step: str = "",
    alike: Sequence[Suggestion] = (),
) -> str:
    """Render the form; ``step`` says what stands above it, ``ticket`` is the number of the one it holds already."""
    known = services()
    if ticket is None:
        form.ticket.data = tickets.issue(known.secret, tickets.LETTER)
    bits = sending_gate.bits_asked()
    if bits and not _has_proof(form):
        form.proof.data = sending_gate.ASKED
    form.checked.data = "yes" if step == "similar" else form.checked.data or ""
    form.kept.data = taken.signed
    proof_bits = bits if form.proof.data == sending_gate.ASKED else 0

    def render() -> str:
        return render_template(
            "public/suggestions/new.html",
            form=form,
            project=about.project,
            board=about.board,
            kept=taken.stored,
            most_photos=MOST_PHOTOS,
            proof_bits=proof_bits,
            step=step,
            alike=alike,
            tiles=known.map_tiles,
            today=known.today(),
            shows_invented=any(place.is_invented for place in about.places),
            **({"layout": prepared.LIGHT} if prepared.is_light() else {}),
        )

    if not prepared.is_light() or alike or taken.stored or form.point:
        return render()
    key = (
        "letter",
        site_settings().reply_days,
        step,
        proof_bits,
        about.project and about.project.id,
        about.board and about.board.id,
    )
    has_contact = form.contact.data or form.email.data
    return prepared.fill(form, key, frozenset() if has_contact else frozenset({"contact", "email"}), render)


def _place(form: SuggestionForm) -> Division | None:
    return division_by_code(db.session(), form.place.data) if form.place.data else None


def _project(slug: str | None) -> Project | None:
    """Return the project a suggestion may be about, or None."""
    if not slug:
        return None
    project = db.session.scalar(Project.visible_to_residents().where(Project.slug == slug))
    return project if project is not None and project.takes_suggestions else None


def _places() -> list[Place]:
    """Return the places of this installation's own programmes and their townships."""
    own = (
        sa.select(Programme.division_id)
        .where(Programme.origin == Origin.OWN, Programme.publication == Publication.PUBLISHED)
        .distinct()
    )
    query = sa.select(Division).where(sa.or_(Division.id.in_(own), Division.parent_id.in_(own)))
    found = db.session.scalars(query.order_by(Division.code))
    return [Place(place.code, place.name, place.is_invented) for place in found]

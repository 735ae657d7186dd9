"""What became of the people drawn, and the response rates: counted here, or stated by an outside contractor."""

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import Optional

from admin.access import current_staff, needs
from admin.surveying.wave_plans import wave_at
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import InvalidValuesError, WrongStateError
from minsheng.opinion.dispositions import Disposition, ResponseRates, response_rates
from minsheng.records.places import Division
from minsheng.surveying import answer_results, dispositions
from minsheng.surveying.dispositions import Stated
from minsheng.surveying.surveys import DRAWN_CHANNELS, Channel, Wave
from minsheng.surveying.wave_places import places_of
from pages.forms import Form, QuantityField, between, choices, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.services import services
from pages.words import word
from pages.words_of_samples import SAMPLE_WORDS

blueprint = Blueprint("dispositions", __name__, url_prefix="/surveys")
UNREADABLE = 422
SEE = (Permission.RUN_SURVEY, Permission.EXPORT_ANSWERS)
MOST = 10_000_000
PROBLEMS = {
    "negative": _l("人数不能是负的"),
    "not_drawn": _l("只有抽样的渠道才报"),
    "out_of_range": _l("百分比要在 0 到 100 之间"),
    "missing": _l("请写明是谁、哪份材料"),
    "counted": _l("这个地方的结果已经随答卷导入，不用再报"),
}
"""Reason code of the domain → what to say above the form."""
PER_CENT = Decimal(100)


class StatementForm(Form):
    """What a contractor reports of one place and channel; a control for each disposition."""

    place = SelectField(_l("地方"), [required(_l("请选地方"))])
    channel = SelectField(_l("渠道"), [required(_l("请选渠道"))])
    share = QuantityField(_l("不知道合不合格的人里，估计合格的占百分之几（e）"), [Optional(), between(0, 100)])
    source = StringField(_l("谁报来的"), [required(_l("请写明是谁、哪份材料")), length(-1, 200)])

    def __init__(self, wave: Wave, outside: list[Channel], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._places = {place.code: place for place in places_of(wave)}
        self.place.choices = choices((code, plain_record_text(one.name)) for code, one in self._places.items())
        self.channel.choices = choices((one.value, word(one)) for one in outside)

    def count_fields(self) -> list[Any]:
        """Return the controls of the dispositions, in their order."""
        return [self[f"count_{kind.value}"] for kind in Disposition]

    def stated(self) -> Stated:
        """Return what was typed, once it is valid."""
        counts = {kind: field.data or 0 for kind, field in zip(Disposition, self.count_fields(), strict=True)}
        share = None if self.share.data is None else round(self.share.data / PER_CENT, 4)
        return Stated(self._places[self.place.data], Channel(self.channel.data), counts, str(self.source.data), share)


for _kind in Disposition:
    _field = IntegerField(SAMPLE_WORDS["disposition"][_kind.value], [Optional(), between(0, MOST)])
    setattr(StatementForm, f"count_{_kind.value}", _field)


@blueprint.route("/<slug>/dispositions", methods=["GET", "POST"])
@needs(*SEE)
def show(slug: str) -> ResponseReturnValue:
    """Show counts and response rates by place and channel; take what an outside contractor states."""
    wave = wave_at(slug, *SEE)
    outside = _outside(wave)
    form = StatementForm(wave, outside)
    if form.is_submitted():
        wave_at(slug, Permission.RUN_SURVEY)
        if not outside:
            raise WrongStateError("state_dispositions", "counted_here")
        if form.validate_on_submit():
            try:
                dispositions.state(db.session(), wave, form.stated(), current_staff(), services().clock())
            except InvalidValuesError as error:
                form.form_errors.extend(str(PROBLEMS[reason]) for reason in sorted(set(error.problems.values())))
            else:
                db.session.commit()
                flash(_("已记下，回答率在下面。"), "good")
                return redirect(url_for(".show", slug=slug))
        return _page(wave, form, outside), UNREADABLE
    return _page(wave, form, outside)


def _page(wave: Wave, form: StatementForm, outside: list[Channel]) -> str:
    today = services().today()
    return render_template(
        "admin/dispositions/show.html",
        wave=wave,
        rows=_rows(wave),
        kinds=list(Disposition),
        form=form,
        may_state=bool(outside)
        and not wave.has_closed(today)
        and current_staff().may_on(Permission.RUN_SURVEY, wave.division, None),
        today=today,
    )


def _outside(wave: Wave) -> list[Channel]:
    """Return the wave's drawn channels whose calls or sheets are not counted here."""
    here = answer_results.counted_here(db.session(), wave)
    return [one for one in Channel if one in DRAWN_CHANNELS and one.value in wave.channels and one not in here]


def _rows(wave: Wave) -> list[tuple[Division, Channel, dict[Disposition, int], ResponseRates, str]]:
    """Return place, channel, counts, rates and source (empty: counted here) of everything known."""
    session = db.session()
    counted: dict[tuple[str, Channel], dict[Disposition, int]] = {}
    for path, channel, kind, count in dispositions.counts_of(session, wave):
        counted.setdefault((path, channel), {})[kind] = count
    stated = {(one.division.path, one.channel): one for one in dispositions.statements_of(session, wave)}
    paths = {path for path, _channel in counted}
    places = {one.path: one for one in session.scalars(sa.select(Division).where(Division.path.in_(paths)))}
    found = []
    for (path, channel), counts in counted.items():
        said = stated.get((path, channel))
        share = None if said is None or said.eligible_share is None else float(said.eligible_share)
        rates = response_rates(counts, share)
        found.append((places[path], channel, counts, rates, said.source if said else ""))
    return found

"""Whether a scheme can score the answers to a questionnaire, told before the first of them is given."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.errors import DomainError, WrongStateError
from minsheng.journal import Act
from minsheng.opinion.schemes import ALL_ASKED, Scheme
from minsheng.surveying import assessment_schemes
from minsheng.surveying.questionnaires import QuestionnaireVersion
from minsheng.surveying.surveys import Wave
from minsheng.surveying.wave_answers import programmes_of
from minsheng.surveying.wave_columns import column_names, tabulated


@dataclass(frozen=True)
class Misfit:
    """What a scheme asks for and a questionnaire lacks: a question, or the points of an option."""

    code: str
    question: str
    option: str = ""


class SchemeMisfitError(DomainError):
    """The scheme cannot score the questionnaire; ``misfits`` says why."""

    code = "scheme_misfit"

    def __init__(self, found: list[Misfit]) -> None:
        super().__init__(", ".join(f"{one.question} {one.option}" for one in found))
        self.misfits = found


def choose(session: Session, wave: Wave, scheme: Scheme, actor: str, at: dt.datetime) -> None:
    """Give a survey the scheme it will be scored by, which is locked with that.

    Raises ``WrongStateError`` once the survey is published, because nobody may pick the scheme that suits the
    answers, and ``SchemeMisfitError`` for a scheme that cannot score its questions.
    """
    if wave.is_published:
        raise WrongStateError("choose_scheme", "published")
    found = misfits(scheme, wave.version)
    if found:
        raise SchemeMisfitError(found)
    wave.scheme = assessment_schemes.locked(session, scheme, at, actor)
    session.flush()
    extra = {"scheme": scheme.content_hash}
    journal.record(session, Act("wave_scheme_chosen", f"wave:{wave.slug}", actor, is_public=False, extra=extra), at)


def misfits(scheme: Scheme, version: QuestionnaireVersion) -> list[Misfit]:
    """Return everything that keeps a scheme from scoring a questionnaire; an empty list is a fit."""
    names = column_names(version)
    options = {names[question.id]: [option.key for option in question.options] for question in tabulated(version)}
    found = [Misfit("missing_column", name) for name in scheme.weighting.variables if name not in options]
    asked = [(item, item.question) for item in scheme.survey_items]
    programme_item = next((item for item in scheme.survey_items if item.key == scheme.programme_item), None)
    if programme_item is not None:
        asked += [(programme_item, column) for column in programmes_of(version).values()]
    for item, question in asked:
        if question not in options:
            found.append(Misfit("missing_column", question))
        elif item.points:
            unknown = [key for key in options[question] if key not in item.points and key not in item.nonsubstantive]
            found += [Misfit("unknown_option", question, key) for key in unknown]
    for held in scheme.filters.values():
        if held.question not in options and any(item.filter != ALL_ASKED for item in scheme.survey_items):
            found.append(Misfit("missing_column", held.question))
    return list(dict.fromkeys(found))

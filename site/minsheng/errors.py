"""What the domain refuses, as named exceptions. The faces turn each into a page with its reason in words."""


class DomainError(Exception):
    """Base of everything the domain refuses; ``code`` names the reason for the faces to word."""

    code = "refused"


class WrongStateError(DomainError):
    """The record is not in a state from which this step is possible."""

    code = "wrong_state"

    def __init__(self, step: str, state: str) -> None:
        super().__init__(f"cannot {step} from state {state}")
        self.step = step
        self.state = state


class OwnWorkError(DomainError):
    """Whoever wrote a report may not publish it."""

    code = "own_work"


class UnansweredChecksError(DomainError):
    """Data checks stand without a correction or a public explanation."""

    code = "unanswered_checks"

    def __init__(self, unanswered: tuple[str, ...]) -> None:
        super().__init__(", ".join(unanswered))
        self.unanswered = unanswered


class ReasonRequiredError(DomainError):
    """The step needs a reason in words."""

    code = "reason_required"


class NotAllowedError(DomainError):
    """This member of staff may not take this step on this record."""

    code = "not_allowed"


class SealedError(DomainError):
    """Survey answers and results stay sealed until the wave closes."""

    code = "sealed"


class NotOpenError(DomainError):
    """The survey wave does not take answers now."""

    code = "not_open"


class InvalidAnswersError(DomainError):
    """Answers that do not fit the questionnaire; ``problems`` maps question keys to reason codes."""

    code = "invalid_answers"

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(f"{key}: {reason}" for key, reason in problems.items()))
        self.problems = problems


class InvalidFileError(DomainError):
    """An upload that is not what it must be; ``reason`` is a short code for the faces to word."""

    code = "invalid_file"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidValuesError(DomainError):
    """Values that do not fit the columns of a record; ``problems`` maps columns to reason codes."""

    code = "invalid_values"

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {reason}" for name, reason in problems.items()))
        self.problems = problems


class ChangedMeanwhileError(DomainError):
    """The record says something else than when the proposal was written; ``names`` are the columns."""

    code = "changed_meanwhile"

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class BelowStandardError(DomainError):
    """The year-end acceptance found the work below its quality standard, so it does not count as accepted."""

    code = "below_standard"


class IncompleteRecordError(DomainError):
    """A record lacks what publication demands; ``missing`` names the fields."""

    code = "incomplete"

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class InvalidAddressError(DomainError):
    """A slug may hold letters, digits and single hyphens or underscores between them, 80 at most."""

    code = "invalid_address"


class AddressTakenError(DomainError):
    """Another record has this slug or once had it; old addresses are never given to others."""

    code = "address_taken"

"""What the statistics refuse, as named exceptions: a wrong figure is never given in place of a reason."""

from minsheng.errors import DomainError


class OpinionError(DomainError):
    """Base of everything the statistics refuse."""

    code = "opinion_refused"


class SchemeError(OpinionError):
    """A scheme file that breaks its rules; ``key`` names the dotted key and ``problem`` says what is wrong."""

    code = "invalid_scheme"

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


class MissingColumnError(OpinionError):
    """The scheme asks for a question or a variable that the answers do not carry."""

    code = "missing_column"

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


class UnknownOptionError(OpinionError):
    """An answer for which the scheme states neither points nor another treatment."""

    code = "unknown_option"

    def __init__(self, item: str, option: str) -> None:
        super().__init__(f"{item}: {option}")
        self.item = item
        self.option = option


class InvalidColumnError(OpinionError):
    """A column whose length, codes or weights cannot be."""

    code = "invalid_column"

    def __init__(self, column: str, problem: str) -> None:
        super().__init__(f"{column}: {problem}")
        self.column = column
        self.problem = problem


class WeightingError(OpinionError):
    """Base of the reasons why no weights can be had; ``code`` is shown in place of the score."""

    code = "not_weighted"


class EmptySampleError(WeightingError):
    """There is nobody to weight."""

    code = "empty_sample"


class MissingMarginError(WeightingError):
    """No population count is known for a variable, or for a category that has respondents."""

    code = "missing_margin"

    def __init__(self, variable: str, value: str = "") -> None:
        super().__init__(f"{variable}: {value}" if value else variable)
        self.variable = variable
        self.value = value


class UnnamedMarginError(WeightingError):
    """A population count of a variable for a category without a name."""

    def __init__(self, variable: str) -> None:
        super().__init__(variable)
        self.variable = variable


class ZeroMarginError(WeightingError):
    """The population has none of a category that has respondents, or a count that no population can have."""

    code = "zero_margin"

    def __init__(self, variable: str, value: str) -> None:
        super().__init__(f"{variable}: {value}")
        self.variable = variable
        self.value = value


class EmptyCellError(WeightingError):
    """People of the population whom no respondent and no named neighbour can stand for."""

    code = "empty_cell"

    def __init__(self, variable: str, value: str) -> None:
        super().__init__(f"{variable}: {value}")
        self.variable = variable
        self.value = value


class MarginTotalsError(WeightingError):
    """The margins of one division describe populations of different sizes."""

    code = "margin_totals_differ"

    def __init__(self, variable: str, total: float, expected: float) -> None:
        super().__init__(f"{variable}: {total:g} instead of {expected:g}")
        self.variable = variable
        self.total = total
        self.expected = expected


class NotConvergedError(WeightingError):
    """Raking did not meet the margins in the rounds allowed; ``worst`` is the largest relative miss."""

    code = "raking_not_converged"

    def __init__(self, rounds: int, worst: float) -> None:
        super().__init__(f"off by {worst:.3g} after {rounds} rounds")
        self.rounds = rounds
        self.worst = worst


class NoEstimateError(OpinionError):
    """There is no figure to give; ``code`` is shown in its place."""

    code = "no_answers"


class LinkedTablesError(OpinionError):
    """A table to be protected whose figures do not add up to its totals."""

    code = "table_does_not_add_up"


class PackageError(OpinionError):
    """A package that is incomplete or was changed after it was written."""

    code = "invalid_package"

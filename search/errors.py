"""What search refuses, as named exceptions."""


class IndexUnavailableError(Exception):
    """There is no index of this version, or it cannot be read: it has to be rebuilt."""

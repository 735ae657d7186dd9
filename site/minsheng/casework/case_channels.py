"""The ways a case may come in: by this site, or by telephone, paper, visit or another platform, typed in by staff."""

import enum


class CaseChannel(enum.StrEnum):
    """Where a case came in. Statistics count all alike and can tell them apart."""

    WEB = "web"
    PHONE = "phone"
    PAPER = "paper"
    VISIT = "visit"
    MESSAGE_BOARD = "message_board"
    HOTLINE = "hotline"
    OTHER_PLATFORM = "other_platform"


OFFLINE = tuple(channel for channel in CaseChannel if channel is not CaseChannel.WEB)
"""The channels of what staff type in."""
NUMBERED = frozenset({CaseChannel.MESSAGE_BOARD, CaseChannel.HOTLINE, CaseChannel.OTHER_PLATFORM})
"""Platforms that give every case a number of their own, by which a second entry of the same is found."""

"""Sets of positions kept as one big integer: bit n stands for position n.

Intersections, unions and counts of a hundred thousand positions then cost microseconds.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

_ONE = ord("1")
_DENSE = 32
_OCCUPIED = re.compile(rb"[^\x00]")


def from_positions(positions: Iterable[int], count: int, size: int) -> int:
    """Return the set of ``count`` positions, all below ``size``."""
    if count * _DENSE > size:
        # Setting a digit is cheaper than setting a bit; reading the digits costs the same however few there are.
        digits = bytearray(b"0") * size
        for position in positions:
            digits[position] = _ONE
        digits.reverse()
        return int(digits, 2)
    octets = bytearray(size // 8 + 1)
    for position in positions:
        octets[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(octets, "little")


def positions(bits: int) -> Iterator[int]:
    """Yield the positions in the set, lowest first, doing the work as they are asked for."""
    octets = bits.to_bytes(bits.bit_length() // 8 + 1, "little")
    for match in _OCCUPIED.finditer(octets):
        base = match.start() << 3
        octet = match.group()[0]
        while octet:
            lowest = octet & -octet
            yield base + lowest.bit_length() - 1
            octet ^= lowest


def at_least(sets: Sequence[int], universe: int) -> list[int]:
    """Return for each k from 0 to ``len(sets)`` the positions of ``universe`` that are in k sets or more."""
    levels = [universe] + [0] * len(sets)
    for number, bits in enumerate(sets, start=1):
        for k in range(number, 0, -1):
            levels[k] |= levels[k - 1] & bits
    return levels


class BitsetCache:
    """Keeps the sets used last, up to a number of octets. Safe to use from several threads."""

    def __init__(self, max_octets: int) -> None:
        self._max_octets = max_octets
        self._octets = 0
        self._kept: OrderedDict[Hashable, int] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], int]) -> int:
        """Return the set under ``key``; ``make`` provides it when it is not there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        bits = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = bits
                self._octets += _octets(bits)
            while self._octets > self._max_octets and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._octets -= _octets(dropped)
        return bits

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._octets = 0


def _octets(bits: int) -> int:
    """Return about how much memory an entry takes, with its key."""
    return bits.bit_length() // 8 + 200

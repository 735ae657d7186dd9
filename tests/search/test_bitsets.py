from hypothesis import given
from hypothesis import strategies as st

from search import bitsets

POSITIONS = st.sets(st.integers(0, 3_000))


def as_set(chosen: set[int]) -> int:
    return bitsets.from_positions(chosen, len(chosen), 3_001)


@given(POSITIONS)
def test_positions_come_back_in_order(chosen: set[int]) -> None:
    bits = bitsets.from_positions(chosen, len(chosen), 3_001)
    assert list(bitsets.positions(bits)) == sorted(chosen)
    assert bits.bit_count() == len(chosen)


@given(st.lists(POSITIONS, max_size=6), POSITIONS)
def test_at_least_counts_in_how_many_sets_a_position_is(chosen: list[set[int]], universe: set[int]) -> None:
    sets = [as_set(positions) for positions in chosen]
    levels = bitsets.at_least(sets, as_set(universe))
    for k, bits in enumerate(levels):
        expected = {position for position in universe if sum(position in one for one in chosen) >= k}
        assert set(bitsets.positions(bits)) == expected


def test_the_cache_drops_what_was_not_used_lately() -> None:
    made: list[str] = []

    def make(name: str) -> int:
        made.append(name)
        return 1 << 8_000

    cache = bitsets.BitsetCache(max_octets=2_600)
    for name in ("a", "b", "a", "c", "a", "b"):
        cache.get(name, lambda name=name: make(name))  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
    cache.clear()
    cache.get("a", lambda: make("a"))
    assert made[-1] == "a"

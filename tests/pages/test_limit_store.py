"""The store of rate limits: a moving window, a bounded memory, and no thread of its own."""

import threading

import pytest
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from pages import limit_store
from pages.limit_store import CLEARED_EVERY, SCHEME, BoundedMemory


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> BoundedMemory:
    made = BoundedMemory()
    made.seconds = clock
    return made


def test_a_window_moves_with_its_oldest_hit(store: BoundedMemory, clock: Clock) -> None:
    limiter, limit = MovingWindowRateLimiter(store), RateLimitItemPerMinute(2)
    assert limiter.hit(limit, "a")
    clock.at += 40
    assert limiter.hit(limit, "a")
    assert not limiter.hit(limit, "a")
    assert limiter.hit(limit, "b")
    assert limiter.get_window_stats(limit, "a").remaining == 0
    clock.at += 21
    assert limiter.hit(limit, "a")
    assert not limiter.hit(limit, "a")


def test_refused_hits_do_not_prolong_the_wait(store: BoundedMemory, clock: Clock) -> None:
    assert store.acquire_entry("a", 1, 60)
    for _turn in range(5):
        clock.at += 10
        assert not store.acquire_entry("a", 1, 60)
    clock.at += 11
    assert store.acquire_entry("a", 1, 60)


def test_names_are_forgotten_in_time_and_the_longest_silent_when_too_many(
    store: BoundedMemory, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        store.acquire_entry(f"early {number}", 1, 60)
    clock.at += CLEARED_EVERY + 1
    store.acquire_entry("late", 1, 60)
    assert store.reset() == 1
    monkeypatch.setattr(limit_store, "MOST_NAMES", 3)
    for name in ("a", "b", "c", "a", "d"):
        store.acquire_entry(name, 1, 60)
    assert not store.acquire_entry("a", 1, 60)
    assert store.acquire_entry("b", 1, 60)
    assert store.reset() == 3


def test_a_flood_from_many_addresses_starts_no_thread() -> None:
    store, before = storage_from_string(f"{SCHEME}://"), threading.active_count()
    assert isinstance(store, BoundedMemory)
    assert all(store.acquire_entry(f"network {number}", 30, 60) for number in range(2000))
    assert threading.active_count() == before


def test_plain_counts_follow_the_same_hits(store: BoundedMemory, clock: Clock) -> None:
    assert [store.incr("a", 60) for _turn in range(3)] == [1, 2, 3]
    clock.at += 61
    assert store.get("a") == 0
    assert store.incr("a", 60) == 1
    store.clear("a")
    assert store.get("a") == 0
    assert store.check()

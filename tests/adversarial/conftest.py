"""The staff's browser and clock, as the tests of the staff's face have them."""

from tests.admin.conftest import browser_of, cheap_passwords, clock

__all__ = ["browser_of", "cheap_passwords", "clock"]

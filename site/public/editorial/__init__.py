"""The change log, policies and news."""

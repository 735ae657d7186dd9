"""Calls and monitors, from announcement to outcome."""

"""Sending a suggestion, following it, judging its answer; statistics."""

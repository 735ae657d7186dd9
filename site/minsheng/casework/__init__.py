"""Suggestions from first word to checked result: letters, cases, their clock, privacy, the gate against floods."""

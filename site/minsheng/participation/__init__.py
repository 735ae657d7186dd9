"""Residents asked and invited: calls for ideas, and monitors."""

"""Calls for ideas, and monitors' own pages."""

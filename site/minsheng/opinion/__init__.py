"""Surveys to scores: coding, weighting, estimates, ranks and schemes. Pure; no database."""

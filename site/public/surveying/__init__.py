"""Surveys, their results, schemes and assessments."""

"""Surveys at the desk: plan, sample, calls, paper, quality, results."""

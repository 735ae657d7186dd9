"""Surveys: questionnaires, waves, samples, answers by every channel, quality, results, assessments."""

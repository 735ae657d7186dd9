"""Tests of the shared looks."""

"""Reading the tables that offices keep: grids, headings, units, figures in words, and which project a row is about.

Everything here is a function of the file alone: no database, no web, no clock.
"""

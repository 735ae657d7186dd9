"""Tables and OC4IDS files in."""

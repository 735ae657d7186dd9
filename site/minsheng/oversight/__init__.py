"""Who looks after it: problems, look-backs, inspections, summonses, bulletins."""

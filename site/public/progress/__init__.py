"""How it stands, and beside others: the late, comparisons, briefings, the map."""

"""Problems, look-backs, inspections, summonses, bulletins, targets and the year's calendar."""

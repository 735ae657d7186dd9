"""Problems, inspections, summonses and bulletins as residents read them."""

"""The residents' face: one module per noun."""

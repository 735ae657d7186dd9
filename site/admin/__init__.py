"""The staff's face: one module per noun, closed by default."""

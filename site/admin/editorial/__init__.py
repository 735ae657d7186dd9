"""Reports, changes and pages: written by one, signed by another."""

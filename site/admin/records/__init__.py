"""Projects with their parts, papers, boards and pictures."""

"""Settings, first steps, sample content, words of the search."""

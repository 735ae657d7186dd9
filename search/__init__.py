"""Full-text search: analysis, documents, one small engine interface and its engines."""

"""Following by feed and by mail."""

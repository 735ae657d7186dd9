"""Staff and how they sign in."""

"""Pictures: read, kept in sizes, blurred, shown in galleries."""

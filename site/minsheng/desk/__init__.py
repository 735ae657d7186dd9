"""What waits for a member of staff, and what is typed and not saved yet."""

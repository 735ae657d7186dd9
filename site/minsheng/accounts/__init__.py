"""Who works here: staff, roles, signing in."""

"""Places, agencies, programmes, projects with all that hangs below them."""

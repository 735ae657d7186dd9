"""The sample content of a new site: an invented county, and facts compiled from public notices."""

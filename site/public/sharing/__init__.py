"""What others take along: cards, embeds, open data."""

"""Shared looks: layout, components, charts, forms, languages and formats."""

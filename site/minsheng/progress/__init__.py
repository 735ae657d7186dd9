"""How it stands: figures computed from the record, for one project and for many."""

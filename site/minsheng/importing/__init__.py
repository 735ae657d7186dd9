"""Bringing records from files into the database, with every problem reported row by row."""

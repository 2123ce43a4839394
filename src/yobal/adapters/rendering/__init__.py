"""Renders views of a thread as the pages and JSON files that readers get."""

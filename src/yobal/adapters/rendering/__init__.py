"""Turns views of a thread into the pages and JSON that readers get."""

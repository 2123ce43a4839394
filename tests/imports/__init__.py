"""Imports from other comment systems: their formats, and what becomes of them."""

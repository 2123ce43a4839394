"""Yobal: reader comments for newsrooms whose readers can be punished for what they write."""

__version__ = "0.1.0"

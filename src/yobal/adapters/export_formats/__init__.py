"""Formats that `yobal export` writes: one file each, listed in `formats.py`.

Each turns stories and comments into bytes, piece by piece; none holds more than one comment.
"""

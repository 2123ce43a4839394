"""A file for each format that `yobal import` reads.

A format yields what `core/import_rows.py` describes. It knows nothing of stories, databases or what is kept: to add
one, write a module with a `read`, and name it in `FORMATS` in `formats.py`.
"""

"""Measurements compared with peers and limits: `make bench`, or `python -m bench --only NAME --short`."""

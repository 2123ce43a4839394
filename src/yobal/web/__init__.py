"""HTTP, the only place for Litestar. All routes of the desk are in `routes.py`."""

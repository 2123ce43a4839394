"""HTTP, the only place for Litestar. All routes stand in `routes.py`."""

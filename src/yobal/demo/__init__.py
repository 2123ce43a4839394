"""The demonstration: an invented newsroom with a story, comments and a desk. Loopback only."""

"""The demonstration: an invented newsroom with a story, its readers and its desk. Loopback only."""

"""For a moderator's own computer: the desk from this package instead of the server's, and their comparison."""

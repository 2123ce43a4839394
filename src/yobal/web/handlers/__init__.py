"""One handler for each step of a reader's form."""

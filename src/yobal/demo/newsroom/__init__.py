"""The River Post, an invented newspaper: one story in two editions, on one page template."""

"""The River Post, an invented newspaper: one story in two editions, and the page that shows it."""

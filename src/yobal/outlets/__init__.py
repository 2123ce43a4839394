"""Where results leave: rendered pages and the bucket of public files."""

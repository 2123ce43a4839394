"""Where results leave: rendered pages, public files, server keys, error reports."""

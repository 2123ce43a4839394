"""Everything that is written outside the database: pages, public files, server keys, error reports."""

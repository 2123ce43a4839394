"""The database, and the only place for SQLAlchemy: tables, one file for each noun, migrations."""

"""SQL, the only place for SQLAlchemy: tables, one file per noun, the intake apart, migrations."""

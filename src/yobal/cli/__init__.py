"""Commands. `main.py` reads the arguments, `commands.py` does the work."""

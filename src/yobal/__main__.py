"""`python -m yobal`, without the modules of the current folder."""

import sys

# `python -m` searches the current folder first, so a file there that is named like a module, such
# as uvloop.py, would run inside the server. With -P there is no such entry.
_unsafe_folders = {""} if sys.flags.safe_path else {"", sys.path[0]}
sys.path[:] = [folder for folder in sys.path if folder not in _unsafe_folders]

from yobal.cli.main import main  # noqa: E402  # the path must be safe first

main()

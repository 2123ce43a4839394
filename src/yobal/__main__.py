"""`python -m yobal`."""

from yobal.cli import main

main()

"""`python -m yobal`."""

from yobal.cli.main import main

main()

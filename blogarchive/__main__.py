"""`python -m blogarchive`: the command line without its script."""

from blogarchive.cli import main

main()

"""`python -m blogarchive`: the command line without its script."""

from blogarchive.cli import main

if __name__ == "__main__":  # worker processes of `reparse` import this module too
    main()

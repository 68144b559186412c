"""`python -m blogarchive`: the command line without its script."""

import sys
from pathlib import Path

if __name__ == "__main__":  # worker processes of `reparse` import this module too
    here = str(Path.cwd())
    if not sys.flags.safe_path and sys.path[0] == here and here != str(Path(__file__).parents[1]):
        # `python -m` looks in the current folder first: its own `spiders` must not take the place of ours.
        del sys.path[0]
    from blogarchive.cli import main

    main()

"""The start of the bundle."""

import sys

from blogarchive.processes import run_bundle

if __name__ == "__main__":
    run_bundle(sys.argv[1:])

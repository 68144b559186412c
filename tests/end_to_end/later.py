"""`blogarchive` on another day: `python later.py SECONDS WORDS…`, the seconds that its clock is ahead."""

import sys
import time

import time_machine

if __name__ == "__main__":
    now = time.time() + int(sys.argv.pop(1))
    with time_machine.travel(now, tick=True):
        from blogarchive.cli import main

        main()

"""Send every lie in every markup: `python -m tests.lies.measure [MARKUP …]`; prints exit codes and what changed."""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.demo.markup.by_name import MARKUPS
from tests.lies.blog import quoting_blog, stored
from tests.lies.host import UID, LyingHost
from tests.lies.kinds import LIES
from tests.tool import Tool

RUNS = (("update", "--full"), ("update", "--full"), ("update",))


def main() -> None:
    """Print a line for each lie, then the number of lies that changed something or ended better later."""
    bad = told = 0
    for markup in sys.argv[1:] or [name for name in MARKUPS if name != "lying"]:
        for hints in (True, False):
            with TemporaryDirectory() as folder, LyingHost(quoting_blog(markup), markup, hints=hints) as host:
                first = Tool(Path(folder) / "first")
                first.days_ahead = -0.01  # times of the archive are whole seconds
                assert first.run("backup", host.blog_url(UID)).code == 0
                before = stored(first)
                for name, lie in LIES.items():
                    tool = Tool(Path(folder) / name)
                    shutil.copy(first.db, tool.db)
                    host.tell(*lie)
                    codes = [tool.run(*words).code for words in RUNS]
                    host.tell(None)
                    is_bad = stored(tool) != before or 0 in codes or codes != sorted(codes)
                    told, bad = told + 1, bad + is_bad
                    line = f"{markup} hints={hints} {name}: {codes}{' BAD' if is_bad else ''}"
                    sys.stdout.write(line + "\n")
                    sys.stdout.flush()
    sys.stdout.write(f"{told} lies, {bad} bad\n")


if __name__ == "__main__":
    main()

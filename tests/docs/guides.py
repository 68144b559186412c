"""The guides of users as tests read them: code blocks, the commands in them, and what may not run here.

A comment before a block says why its commands are not run (`<!-- not run: it needs the network -->`). Or it has the exit
code of its last command (`<!-- exit code 1 -->`).
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.paths import ROOT

_FOR_DEVELOPERS = (
    "add-a-site",
    "architecture",
    "extending",
    "measured",
    "performance",
    "releasing",
    "style",
    "testing",
    "upstream",
)

GUIDES = sorted(
    path
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    if not path.name.endswith(".zh.md") and path.stem not in _FOR_DEVELOPERS
)
_BLOCK = re.compile(
    r"(?:<!-- (?P<remark>[^>]*) -->\n+)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
_COMMENT = re.compile(r"(?:^|\s+)(?:#|//) .*$", re.MULTILINE)
_CONTINUED = re.compile(r"\\\n\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A code block: the word after its fence, its text, its first line in the file, the comment before it."""

    kind: str
    text: str
    line: int
    remark: str

    @property
    def content(self) -> str:
        """Return the text without comments, which are in the language of the guide."""
        return "\n".join(line.rstrip() for line in _COMMENT.sub("", self.text).splitlines() if line.strip())

    @property
    def reason_not_to_run(self) -> str:
        return self.remark.partition("not run: ")[2]

    @property
    def exit_code(self) -> int:
        return int(self.remark.partition("exit code ")[2] or 0)

    @property
    def commands(self) -> list[str]:
        """Return the lines to run."""
        return _CONTINUED.sub(" ", self.content).splitlines()


def blocks(guide: Path) -> list[Block]:
    """Return the code blocks of a guide in order."""
    text = guide.read_text("utf-8")
    return [
        Block(
            kind=match["kind"],
            text=match["text"],
            line=text.count("\n", 0, match.start("text")) + 1,
            remark=match["remark"] or "",
        )
        for match in _BLOCK.finditer(text)
    ]


def chinese(guide: Path) -> Path:
    """Return the path of the Chinese translation of a guide."""
    return guide.with_name(guide.name.replace(".md", ".zh.md"))

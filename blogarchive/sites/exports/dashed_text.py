"""The text format of Movable Type: fields, then sections; a line of five dashes ends a section, of eight an entry.

Xuite ends the fields with four dashes. A line of dashes in a text ends nothing, because no field or section follows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_FIELD_NAMES = (
    "TITLE|AUTHOR|DATE|BASENAME|STATUS|ALLOW COMMENTS|ALLOW PINGS|CONVERT BREAKS|PRIMARY CATEGORY|CATEGORY|TAGS|"
    "NO ENTRY|UNIQUE URL|IMAGE"
)
_FIRST_FIELD = re.compile(rf"(?:{_FIELD_NAMES}):(?: |\t|$)")
_FIELD = re.compile(r"(?P<name>[A-Z][A-Z ]*):[ \t]*(?P<value>.*)")
_SECTION = re.compile(r"(?P<name>BODY|EXTENDED BODY|EXCERPT|KEYWORDS|COMMENT|PING):[ \t]*")
_SECTION_END = re.compile(r"-{4,5}[ \t]*")
_ENTRY_END = re.compile(r"-{8}[ \t]*")
_COMMENT_FIELD = re.compile(r"(?P<name>AUTHOR|EMAIL|IP|URL|DATE|TITLE|BLOG NAME):[ \t]*(?P<value>.*)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section; `fields` are the lines at its beginning in comments and pings."""

    name: str
    fields: tuple[tuple[str, str], ...]
    text: str

    def field(self, name: str) -> str:
        """Return the value of the first field of that name, "" if there is none."""
        return next((value for key, value in self.fields if key == name), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class DashedEntry:
    """An entry; a field may be repeated."""

    fields: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def field(self, name: str) -> str:
        """Return the value of the first field of that name, "" if there is none."""
        return next((value for key, value in self.fields if key == name), "")

    def text(self, name: str) -> str:
        """Return the text of the first section of that name, "" if there is none."""
        return next((section.text for section in self.sections if section.name == name), "")


def begins_entry(line: str) -> bool:
    """Return whether a line is a field that an entry may begin with."""
    return _FIRST_FIELD.match(line) is not None


def may_end_entry(line: str) -> bool:
    """Return whether a line ends an entry if the next one begins an entry or the file ends."""
    return _ENTRY_END.fullmatch(line) is not None


def ends_section(line: str) -> bool:
    """Return whether a line has the dashes of the end of a section."""
    return _SECTION_END.fullmatch(line) is not None


def parse_entry(text: str) -> DashedEntry:
    """Return the entry of a text that contains one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    blocks = _split_sections(text.split("\n"))
    fields = [
        (match["name"], match["value"].strip()) for line in blocks[0] if (match := _FIELD.fullmatch(line))
    ]
    return DashedEntry(fields=tuple(fields), sections=tuple(_parse_section(block) for block in blocks[1:]))


def _split_sections(lines: list[str]) -> list[list[str]]:
    """Return the lines of the fields and of each section, without dashes; a section begins with its name."""
    while lines and (not lines[-1].strip() or may_end_entry(lines[-1])):
        lines.pop()
    blocks: list[list[str]] = [[]]
    for index, line in enumerate(lines):
        following = next((other for other in lines[index + 1 : index + 3] if other.strip()), "")
        if ends_section(line) and (index == len(lines) - 1 or _SECTION.fullmatch(following)):
            blocks.append([])
        else:
            blocks[-1].append(line)
    return [blocks[0], *(block for block in blocks[1:] if any(line.strip() for line in block))]


def _parse_section(lines: Sequence[str]) -> Section:
    start = next(index for index, line in enumerate(lines) if line.strip())
    match = _SECTION.fullmatch(lines[start])
    fields: list[tuple[str, str]] = []
    start += 1
    if match and match["name"] in ("COMMENT", "PING"):
        while start < len(lines) and (found := _COMMENT_FIELD.fullmatch(lines[start])):
            fields.append((found["name"], found["value"].strip()))
            start += 1
    text = "\n".join(lines[start:]).strip("\n")
    return Section(name=match["name"] if match else "", fields=tuple(fields), text=text)

"""The differences between Big5 of the Encoding Standard and Python's `big5hkscs`.

Source: https://encoding.spec.whatwg.org/index-big5.txt. The standard decodes HKSCS-2008 and the duplicates of
old pages. It has Microsoft's punctuation; Python follows Unicode's first table.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

_TRAIL_BYTES = bytes((*range(0x40, 0x7F), *range(0xA1, 0xFF)))


def _expand_runs(runs: str) -> Iterator[tuple[bytes, str]]:
    """Yield two bytes and their character for runs such as "8fcb覦覩", which fill consecutive cells from 8F CB."""
    for run in runs.split():
        lead, trail = bytes.fromhex(run[:4])
        first = lead * len(_TRAIL_BYTES) + _TRAIL_BYTES.index(trail)
        for cell, character in enumerate(run[4:], first):
            row, column = divmod(cell, len(_TRAIL_BYTES))
            yield bytes((row, _TRAIL_BYTES[column])), character


_RUNS = (
    "877a㡵𡵓𣚞𦀡㻬𥣞㫵竼龗𤅡𨤍𣇪𠪊𣉞䌊蒄龖鐯䤰蘓墖靊鈘秐稲晠権袝瑌篅枂稬剏遆㓦珄𥶹瓆鿇垳 "
    "87c4䤯呌䄱𣚎堘穲𧭥讏䚮𦺈䆁𥶙箮𢒼鿈𢓁𢓉𢓌鿉蔄𣖻䂴鿊䓡𪷿拁灮鿋 8e69箸 8e6f簆 8e7e糎 8eab緒 8eb4縝 "
    "8ecd者 8ed0耨 8f57菁 8f69蒨 8f6e萏 8fcb覦覩 8ffe起 906d都 907a銹 90dc靜 90f1響 91bf鼖 9244蔃 "
    "92af兙兛兝兞 92c8鍮 92d1瑹 9447浧 94ca禛 95d9邗 9644靝 96ed瀞 96fc嬨 9b76爁 9b78矗 9b7b纇 9bc6駖 "
    "9bde釔 9bec惞 9bf6澶 9c42輶 9c53侻 9c62營 9c68鄄 9c6b鷰 9c77菏 9cbc尐秣 9cd0婧 9d57輋 9d5a筑 9dc4拐 "
    "9ea9恢 9eef痹 9efd汊 9f60鬮 9f66鼗 9fcb僭 9fd8弌 a063蠏 a077拎 a0d5瑨 a0df煢 a0e4牐 "
    "a3c0␀␁␂␃␄␅␆␇␈␉␊␋␌␍␎␏␐␑␒␓␔␕␖␗␘␙␚␛␜␝␞␟␡€ c6cf廴 c6d3无 c6d5癶 c6d7隶 c6de〃仝 fa5f倩 fa66偽 fabd包 "
    "fac5卄 fad5卿 fb48嘅 fbb8婷 fbf3幵 fbf9廐 fc4f彘 fc6c悤 fcb9撐 fce2晴 fcf1杞 fdb7沜渝 fdbb港 fdf1煮 "
    "fe52猪 fe6f瑜 feaa瓩 fedd砉 "
)
MISSING_CHARACTERS: Mapping[bytes, str] = MappingProxyType(dict(_expand_runs(_RUNS)))
"""Two bytes to the character that only the standard has."""


REMAPPED: Mapping[str, str] = MappingProxyType(dict(zip("•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡", strict=True)))
"""Python's character to the standard's character."""


AMBIGUOUS_PAIRS: Mapping[bytes, str] = MappingProxyType({b"\xa2\x41": "∕", b"\xa2\x42": "﹨"})
"""Python decodes A1FE and A241 to one character, and A240 and A242: only their bytes distinguish these two."""

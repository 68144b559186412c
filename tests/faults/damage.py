"""Make damaged copies of an SQLite file: bits, bytes, runs, zeroed, swapped, copied and garbage pages, truncation."""

import random
from collections.abc import Callable, Iterator

PAGE = 4096

_Damage = Callable[[random.Random, bytearray], None]


def _flip_bit(chance: random.Random, data: bytearray) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _replace_byte(chance: random.Random, data: bytearray) -> None:
    data[chance.randrange(len(data))] = chance.randrange(256)


def _replace_run(chance: random.Random, data: bytearray) -> None:
    start, size = chance.randrange(len(data)), chance.randrange(2, 400)
    data[start : start + size] = chance.randbytes(len(data[start : start + size]))


def _flip_schema_bit(chance: random.Random, data: bytearray) -> None:
    data[chance.randrange(100, min(PAGE, len(data)))] ^= 1 << chance.randrange(8)


def _replace_schema_byte(chance: random.Random, data: bytearray) -> None:
    data[chance.randrange(100, min(PAGE, len(data)))] = chance.randrange(128, 256)


def _flip_header_bit(chance: random.Random, data: bytearray) -> None:
    data[chance.randrange(100)] ^= 1 << chance.randrange(8)


def _flip_cell_bit(chance: random.Random, data: bytearray) -> None:
    """Flip a bit in the first 200 bytes of a page, which locate its rows."""
    position = _page(chance, data) + chance.randrange(200)
    data[min(position, len(data) - 1)] ^= 1 << chance.randrange(8)


def _zero_page(chance: random.Random, data: bytearray) -> None:
    _write_page(data, _page(chance, data), bytes(PAGE))


def _garbage_page(chance: random.Random, data: bytearray) -> None:
    _write_page(data, _page(chance, data), chance.randbytes(PAGE))


def _copy_page(chance: random.Random, data: bytearray) -> None:
    source = _page(chance, data)
    _write_page(data, _page(chance, data), bytes(data[source : source + PAGE]))


def _swap_pages(chance: random.Random, data: bytearray) -> None:
    first, second = _page(chance, data), _page(chance, data)
    one, other = bytes(data[first : first + PAGE]), bytes(data[second : second + PAGE])
    _write_page(data, first, other)
    _write_page(data, second, one)


def _truncate(chance: random.Random, data: bytearray) -> None:
    del data[chance.randrange(len(data)) :]


def _page(chance: random.Random, data: bytearray) -> int:
    return chance.randrange(max(1, len(data) // PAGE)) * PAGE


def _write_page(data: bytearray, start: int, content: bytes) -> None:
    data[start : start + PAGE] = content[: len(data) - start]


KINDS: dict[str, _Damage] = {
    "bit": _flip_bit,
    "byte": _replace_byte,
    "run": _replace_run,
    "schema-bit": _flip_schema_bit,
    "schema-byte": _replace_schema_byte,
    "header-bit": _flip_header_bit,
    "cell-bit": _flip_cell_bit,
    "zero-page": _zero_page,
    "garbage-page": _garbage_page,
    "copied-page": _copy_page,
    "swapped-pages": _swap_pages,
    "truncation": _truncate,
}


def damaged_copies(data: bytes, each: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield a name and the content of `each` damaged copies of every kind; the same seed makes the same copies."""
    for kind, damage in KINDS.items():
        for number in range(each):
            copy = bytearray(data)
            damage(random.Random(f"{kind} {number} {seed}"), copy)
            yield f"{kind}-{number}", bytes(copy)

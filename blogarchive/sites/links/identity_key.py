"""A cache key that compares items by identity."""

from operator import is_
from typing import Generic, TypeVar

_T = TypeVar("_T")


class IdentityKey(Generic[_T]):
    """Some items as a cache key; two keys are equal if they have the same objects.

    Comparing or hashing the values of hundreds of items costs more than the cache saves.
    """

    __slots__ = ("items",)

    def __init__(self, items: tuple[_T, ...]) -> None:
        self.items = items

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, IdentityKey):
            return False
        one, two = self.items, other.items
        return one is two or (len(one) == len(two) and all(map(is_, one, two)))

    def __hash__(self) -> int:
        return hash((len(self.items), *map(id, self.items[:1])))

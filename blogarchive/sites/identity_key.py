"""A key for what stands alike on many pages: by the objects it is made of, not by all that they say."""

from operator import is_
from typing import Generic, TypeVar

_T = TypeVar("_T")


class IdentityKey(Generic[_T]):
    """Some items as a key, equal to one of the same objects: to hash or compare all they say costs much."""

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

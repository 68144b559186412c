"""From one post to another of the same export: links between them lead to files, not to the site."""

from collections import defaultdict
from collections.abc import Iterable

from blogarchive.export.site.places import Placed, Shelf
from blogarchive.sites.linked import linked_post


class Crossing:
    """Where the posts of some shelves lie, by what links call them."""

    def __init__(self, shelves: Iterable[Shelf]) -> None:
        self._paths: dict[tuple[str, str, str], str] = {}
        self._numbered: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for shelf in shelves:
            for placed in shelf.posts:
                number = str(placed.heading.number)
                self._paths[shelf.blog.site, shelf.blog.uid, number] = placed.path
                self._numbered[shelf.blog.site, number].append(placed.path)

    def path(self, shelf: Shelf, placed: Placed, url: str) -> str | None:
        """The file of the post that `url`, in a post of this shelf, leads to; None where it is not among them.

        Old URLs name a post by its number alone: they lead to it where one blog only has that number.
        """
        address = linked_post(shelf.blog.site, url, placed.heading.url)
        if address is None:
            return None
        if address.uid is not None:
            return self._paths.get((shelf.blog.site, address.uid, str(address.number)))
        paths = self._numbered.get((shelf.blog.site, str(address.number)), [])
        return paths[0] if len(paths) == 1 else None

"""Find the template of a page."""

from collections.abc import Iterable

from blogarchive.sites.markup.parts import Template
from blogarchive.sites.markup.picker import Picker
from blogarchive.sites.markup.posts import has_post
from blogarchive.sites.markup.tree import PageTree


def find_template(tree: PageTree, templates: Iterable[Template]) -> Template | None:
    """Return the first template that fits the page, or None."""
    return next((one for one in templates if _fits(Picker(tree=tree), one)), None)


def shows_whole_posts(picker: Picker, template: Template) -> bool:
    """Return whether the page has posts that its template shows whole in a list."""
    each = None if template.whole is None else template.whole.each
    return each is not None and bool(picker.elements(each))


def _fits(picker: Picker, template: Template) -> bool:
    if template.marker is not None:
        return bool(picker.elements(template.marker))
    if template.post is not None and has_post(picker, template.post):
        return True
    parts = (template.whole, template.titles, template.comments)
    return any(picker.elements(part.each) for part in parts if part is not None and part.each is not None)

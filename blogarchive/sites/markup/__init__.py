"""Sites of known markup as data: forms of URLs and templates of pages (docs/add-a-site.md)."""

from blogarchive.sites.markup.parts import (
    Answer,
    CardParts,
    CommentParts,
    Form,
    Groups,
    LinkParts,
    ListParts,
    Pick,
    PostParts,
    Template,
    ViewsAnswer,
)
from blogarchive.sites.markup.site import MarkupSite

__all__ = [
    "Answer",
    "CardParts",
    "CommentParts",
    "Form",
    "Groups",
    "LinkParts",
    "ListParts",
    "MarkupSite",
    "Pick",
    "PostParts",
    "Template",
    "ViewsAnswer",
]

"""Sites of known markup as data: forms of URLs and templates of pages (docs/add-a-site.md)."""

from blogarchive.sites.markup.parts import (
    Answer as Answer,
    CardParts as CardParts,
    CommentParts as CommentParts,
    Form as Form,
    Groups as Groups,
    LinkParts as LinkParts,
    ListParts as ListParts,
    Pick as Pick,
    PostParts as PostParts,
    Template as Template,
    ViewsAnswer as ViewsAnswer,
)
from blogarchive.sites.markup.site import MarkupSite as MarkupSite

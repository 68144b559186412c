"""Save the page of a post: the post, its comments and the next pages of its comments."""

from blogarchive.items import ListedPost, PageKind, Post, Target
from blogarchive.store.ingest import plan
from blogarchive.store.ingest.validate import find_post
from blogarchive.store.ledger import frontier
from blogarchive.store.listings import categories, listed_posts
from blogarchive.store.pages.context import SaveContext, post_target
from blogarchive.store.posts import comment_pages, posts

# Compared with each link: attribute access to an enum member is five times slower (Python 3.11).
_COMMENTS = PageKind.COMMENTS


def save_post_page(context: SaveContext) -> None:
    """Save the post of the page; a page that only continues its comments does not change its text."""
    post = find_post(context.crawled)
    if post is None:
        return
    before = posts.read_post_row(context, post.number)
    if PageKind.COMMENTS in (context.parsed.kind, context.target.kind):
        before = before or _name_post(context, post)
        if before is not None:
            context.post_url = before.url
            if _is_counter_page(context, post):
                posts.save_post_counters(context, post, before)
            else:
                comment_pages.save_next_page(context, before.id, post, before.url)
                if not context.is_reparse and post.comment_count is not None:
                    posts.save_post_counters(context, post, before)
            return
        if not (context.page.is_imported and context.parsed.kind is PageKind.POST):
            return
    _save_own_page(context, post, before)


def _save_own_page(context: SaveContext, post: Post, before: posts.PostRow | None) -> None:
    """Store the post of its own page with its first comments, and mark its target as fetched."""
    if before is not None:
        named = before.title if before.content_hash is None else None
        listed = named if before.listed_title is None else before.listed_title
        context.is_title_listed = posts.is_title_listed(post.title or "", listed, is_cut=before.title_is_cut)
        context.is_time_listed = post.read_by is not None and before.posted_at is not None
    post_id = posts.save_own_page(context, post, before)
    if before is not None and before.url not in (post.url, context.target.url):
        context.resolve(before.url)  # the post moved, and its old URL may have failed since
    categories.save_category_names(context, post_id, post.categories)
    if not context.changes.posts_changed:
        context.keep_open.append(("incomplete", "title"))  # until a listing shows the same title
    comment_pages.save_first_page(context, post_id, post)
    if context.is_reparse:
        return
    _queue_counter_page(context, post)
    _mark_own_target_fetched(context, post)


def _name_post(context: SaveContext, post: Post) -> posts.PostRow | None:
    """Store and return a row for a post with only a saved page of comments; else return None."""
    if not (context.page.is_imported and context.parsed.kind is PageKind.COMMENTS and post.comments):
        return None
    named = ListedPost(number=post.number, url=post.url, title=post.title or "", title_cut=True)
    listed_posts.save_listed(context, [named], in_listing=False)
    return posts.read_post_row(context, post.number)


def mark_unchanged(context: SaveContext) -> None:
    """Mark the post of a 304 response as seen and not gone."""
    if context.target.kind is PageKind.POST and context.target.number is not None:
        before = posts.read_post_row(context, context.target.number)
        if before is not None:
            posts.mark_seen(context, before)


def unlinked_post_targets(context: SaveContext) -> list[Target]:
    """Return targets of the unknown posts that the page lists, in case it has no link of their shape."""
    parsed, known, done = context.parsed, context.archive.cache.target_keys, context.archive.cache.done
    shown, listed = (context.blog, parsed.latest, parsed.categories), [*parsed.listed]
    if done.get("posts") != shown:
        listed += parsed.sidebar_posts
    unknown = [post for post in listed if post.number and context.blog.post_key(post.number) not in known]
    if not unknown:
        done["posts"] = shown
    return listed_posts.listed_targets(context, unknown)


def _is_counter_page(context: SaveContext, post: Post) -> bool:
    """Return whether the page is the answer of a script that states the views of the post, and nothing else."""
    shows_post = post.title is not None or post.comment_count is not None or bool(post.comments)
    return context.target.kind is PageKind.COMMENTS and post.views is not None and not shows_post


def _queue_counter_page(context: SaveContext, post: Post) -> None:
    """Requeue the page from which a script reads a counter: a link to comments that is no next page."""
    for link in context.parsed.links:
        if link.kind is _COMMENTS and not link.next_page:
            target = context.own_target(PageKind.COMMENTS, link.url, post_number=post.number)
            context.requeue(target, failed_too=True)


def _mark_own_target_fetched(context: SaveContext, post: Post) -> None:
    """Mark the post's own target fetched too, if the post was fetched by another URL."""
    target = post_target(context, post.url, post.number)
    if frontier.target_key(target) != frontier.target_key(context.target):
        frontier.add_targets(context.archive, [target], now=context.now)
        marks = {"due_at": plan.reschedule_post(context), "etag": None, "last_modified": None}
        frontier.mark_fetched(context.archive, target, fetched_at=context.precise_moment, **marks)

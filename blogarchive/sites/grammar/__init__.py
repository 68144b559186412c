"""The grammar that hosts of this family share: parts of a page, found over visible lines.

Words propose a part. Structure decides whether the template wrote it, or a person typed it into a post or a
comment. Order and counts confirm it. Class names are hints; no part needs them.

The markup of the site is unknown, so rules serve promises where no known page needs them. Comments name them:

- any markup: each part may be in tables, lists, HTML5 elements, or lines parted by `br`;
- any words: labels may be Simplified, Traditional or English, of full or half width, or the text of an image;
- any order: time and counters may be above or below the text, and a comment's header above or below its text;
- nothing left over: what a page shows and no field has is a problem (`leftovers`);
- no wrong value: what cannot be parsed is None and a problem; nobody's words stand under another's name;
- no forgery: what an author or a commenter types is never taken for a part of the page.
"""

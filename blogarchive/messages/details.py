"""Reasons of failures: the English texts that the archive stores, as templates with parameters.

`Detail.STATUS.format(status=404)` is stored in the column `detail`. `explain.py` translates it where it is shown.
Archives contain these texts, and queries of users compare them: a template that was released stays as it is.
"""

from enum import StrEnum

from blogarchive.messages import N_


class Detail(StrEnum):
    """Templates of reasons. The values of `reason`, `kind`, `field` and `change` are translated too."""

    # no response, or an error
    STATUS = N_("status {status}")
    NO_HOST = N_("no such host")
    NO_HOST_NAMED = N_("no such host: {host}")
    CONNECTION_REFUSED = N_("connection refused")
    CONNECTION_LOST = N_("the connection was closed without an answer")
    CONNECTION_ENDED = N_("the connection ended before the page")
    TIMEOUT = N_("no answer in time")
    INVALID_HTTP = N_("the answer is no valid HTTP")
    TLS = N_("no secure connection (TLS): {error}")
    PRIVATE_ADDRESS = N_("{host} is at a private address")
    ROBOTS = N_("robots.txt forbids it")
    ROBOTS_BLOG = N_("robots.txt forbids the whole blog")
    REDIRECTS = N_("max redirections reached")
    REDIRECT_INVALID = N_("redirects to an invalid URL: {error}")
    REDIRECT_CIRCLE = N_("redirects in a circle: {url}")
    REDIRECT_OTHER_SITE = N_("redirects to {url}, which is not of this site")
    REDIRECT_REFUSED = N_("redirects to {url}: {reason}")
    SIZE_LIMIT = N_("larger than the size limit")
    LARGER_THAN = N_("larger than {size} MB")
    LAYERS = N_("compressed {count} times, the limit is {limit}")
    PARTS = N_("compressed in more than {limit:,} parts")
    HEADERS = N_("more than {size} KB of headers")
    PROGRAM = N_("this program failed: {name}: {reason}")
    PARSER_SLOW = N_("parsing took longer than {seconds:.0f} s and was stopped")
    PARSER_ENDED = N_("the process that parses this page has ended")

    # a host that gets no more requests
    HOST_SAME_PAGE = N_("it served the same unreadable page for {count} URLs in a row")
    HOST_REFUSED = N_("it refused {count} requests in a row")
    HOST_PAUSE = N_("it asks for a pause of {seconds:.0f} seconds")
    HOST_FAILED = N_("{count} pages in a row failed")

    # images
    IMAGE_STATUS = N_("HTTP status {status}")
    IMAGE_OTHER = N_("the server sent no image")
    IMAGE_HTML = N_("the server sent an HTML page, no image")
    IMAGE_EMPTY = N_("the server sent nothing, no image")
    IMAGE_HOST_BLOCKED = N_("no more images from its host in this run")
    IMAGE_NO_URL = N_("no web address")
    IMAGE_PRIVATE = N_("a private address")
    IMAGE_SERVICE = N_("another service on the blog's private address")
    IMAGE_HOST = N_("images are not fetched from this host; --media-hosts allows more hosts")
    IMAGE_OF_POST = N_("{reason}; in {url}")

    # a page that is rejected
    PAGE_REFUSES = N_("the page refuses: {notice}")
    PAGE_STOPS = N_("the page stops before its end")
    PAGE_CUT = N_("the page breaks off before its end")
    PAGE_EMPTY = N_("the page is empty")
    PAGE_UNKNOWN = N_("nothing on the page says what it is")
    PAGE_BYTES = N_("not parsed: {size:,} bytes, the limit is {limit:,}")
    PAGE_TAGS = N_("not parsed: {count:,} tags, the limit is {limit:,}")
    OTHER_KIND = N_("shows a page of kind {kind} in its place")
    OTHER_POST = N_("shows post {number} in its place")
    OTHER_BLOG = N_("a page of another blog ({uid})")
    NO_BLOG = N_("nothing says whose blog it is")
    NO_POST = N_("no post was found on the page of one")
    NO_BODY = N_("the post has no body")
    NO_LIST = N_("lists no post any more")
    BODY_EMPTY = N_("the body is empty now")
    BODY_SHORTER = N_("the body is {length} characters, {stored} are stored, and fields are missing: {field}")

    # values that cannot be parsed
    NO_DATE = N_("no time: {text!r}")
    NO_DATES = N_("no dates: {text!r}")
    NO_NUMBER = N_("no number: {text!r}")
    NO_COUNT = N_("no count: {text!r}")
    NO_COUNTERS = N_("no counters, but {text!r}")
    NO_TIME = N_("no time stands beside the title")
    NO_TIME_OF_POST = N_("the page shows no time for the post")
    NO_TIME_OF_COMMENT = N_("a comment shows no time")
    NO_TEXT = N_("the page shows no text for this post")
    NO_VISITS = N_("访问总量 shows {text!r}")
    NO_POST_NUMBER = N_("the page shows a post without a number")
    NO_POST_LINK = N_("a post of the listing has no link")
    AGE = N_("an age of {years} years")
    TITLE_UNCONFIRMED = N_("neither the window title nor a list of the page confirms the title")
    VALUES = N_("the page shows {count} values: {values}")
    TEXTS = N_("the page shows {count} texts; the first is stored")
    LIST_EMPTY = N_("the list names no post")
    LIST_AT_POST = N_("a list is in place of the post")
    LIST_POSITIONS = N_("posts have different positions in the page; none is stored")
    TEMPLATE_WORDS = N_("no template of the site fits; read by words, not by selectors")
    TEMPLATE_UNKNOWN = N_("no template of the site fits; and the window title confirms no title")
    XML_DAMAGED = N_("the XML of the export is damaged")

    # comments
    COMMENTS_NONE = N_("the page claims {claimed} comments and shows none")
    COMMENTS_COUNT = N_("the page claims {claimed} comments and shows {count}")
    COMMENTS_MORE = N_("{claimed} are claimed, {count} are on the page")
    COMMENTS_PARSED = N_("{claimed} comments are claimed, {count} were parsed")
    COMMENTS_DIFFER = N_("{claimed} comments are claimed, its pages differ in number")
    COMMENTS_DOUBTED = N_(
        "0 comments are claimed, {stored} are stored; they are gone if a page of another day agrees"
    )
    COMMENTS_ORDER = N_("the comments are not in order of time")
    COMMENTS_EARLY = N_("a comment is earlier than its post")
    COMMENTS_QUOTED = N_("the only comment goes on below what ends one: an author may have quoted it")
    COMMENTS_BARE = N_("{bare} of {count} comments show no text: the markup of another one may be broken")
    COMMENTS_ABOVE = N_("no comment shows a text below its header, and there is some above")
    COMMENTS_TYPED = N_("there is text above the first header, and all headers may be typed there")
    COMMENTS_YEARS = N_("times of comments have no year, and the post is older than a year")
    COMMENTS_STRUCTURE = N_("the page's structure tells its comments apart in more than one way")
    COMMENTS_WORDS = N_("{count} comment headers that nothing but words tells apart, claimed: {claimed}")
    COMMENTS_IN_TEXT = N_("nothing but words tells comments from the post's text around them")
    COUNTERS_AGREE = N_(
        "{count} lines read like the page's counters, and under {agreeing} of them the comments agree"
    )
    COUNTERS_TOO_MANY = N_("too many lines read like the page's counters")
    COMMENTS_POSITIONS = N_("comments have different positions in the page")
    COMMENTS_BEGIN = N_("comments begin with different white space")
    COMMENTS_END = N_("comments end with different white space, as if tags in a comment ended it")
    COMMENT_ENDED = N_("an element in a comment ends that comment")
    COMMENT_TEXT_ENDED = N_("an element in a comment ends the text of that comment")
    COMMENT_ATTRIBUTE = N_(
        "an attribute in a comment contains end tags: a quote that someone typed has no end"
    )
    COMMENT_ANSWER = N_("an answer begins without the white space of the template")

    # listings and links
    LISTED_TITLE = N_("listed as {listed!r}, but titled {title!r} on its own page")
    MONTHS_DIFFER = N_("the first or last date shown is of no stored post, in {count} months: {months}")
    MONTHS_GONE = N_("{count} months are no longer in the archive's rows")
    TOO_MANY_PAGES = N_("more than {limit:,} pages follow each other; the rest is not fetched")
    TOO_MANY_LINKS = N_("the page links to more than {limit:,} blogs; the others are not stored")
    TOO_MANY_BLOGS = N_("pages of this blog link to more than {limit:,} other blogs; the rest is not stored")
    FETCHED_AGAIN = N_(
        "fetched again and again in one run, and each time other pages called for it once more"
    )

    # changes of the site
    CHANGE_OF_MOST = N_("most posts of the site changed in this way: {change}")
    CHANGE_BOUNDS = N_(
        "the whole stored body is on the page, but {parsed} of its {stored} characters were parsed"
    )
    CHANGE_DAMAGED = N_("characters are damaged that are stored whole")
    CHANGE_SHIFTED = N_("all times are {shift} from the stored ones")
    CHANGE_TEXTS = N_("every comment of the page has another text than the stored one")
    CHANGE_NAMES = N_("every comment of the page has another name or time than the stored one")

"""The allow-list against XSS: tags, attributes, styles and URL schemes that sanitized HTML may contain."""

TAGS = frozenset(
    """a abbr b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption
    figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span strike
    strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr""".split()  # noqa: SIM905
)
"""Every other element is removed; its text stays, unless its tag is one of `TAGS_WITH_CONTENT`."""

TAGS_WITH_CONTENT = frozenset(("script", "style", "noscript", "template", "title"))
"""Elements that are removed together with their content."""

ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align"},
    "col": {"span"},
    "colgroup": {"span"},
    "ol": {"start", "type"},
    "font": {"color"},
    "p": {"align"},
    "div": {"align"},
    "time": {"datetime"},
    "del": {"datetime"},
    "ins": {"datetime"},
    "*": {"lang", "dir"},
}
"""Attributes by tag; `*` is every tag."""

STYLES = frozenset(("text-align", "font-weight", "font-style", "text-decoration", "color", "text-indent"))
"""CSS properties that a `style` attribute of a stored body may set; a page shows no `style` attribute."""

URL_SCHEMES = frozenset(("http", "https", "mailto"))
"""Schemes of `href` and `src`."""

LINK_REL = "noopener noreferrer nofollow"
"""`rel` of every link: the other site does not learn where the reader came from."""

NOT_STORED = "not-stored"
"""The one class that a page may show, on a `span`: the placeholder of an image that is not stored."""

"""The words by which a reader finds the parts of a page, and folding for matching.

Folding maps each character to one character, so offsets in the folded and in the shown text are equal.
Folding serves matching only; the store gets the text as shown.
"""

import re
from functools import lru_cache

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = {ord(sign): " " for sign in "\u3000\xa0\t\n\u200b\u200c\u200d\u2060\ufeff\xad"}
_SIGNS |= {ord(sign): ":" for sign in "﹕︰∶꞉"} | {ord(sign): "," for sign in "、﹐"}
_SIGNS |= (
    {ord(sign): "|" for sign in "│丨¦┃ǀ︱┊┆┇┋║"} | {ord(sign): "-" for sign in "–—−‐‑‒―"} | {ord("～"): "~"}
)
# Traditional forms of the characters that occur in labels, and of no others.
_TRADITIONAL = str.maketrans(
    "瀏覽評論覆復複時間註冊訪問總發佈類錄檔網絡誌歲頁點擊個資後藏點週於條讚頂擬陸號錯誤過請權限隱刪沒無該處現開啟繁帳戶驗證碼內製佇"
    "聞視頻壇購設萬維讀為華廣務聯關歡單誰舉報歸與詳細體簡轉載鏈鄰裡還們這錄統計訊訂閱薦隨機熱門貼樓給張應氣迴響數說寫歷專題欄標籤來層贊",
    "浏览评论复复复时间注册访问总发布类录档网络志岁页点击个资后藏点周于条赞顶拟陆号错误过请权限隐删没无该处现开启繁帐户验证码内制伫"
    "闻视频坛购设万维读为华广务联关欢单谁举报归与详细体简转载链邻里还们这录统计讯订阅荐随机热门贴楼给张应气回响数说写历专题栏标签来层赞",
)
_FOLD: dict[int, str | int] = {**_FULL_WIDTH, **_SIGNS, **_TRADITIONAL}
_FOLDED = {chr(code): to if isinstance(to, str) else chr(to) for code, to in _FOLD.items()}
_TO_FOLD = re.compile("[" + re.escape("".join(_FOLDED)) + "]")

NUMBER = r"\d[\d,]{0,20}+(?:\.\d{1,8}+)?\s*[万萬亿億千]?"
DATE = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}(?:\s*日)?"
_HALF_DAY = r"(?:上午|下午|凌晨|早上|中午|晚上)"
_SECOND = r"(?:\s*[:分]\s*\d{1,2}(?:\s*秒)?|\s*分(?![享类]))?"
TIME_OF_DAY = rf"{_HALF_DAY}?\s*\d{{1,2}}\s*[:时點点]\s*\d{{1,2}}{_SECOND}(?:\s*[AaPp][Mm])?"
_OFFSET = r"(?:(?<=:\d\d:\d\d)(?:Z|[+-]\d{2}:?\d{2})(?!\d))?"
DATETIME = rf"{DATE}(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?\s*T?\s*{TIME_OF_DAY}{_OFFSET}"

LINE_START = "\x01"
"""Starts each line in a text of many. No page contains it: controls are removed before parsing."""

BULLETS = "·•・‧▪●○◆◇■□★☆►▶>»*-–—"

POST_LABEL = re.compile(r"网[络路]日[志记]正文")
COMMENTS_LABEL = re.compile(
    r"(?=[文发网最全所读查用评留回共已有\d《“「『])"
    r"(?:(?:(?:文章|发表|网友|最新|全部|所有|读者|查看|用户)评论|评论(?:列表|区)|评论|(?:网友|全部|所有|读者)(?:留言|回应)|(?:留言|回应)列表"
    r"|回应文章|(?:留言|回应)(?=\s*\(?\d))(?:\s*\(?\s*共?\s*(?P<count>\d{1,6})\s*(?:[条个篇]\s*(?:评论|留言|回应)?)?\)?)?"
    r"|(?:共有?|已?有)?\s*(?P<number>\d{1,6})\s*[条个篇]\s*(?:评论|留言|回应)"
    r"|[《“「『][^\x01]{1,100}[》”」』]\s*上?[有的]\s*(?P<titled>\d{1,6})\s*[条个篇]\s*(?:评论|留言|回应))"
)
"""The label above the comments, with their number if it shows one."""
SECTION_LABEL = re.compile(
    r"(?P<card>(?:我的|个人|博主|作者)(?:名片|资料|信息|档案|资讯|简介)|关于(?:我|博主|作者))|(?P<calendar>(?i:calendar)|日历|日曆)|(?P<latest>最新(?:发布|发表|文章|日志|博文))"
    r"|(?P<categories>(?:文章|日志|博文|我的|专题|博客|个人)分类|分类(?:目录|列表)?)"
    r"|(?P<months>(?:存档|归档)(?:目录)?|(?:文章|日志|博文|按月|历史|每月|月份|博客)(?:存档|归档|[彙汇]整)|每月文章)"
    r"|(?P<other>(?:最新|最近|热门|推荐|随机|精华)(?:评论|留言|回复|访客|文章|博文|日志|阅读|来访|点击)|(?:评论|阅读)排行"
    r"|友情链接|(?:访问|博客)统计|(?:站内|博客)搜索|(?i:RSS)订阅|博客公告|好友列表|我的好友|谁来看过)"
)
"""The label of a section of the sidebar. The group that matched names it; `other` is not parsed."""

_CALENDAR_LINE = re.compile(
    r"\d{1,2}|[日一二三四五六]|(?:星期|周)[日一二三四五六天]|\d{4}\s*年\s*(?:\d{1,2}\s*月)?|\d{1,2}\s*月|[<>«»‹›]{1,2}"
    r"|(?:sun|mon|tue|wed|thu|fri|sat|[smtwf])[a-z]*\.?|.*\d{4}.*|上\s*一?\s*[月年]|下\s*一?\s*[月年]|[\d\s]+|[日一二三四五六\s]+",
    re.IGNORECASE,
)
CALENDAR_HEAD = re.compile(r"[<>«»‹›]{1,2}|.*\d{4}.*|\d{1,2}\s*月|[上下]\s*一?\s*[月年]")
_ONWARD = "▶►▷▸⟩❯≫»›→⇒➔"
_ARROWS = rf"(?:>{{1,3}}|[{_ONWARD}]{{1,2}})"
NEXT_PAGE = re.compile(
    r"[\[【(]?(?:下\s*一?\s*页|后\s*一?\s*页|[向往]后翻页?|(?:查看|显示|加载|展开)?(?:更多|其余|剩余|后面)的?(?:评论|留言|回复)|next(?:\s*page)?"
    r"|(?:[«‹←]|<{1,2})?\s*(?:(?:更早|较早|更旧|较旧)的?(?:文章|日志|博文|评论)|older(?:\s*(?:posts|entries|comments))?)"
    rf"|{_ARROWS})[\]】)]?(?:\s*(?:{_ARROWS}|\(?\d{{1,4}}\s*/\s*\d{{1,4}}\)?|[….]+))?",
    re.IGNORECASE,
)
MORE_LINK = re.compile(
    rf"(?:点击)?(?:加载|查看|显示)?更多\s*(?:{_ARROWS}|[….]+)?|load more|more", re.IGNORECASE
)
"""Words that lead to the next page only if the URL of the link agrees."""

AROUND_LABEL = " []【】「」:>|·•"
# First characters of all labels: one test instead of many alternatives.
_LABELS_BEGIN = "我个作关日最文分存归月按历每专近热推随精评阅友访博站好谁CcRr"
SECTION_START = re.compile(
    rf"{LINE_START}[{re.escape(AROUND_LABEL)}]*+(?=[{_LABELS_BEGIN}])(?:{SECTION_LABEL.pattern})"
)
"""The start of each line that may be the label of a section."""

_MAX_LABEL_LENGTH = 16
_BARE_LABELS = frozenset(("分类", "存档", "归档"))
_MORE = re.compile(r"\s*[\[(<]?\s*(?:更多|全部|more)\s*[\])>».…]*\s*$", re.IGNORECASE)


@lru_cache(maxsize=4096)  # each page of a blog has the same calendar
def is_calendar_text(text: str) -> bool:
    """Return True if a calendar can show the folded line: a day, a weekday, a month, a link to another."""
    return _CALENDAR_LINE.fullmatch(text.strip()) is not None


def fold(text: str) -> str:
    """Return `text` for matching: half-width signs, plain spaces, Simplified characters of labels."""
    # Little of a Chinese text folds: this is five times faster than str.translate.
    return _TO_FOLD.sub(_fold_match, text)


def _fold_match(found: "re.Match[str]") -> str:
    return _FOLDED[found[0]]


def match_section(folded: str) -> str | None:
    """Return the name of the section if the folded line is its label, else None."""
    text = None if folded[:1].isdigit() else strip_label(folded)
    if text in _BARE_LABELS and ":" in folded:
        return None  # 分类: of one post
    label = None if text is None else SECTION_LABEL.fullmatch(text)
    return None if label is None else label.lastgroup


def strip_label(folded: str) -> str | None:
    """Return the words of a label without brackets and signs around them; None if the line is too long."""
    text = _MORE.sub("", folded).strip(AROUND_LABEL)
    return text if 0 < len(text) <= _MAX_LABEL_LENGTH else None


def expand_folded(signs: str) -> frozenset[str]:
    """Return these characters and all that fold to one of them."""
    return frozenset(signs) | {shown for shown, folded in _FOLDED.items() if folded in signs}


def strip_bullets(text: str) -> str:
    """Return `text` without the bullets and spaces before it."""
    return text.lstrip(BULLETS + " \u3000\xa0\u200b")

"""Folding for matching, and the words by which a reader finds the parts of a page.

Folding is character for character, so a place in the folded text is the same place in the text as shown. Only
matching folds; what is stored is what the page says.
"""

import re

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = {ord(sign): " " for sign in "\u3000\xa0\t\n"} | {ord(sign): ":" for sign in "﹕︰∶꞉"}
_SIGNS |= {ord(sign): "|" for sign in "│丨¦┃ǀ"} | {ord(sign): "-" for sign in "–—−‐‑‒―"} | {ord("～"): "~"}
# Traditional forms of the characters that occur in labels (and of those alone: folding here is for labels).
_TRADITIONAL = str.maketrans(
    "瀏覽評論覆復複時間註冊訪問總發佈類錄檔網絡誌歲頁點擊個資後藏點週於條讚頂擬陸號錯誤過請權限隱刪沒無該處現開啟繁帳戶驗證碼內製佇",
    "浏览评论复复复时间注册访问总发布类录档网络志岁页点击个资后藏点周于条赞顶拟陆号错误过请权限隐删没无该处现开启繁帐户验证码内制伫",
)
_FOLD: dict[int, str | int] = {**_FULL_WIDTH, **_SIGNS, **_TRADITIONAL}

NUMBER = r"\d[\d,]*(?:\.\d+)?\s*[万萬亿億千]?"
DATE = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}(?:\s*日)?"
CLOCK = r"(?:上午|下午|凌晨|早上|中午|晚上)?\s*\d{1,2}\s*[:时點点]\s*\d{1,2}(?:\s*[:分]\s*\d{1,2}(?:\s*秒)?)?(?:\s*[AaPp][Mm])?"
MOMENT = rf"{DATE}(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?\s*{CLOCK}"

BULLETS = "·•・‧▪●○◆◇■□★☆►▶>»*-–—"

POST_LABEL = re.compile(r"网[络路]日[志记]正文:?")
HEADING = re.compile(
    r"[\[【(]?(?:文章评论|发表评论|网友评论|最新评论|评论列表|评论)[\]】)]?:?(?:\s*\(?\d+\)?)?"
)
CARD_LABEL = re.compile(r"[\[【]?我的名片[\]】]?:?")
CALENDAR_LABEL = re.compile(r"[\[【]?(?:calendar|日历|日曆)[\]】]?:?", re.IGNORECASE)
LATEST_LABEL = re.compile(r"[\[【]?最新(?:发布|发表|文章|日志|博文)[\]】]?:?")
CATEGORIES_LABEL = re.compile(r"[\[【]?(?:分类目录|文章分类|日志分类|博文分类)[\]】]?:?")
MONTHS_LABEL = re.compile(r"[\[【]?(?:存档目录|归档目录|文章归档|日志归档|月份存档)[\]】]?:?")
NEXT_PAGE = re.compile(
    r"[\[【(]?(?:下\s*一?\s*页|后\s*一?\s*页|next(?:\s*page)?|>|>>|»|›|→)[\]】)]?(?:\s*(?:>|>>|»|›|→))?",
    re.IGNORECASE,
)


def fold(text: str) -> str:
    """`text` with full-width signs halved, odd spaces made plain, labels' Traditional forms made Simplified."""
    return text.translate(_FOLD)


def unbulleted(text: str) -> str:
    """`text` without the bullets and spaces before it."""
    return text.lstrip(BULLETS + " \u3000\xa0")

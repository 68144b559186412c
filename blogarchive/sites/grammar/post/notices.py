"""Notices in place of a page, whatever the status: gone, hidden, login, too many requests."""

import re
from collections.abc import Iterable

from blogarchive.items import Notice, NoticeKind
from blogarchive.sites.grammar.page.page_view import PageView

_MAX_NOTICE_LENGTH = 120  # a notice is a sentence; an article about such things is longer
_MAX_PAGE_LENGTH = 1000  # of the page without sidebar and header
_PATTERNS = {
    NoticeKind.BLOCKED: re.compile(
        r"访问(?:过于|太)?频繁|请求(?:过于|过多|太多|频繁)|操作(?:过于|太)?频繁|too many requests|验证码|captcha"
        r"|access denied|forbidden|您的ip|ip.{0,6}(?:封|禁|限制)|安全(?:检查|验证)|人机验证|checking your browser"
        r"|系统繁忙|服务器(?:繁忙|忙)|稍[后候]再[试来]|unusual traffic|just a moment\.\.\.|enable javascript and cookies"
        r"|attention required|you have been blocked|you are (?:a )?human|ddos protection|滑动.{0,6}验证|完成.{0,8}验证"
        r"|异常(?:流量|访问|请求)|(?:访问|请求).{0,4}被.{0,4}(?:阻断|拦截|拒绝|限制|禁止)",
        re.IGNORECASE,
    ),
    NoticeKind.HIDDEN: re.compile(
        r"(?:文章|日志|博文|博客|内容|日记).{0,14}(?:隐藏|私密|不公开|未公开|加密|保密)|私密(?:文章|日志|博文|日记)|仅.{0,8}(?:可见|可看|可以看|访问)"
        r"|只有.{0,10}(?:才能|可以|能).{0,4}(?:看|阅读|访问|浏览)|没有权限|无权|权限不足|设置了(?:访问)?权限|需要密码|输入密码",
    ),
    NoticeKind.GONE: re.compile(
        r"(?:文章|日志|博文|博客|帖子|页面|内容|日记|链接|网页|用户|博主).{0,12}"
        r"(?:不存在|已.{0,8}删除|被.{0,8}删除|已删|找不到|没有找到|失效|已关闭|被关闭|已注销|被封|被屏蔽|被冻结)"
        r"|(?:不存在|没有|未找到|找不到).{0,6}(?:文章|日志|博文|博客|帖子|页面|内容|用户|博主)|(?:已经?|被)(?:作者|博主|管理员).{0,4}删除"
        r"|404 not found|page not found|not found",
        re.IGNORECASE,
    ),
    NoticeKind.LOGIN: re.compile(
        r"请(?:您)?先?.{0,4}登[录陆入]|登[录陆入](?:之?后|以后).{0,8}(?:才能|方可|可以|查看|阅读|浏览|继续)|需要登[录陆入]"
        r"|please (?:log|sign) ?in|login required|^\W*(?:用户|会员|[帐账][号户])?登[录陆入](?:页面?)?\s*(?:$|[-_|–—·])",
        re.IGNORECASE,
    ),
}


def find_notice(view: PageView, lines: Iterable[int]) -> Notice | None:
    """Return the notice that the lines show, a refusal first; None if there is none or the page says much
    more.
    """
    own = list(view.lines_with_text(lines))
    if sum(len(view.folded[i]) for i in own) > _MAX_PAGE_LENGTH:
        return None
    texts = [(view.lines[i].text, view.folded[i]) for i in own if len(view.folded[i]) <= _MAX_NOTICE_LENGTH]
    menus = {view.folded[i] for i in own if view.links[i] and view.links[i][0][0] == view.lines[i].text}
    texts.append((view.document.title, view.document.title))
    for kind, words in _PATTERNS.items():
        for text, folded in (
            texts if kind is not NoticeKind.LOGIN else [t for t in texts if t[1] not in menus]
        ):
            if words.search(folded) or words.search(folded.replace(" ", "")):
                return Notice(kind=kind, text=text)
    return None

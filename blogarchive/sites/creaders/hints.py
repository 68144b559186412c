"""Facts of the templates of blog.creaders.net, seen in public snippets of its pages."""

from blogarchive.sites.grammar.page.hints import MarkupHints

_SITE_BAR = """
首页 首 页 新闻 新 闻 视频 视 频 博客 博 客 论坛 论 坛 分类广告 购物 购
物 搜索 搜索>> 发表日志 控制面板 个人相册 给我留言 帮助 退出 登录 登陆 注册
简体 繁体 繁體 简体版 繁体版 设万维读者为首页 万维读者网 -- 全球华人的精神家园
广告服务 联系我们 关于万维 复制 收藏本页 返回首页 博客首页 加入收藏 RSS 相册
财经 体育 娱乐 移民 留学 健康 军事 科技 教育 小说 读书 网刊 书屋
"""

HINTS = MarkupHints(
    title_class="diary_title",
    body_class="diary_content",
    site_bar=frozenset(_SITE_BAR.split()),
    title_cut_bytes=30,
)

"""The labels of a page and their punctuation, in both scripts."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True, slots=True)
class Labels:
    """The labels of a page, Simplified by default, and their punctuation."""

    colon: str = "："
    comma: str = "，"
    left: str = "（"
    right: str = "）"
    body: str = "网络日志正文"
    diary_list: str = "网络日志列表"
    copy: str = "复制"
    bookmark: str = "收藏本页"
    views: str = "浏览"
    comments: str = "评论"
    write_comment: str = "发表评论"
    comment_section: str = "文章评论"
    author: str = "作者"
    reply: str = "回复"
    comment_time: str = "留言时间"
    card: str = "我的名片"
    years: str = "岁"
    registered: str = "注册日期"
    visits: str = "访问总量"
    times: str = "次"
    profile: str = "点击查看我的个人资料"
    latest: str = "最新发布"
    categories: str = "分类目录"
    months: str = "存档目录"
    whole_post: str = "阅读全文"
    pinned: str = "置顶"
    first_page: str = "首页"
    previous_page: str = "上一页"
    next_page: str = "下一页"
    last_page: str = "尾页"
    missing: str = "您要找的页面不存在"
    deleted: str = "该日志不存在或已被作者删除"
    hidden: str = "该日志已被作者隐藏，只有作者本人登录后可以查看"
    login: str = "请您先登录，然后再查看该日志"
    blocked: str = "您的访问过于频繁，请稍后再试"
    site_bar: str = "首页 新闻 视频 博客 论坛 分类广告 购物"
    desk: str = "发表日志 控制面板 个人相册 给我留言"
    footer: str = "关于本站 | 广告服务 | 联系我们 | 招聘信息 | 网站导航 | 隐私保护"

    def paren(self, number: int) -> str:
        """Return a number in the brackets of the page."""
        return f"{self.left}{number}{self.right}"

    def half_width(self) -> "Labels":
        """Return the same labels with half-width punctuation."""
        return replace(self, colon=":", comma=",", left="(", right=")")


SIMPLIFIED = Labels()
TRADITIONAL = Labels(
    body="網絡日誌正文",
    diary_list="網絡日誌列表",
    copy="複製",
    bookmark="收藏本頁",
    views="瀏覽",
    comments="評論",
    write_comment="發表評論",
    comment_section="文章評論",
    author="作者",
    reply="回復",
    comment_time="留言時間",
    years="歲",
    registered="註冊日期",
    visits="訪問總量",
    profile="點擊查看我的個人資料",
    latest="最新發布",
    categories="分類目錄",
    months="存檔目錄",
    whole_post="閱讀全文",
    pinned="置頂",
    first_page="首頁",
    previous_page="上一頁",
    next_page="下一頁",
    last_page="尾頁",
    missing="您要找的頁面不存在",
    deleted="該日誌不存在或已被作者刪除",
    hidden="該日誌已被作者隱藏，只有作者本人登錄後可以查看",
    login="請您先登錄，然後再查看該日誌",
    blocked="您的訪問過於頻繁，請稍後再試",
    site_bar="首頁 新聞 視頻 博客 論壇 分類廣告 購物",
    desk="發表日誌 控制面板 個人相冊 給我留言",
    footer="關於本站 | 廣告服務 | 聯繫我們 | 招聘信息 | 網站導航 | 隱私保護",
)

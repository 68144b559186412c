"""The invented words of generated blogs, in both scripts."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, kw_only=True, slots=True)
class Stock:
    """Words of one script."""

    names: tuple[str, ...]
    blog_titles: tuple[str, ...]
    taglines: tuple[str, ...]
    categories: tuple[str, ...]
    subjects: tuple[str, ...]
    deeds: tuple[str, ...]
    places: tuple[str, ...]
    remarks: tuple[str, ...]
    day: str

    def sentence(self, random: Random) -> str:
        """Return a sentence."""
        return f"{random.choice(self.places)}，{random.choice(self.subjects)}{random.choice(self.deeds)}。"

    def paragraph(self, random: Random) -> str:
        """Return two to six sentences."""
        return "".join(self.sentence(random) for _ in range(random.randrange(2, 7)))

    def title(self, random: Random, ordinal: int) -> str:
        """Return a title; some are longer than the 30 bytes a sidebar shows."""
        tail = random.choice(self.deeds) if random.random() < 0.6 else ""
        return f"{self.day.format(ordinal)}：{random.choice(self.subjects)}{tail}"

    def opening(self, ordinal: int) -> str:
        """Return a first line that is unique to a post."""
        return f"{self.day.format(ordinal)}。"


HANS = Stock(
    names=("河边老王", "陶喆迷", "朱镕", "小吉𠮷", "二十一€", "王堃", "㑇人", "Seagull", "北窗", "半亩方塘"),
    blog_titles=("北窗闲话", "灯下随笔", "半亩方塘"),
    taglines=("一盏灯，一壶茶，慢慢说。", "写给自己，也写给路过的人。"),
    categories=("读书笔记", "旅途见闻", "厨房与菜园", "旧事"),
    subjects=(
        "邻居家的猫",
        "图书馆的老钟",
        "那本没有封面的书",
        "卖豆腐的师傅",
        "我的自行车",
        "院子里的柿子树",
    ),
    deeds=(
        "在雨里站了整整一个下午",
        "忽然想起了很多年前的火车",
        "把窗台上的花盆又挪了一遍",
        "和我讨价还价，最后谁也没占到便宜",
        "总在同一个时刻发出同样的声音",
        "教会我怎样耐心地等一锅汤",
        "没有留下一句话就离开了小镇",
    ),
    places=(
        "清晨的河岸上",
        "搬家的那天",
        "去年冬天",
        "在旧书店门口",
        "山路转弯的地方",
        "午饭以后",
        "地铁的末班车里",
    ),
    remarks=(
        "写得真好，期待下一篇。",
        "我也有过同样的经历。\n那时候还没有手机。",
        "不同意最后一段。",
        "顶！",
        "请问文中的书店还在吗？",
        "谢谢分享，已转给家人看。\n祝好。",
    ),
    day="记第{}日",
)

HANT = Stock(
    names=("河邊老王", "陶喆迷", "小吉𠮷", "二十一€", "王堃", "Seagull", "北窗", "半畝方塘"),
    blog_titles=("北窗閒話", "燈下隨筆", "半畝方塘"),
    taglines=("一盞燈，一壺茶，慢慢說。", "寫給自己，也寫給路過的人。"),
    categories=("讀書筆記", "旅途見聞", "廚房與菜園", "舊事"),
    subjects=(
        "鄰居家的貓",
        "圖書館的老鐘",
        "那本沒有封面的書",
        "賣豆腐的師傅",
        "我的腳踏車",
        "院子裡的柿子樹",
    ),
    deeds=(
        "在雨裡站了整整一個下午",
        "忽然想起了很多年前的火車",
        "把窗台上的花盆又挪了一遍",
        "和我討價還價，最後誰也沒佔到便宜",
        "總在同一個時刻發出同樣的聲音",
        "教會我怎樣耐心地等一鍋湯",
        "沒有留下一句話就離開了小鎮",
    ),
    places=(
        "清晨的河岸上",
        "搬家的那天",
        "去年冬天",
        "在舊書店門口",
        "山路轉彎的地方",
        "午飯以後",
        "捷運的末班車裡",
    ),
    remarks=(
        "寫得真好，期待下一篇。",
        "我也有過同樣的經歷。\n那時候還沒有手機。",
        "不同意最後一段。",
        "頂！",
        "請問文中的書店還在嗎？",
        "謝謝分享，已轉給家人看。\n祝好。",
    ),
    day="記第{}日",
)

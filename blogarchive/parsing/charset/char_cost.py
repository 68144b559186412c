"""The cost of a text: low for text that people write, high for bytes decoded in a wrong charset.

A character costs about -log2 of its frequency, in quarters of a bit; a text costs the sum of its characters.
So texts decoded from the same bytes in different charsets are comparable, and the difference is the
certainty.

The order of the characters comes from the word counts of jieba's dictionary (MIT), converted to traditional
script for the traditional half. Rarer characters are ranked by the levels of GB 2312 and Big5: their first
level is the few thousand characters in use.
"""

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import Literal

Script = Literal["chinese", "guests", "japanese", "korean", "alphabet"]

BIT = 4  # costs are in quarters of a bit
REPLACEMENT_COST = 34 * BIT  # of U+FFFD, which no real text contains

NON_ASCII = re.compile("[^\x00-\x7f]+")
_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"

EVERYDAY = (
    "的了我你他她它是不在有人这這个個们們来來就说說也都和一大中國国爲为上地年會会以到時时要出生學学道民家子成"
    "行下于於后发後發自之对對得主長长可過过天作分方用多着部能市等业業全里工公經经本而高政法面門门动動日進进区"
    "區事代那去心小同北定開开產产前其軍军还還然起种種所如吗嗎吧呢啊哦呵哈嘿嘛您谁誰啦帖贴貼博客楼樓顶頂赞贊谢"
    "謝沙评評"
)
_COMMON = (
    "论論网網图圖载載转轉复復複回裡著台臺灣湾為线線群啟启妳祂咱俺喔嗯唉哎呀文片览覽浏瀏读讀访訪留言签簽链鏈登"
    "录錄注册冊搜索点點击擊裏現现理机機體体表力好外與与当兩两當实實重新三麼么只山水關关明從从化平建又制南內内"
    "西沒没此將将員员名手最東东頭头者月間间無无安看见見各城十相但已些正口通想度加第合院物性戰战由位常海意場场"
    "武使次二向治因立數数样樣身情入原問问把路被并利石老教万萬知級级量任江及应應省資资委务務元美特並期世湖系比"
    "氣气汉漢總总展電电科金先声聲提品设設或義义王社很統统处處四首共马馬形己兒儿司太目基領领队隊直计計别女別權"
    "权话話少流命至報报米給给打變变果書书清活几州华華解幾議议更稱称程今張決决张導导术府術才保交放管結结師师便"
    "走達达族反再題题色五京河接條条规規式县縣白改風风光运運信受什组組听聽布百济濟党指黨強强做取技黃黄神選选記"
    "记斯真卻却職职号號界件花類类何眼兵传傳帶带空干农農边邊据集據聯联古广廣完质質陽阳難难增历史專专官每住商即"
    "步认認車车林必死游舉举備皇土团收考求德叫近备爭研"
)
_FREQUENT = (
    "争非具李衆众連连歷调調感笑革團该該持始英克士爾尔让讓拉思根格造较較际際親亲单單朝紅红型價价校约約器字段周"
    "亞亚深候則则屬功属积積快火千准究往极極育像裝装許许参半令吃遊喫佈观觀參魚鱼精辦办帝八影告隨遠远羣包整構构"
    "料随划算象容劃示投势勢熱热值夫望源息语語股鐵铁断斷派速怎需愛爱律紀纪支早况況病境證证編编越局推滿满且列觉"
    "覺服雙双未居除織樂乐企引標标确確织初青志項率项飞飛節球节察龙龍响響药站藥施均消幹準失轻輕存低甚般曾防請请"
    "離离落顯显羅罗营營足素视視护護副食创創餘余照興兴占巴虽雖洲村佔費费易试試星木寶黑左宝置跟央識识維维采六環"
    "底宮宫房音环案批切斗富乡鄉另倒若按查故突责責严嚴桥橋模僅仅勝胜杀殺围圍席採製态態破承招係楊杨负負层層须父"
    "供續续状狀域細似依銀银范修找九致密终終血須旅钱錢赛賽獨鬥独细效玉冲获習习醫医演毛尽彈脸臉弹艺藝鎮航陆陸右"
    "协協七攻镇檢检寫写範苏宗章阿獲抗弟坐蘇验驗封紧緊劳勞户戶優优財财养養適陳适陈喜卫衛座排射哥油刻急降念云微"
    "伤傷例景拿絕绝阶階雲刘劉剛刚害印億亿母酒助闻聞超审審待壓压升送監监策略限竟香配藏敌敵樹差仍蘭兰溫温園园树"
    "簡征善波哪词詞島岛止預预怕繼继皮執执味份角草男普答益船惊驚核街夏輯宣掌畫劍田久画辑奇尼剑谈談背免孩禮礼材"
    "愿願洋春架筑築括晚亂乱講乎讲尚良友临臨激刀夜室既敢邦挥昌揮板胡欧歐福葉港叶简苦擔担句歲岁荆荊贵貴娘守辖轄"
    "威宜衣錯帮幫块塊堂额額错剧劇充欢歡够夠孫孙班呼陣阵銷销堅"
)
_OCCASIONAL = (
    "坚練练脚腳退測测衝吴吳希寧宁換换版異异某顾顧曲楚典朱毒菜判救宋茶洪含顺順敗鲜鮮败货貨矿礦端兄歸归冷忙买買"
    "险險康肉厂廠永沉散遺遗停筆笔假输輸牛洞松漸渐训訓否述畢毕徵督盡控丰献獻姑爺忽爷互亮納纳襄钟伯臣雄季腦脑豐"
    "介鄂召饭飯暗擴扩祖齐齊短烈赶趕牌恩訴诉移詩诗础礎露屆届蒙靜静喝盘盤卖賣植授伊痛减減穿逐秘祕庭陵固禁票灵靈"
    "杂雜姓泽澤吸側侧庆慶媽妈遇追甲馆館補补唐炮沿殿刺怪彩俄旧舊警岸轮輪妇婦靠附毫怀懷乾软軟骨探雷旁罪枪槍牙迎"
    "序慢盛雨墙牆恶谷顿頓危稳穩熟概酸操诸諸绿綠佛荣榮针托寬宽折野購付午肯库庫罷厚缺罢耳屋惡嘴末巨培页頁瓦款犯"
    "困店針智拥擁雪翻圣聖戏戲旗吉婚獎奖岩疑币幣圓圆歌廷健卡烧燒析週讨討跑烟療误誤仙疗舞亡閉闭汽伸脱脫秋姐繁侵"
    "川莫麻秀借尋寻私崗岗卷跳丽麗橫横驻駐套兼君丁束紙纸夺奪袁燈灯坏坦壞絲丝径购陰阴床瞧择擇墓憲宪峯峰遍鲁魯庙"
    "廟掉丹桃御舰艦避售怒课課播拔奥奧延虛虚隐隱粮糧络絡遭摇搖潜潛庄莊滅噸混厅廳婆奴鼓趙赵睡震予童徐韦韋殖抓拜"
    "吨扬揚址洛休纵縱逃紛染纷贸貿透汇灭蛋森仪儀塔距狐融郡緩隻缓聚蓋盖拍迹忠潤释釋润粉孔岭嶺儘徑紫虑慮促抵钢鋼"
    "塞寺津液码碼虎壇坛珍硬梁奔累役偏迫凡损損壁瞭哭替税稅综綜伦倫冰盟掛挂競韩韓竞烏乌尤弱铺鋪妹秦尊竹珠迅脉脈"
    "泥純鬼纯睛刑途隆潮幅杯握谋謀剂劑幸奉覆鐘乘抱朋谓謂频頻崇壮壯骑騎恐享鸡雞蟲虫绍紹铜銅呈泛械摆欲奶績敬措擺"
    "爆暴猛郭嘉障缩縮亦废廢搞胞埃曰撤暖寒订訂俗绩阻盐鹽萨薩勒忘煙奏孝灰梅触觸玩默醒胸莲蓮篇柱裁紡淡抢搶捕闹鬧"
    "纺截沖讯訊朗誉譽雅忍繫夢梦伙勇峡峽徒丈尾迷唱泉泰貧佳残殘闪閃伍疾署剩緣贼賊冠倾傾豆申麥贫诺麦諾泪淚羊尖辈"
    "輩镜鏡涉贡貢爹缘摩妻殊贝貝零映甘骂罵糖奮岳飲饮奋棉雕躍跃汗啓冒渡努閣阁斤裂患伏池鹿洗劲勁晋晉倍圈媒箭沟锋"
    "溝鋒胆膽凭憑挑抬闯闖鍾隔弄曹湯汤苗迁遷匯叹貫唯儲振储贯彻徹桌祭符僧衡炸旋喊凤鳳黎郎援肥磁遼忌赏辽賞祥董仁"
    "辛淨瑞询詢敏浪貌毁昨巧腿畝抽荷陷焦净棄腹弃乃湘亩滑狗冬宏皆番偉尸伟屍桂恢齡龄绕繞趣晶坡魏摸閱伴濃墨浓緒绪"
    "舍蓝藍荡阅井鸿鴻旦惯慣症鸟鳥窗扎辞辭聘穷窮堰髮宇键鍵荒夥递遞恨隶隸厲厉鍋杜闲閒溼腰襲袭侍灾災涨漲叔湿寨幕"
    "豪郑鄭磨浮薄券赤腐译譯租氧戴誌邓鄧煤肠腸牧孤詔妙旨嘆堡锅胖柳阔吹丘趋趨锦錦颜顏悬懸陶拳诚誠尺晓曉插蔣蒋艇"
    "撲勤嶽穴摄攝燕垂罚罰辆輛戒稀騰腾粗袋绘繪炎氏肩枝狂泊估杭扑臂哲寡偷懂琴悲盾炒稍迴矛毀愈籍颁頒吐違呆违亭眉"
    "撞贷貸鬆纔刊巡屈堆曼煩饰飾碎滚滾悉寄浜迟遲描污辅輔魔烦鼻盗盜餐幼凉涼仗冈岡駕藉澳驾菌肚肃肅俱爸仰抚撫併慈"
    "扶盆仿託炼綱纲倘碗杰漁忧憂惜扫掃暂暫跡祝跨渔宾賓漫寿壽傑豬猪涌凝湧邻鄰頃赴恰劝勸仇践踐顷赋賦悄莱萊拟擬贤"
    "賢愤憤姆乏轰轟粒逼傅陕陝昆溶葬燃魂挺腊臘耐犹猶辉輝乳陪颇頗斜棋熊蹟浅淺沈姊返翼丧喪慘拖惨俊驱驅袖惠涂添牵"
    "牽咸详詳碰割侯纤柔档檔糊岂豈跪拒嚇绣繡吓宿偶揭赖賴烤盧卢顆娃颗邮郵扇伐循巖衰弦凱凯蕩羽塗枚帅帥锁鎖疏搭帳"
    "帐胶膠赫纖埋蒸壳殼彼脏箱浙彎弯瓜挡擋拱筹籌疆腫肿膜刷杆凶債债甜泡玄贾賈谱譜夾夹遣薪塵灌咬尘填廊钻丛叢狼牢"
    "脊熙卒碑漠躲削徽踏贺賀朵遵狠菲撒扰擾蛇锡錫炉爐纹紋匹亏虧鉴慕跌鑑慌穆邀芳爬豫吾奸棒淮捷耕艘齿齒醉脂兽獸滴"
    "盈卵滋柴溪妃礙碍瓶辩辯遂怨拨撥肌俘挖恒励鳴勵鸣肝腔偿償秒拦攔允塑拆恆靖耗凌披胁脅爛吏纽紐烂尝兇辟耶艰艱佩"
    "敦疼荐厘匠薦柏悠壤拾釐乔喬轴軸闆噴妖喷掩璃孟轨歇軌猜晨坊桑堤諮暢傻恋戀寂寞愁慧懒懶扔漂聊瘦裸躺靓靚羞鞋颖"
    "穎搬聪聰删刪逗惑馨娜妮姬咖啡嗅哇哩唸噢吻勿俠憎晒曬晴暑朦朧枕煮熬爽猫貓痒癢粥羡羨髒膚肤苹蘋虾蝦裤褲裙谜謎"
    "贪貪蹲逛逝钓釣闷悶雾霧霸飘飄饱飽饿餓骗騙黏醜丑涯嗓嗦婶嫂厨厕盒裹渝闽閩粤滬沪滇"
)

_CANTONESE = "嘅啲咗嚟佢哋喺嗰係冇啱唔咁㗎嘢嘛噉咩喎囉吖啩諗攞揾搵瞓嘥嘞喇咪咋喐嘈曬睇靚"
_HANGUL = (
    "이다는을의에가하고지은를사한로기서도인어자리나시라아대정수그해일부만으스것들있장보주제여게전상구마오과소"
    "원면생성동세안와거비공적우경선야요때방무미조중연문내물모차신심유관계국할되된될없같말음습니합했었였않데진"
    "실용위교회분행개호명재발바반남년월못더또매저터트드르러려력머먼버베피파프플크키코카타토투통화후히희천체초"
    "최추출치처친녕테글감랑집학여울네예길람본석업결직금입역간운민단복달날말밤왜잘안좋"
)
_PUNCTUATION = "，。、：；？！“”‘’《》（）…—·【】「」『』～〈〉〔〕　"
_SYMBOLS = "★☆●○◎◆◇□■△▲→←↑↓※①②③④⑤⑥⑦⑧⑨⑩℃№㎡￥〖〗"


def text_cost(text: str, script: Script = "chinese") -> int:
    """Return the cost of `text` in quarters of a bit, if it is text in `script`."""
    units = memoryview(text.encode(_UTF16, "surrogatepass")).cast("H")
    table = cost_table(script)
    return sum([table[unit] for unit in units])


def mixed_script_cost(text: str, script: Script) -> int:
    """Return the cost of `text` in quarters of a bit; kana, Greek and Cyrillic cost little in Chinese."""
    cost = text_cost(text, script)
    return min(cost, text_cost(text, "guests")) if script == "chinese" else cost


def mean_cost(text: str, script: Script = "chinese") -> float:
    """Return the mean cost in bits of the characters of `text` outside ASCII; 0.0 if there are none.

    Chinese text costs 8 to 11 bits a character, Chinese decoded in a wrong charset 15 and more.
    """
    rest = non_ascii(text)
    return text_cost(rest, script) / len(rest) / BIT if rest else 0.0


def non_ascii(text: str) -> str:
    """Return the characters of `text` outside ASCII."""
    return "".join(NON_ASCII.findall(text))


@cache
def cost_table(script: Script) -> bytes:
    """Return the cost of each of the 65,536 UTF-16 code units in `script`, in quarters of a bit."""
    table = bytearray(b"\xff") * 0x10000
    for first, last, bits in _DEFAULT_COSTS + _SCRIPT_COSTS[script]:
        table[first : last + 1] = bytes([bits * BIT]) * (last + 1 - first)
    if script == "alphabet":
        return bytes(table)
    for bits, characters in _hanzi_tiers():
        for character in characters:
            table[ord(character)] = bits * BIT
    for character in _PUNCTUATION:
        table[ord(character)] = 7 * BIT
    for character in _HANGUL if script == "korean" else "":
        table[ord(character)] = 8 * BIT
    for character in _SYMBOLS:
        table[ord(character)] = 12 * BIT
    return bytes(table)


def _hanzi_tiers() -> Iterable[tuple[int, Iterable[str]]]:
    """Yield a cost in bits and its characters; later tiers override earlier ones."""
    yield 18, _decode_block("gb2312", range(0xD8, 0xF8), range(0xA1, 0xFF))
    yield 18, _decode_block("big5", range(0xC9, 0xFA), (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    yield 15, _decode_block("big5", range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF)))
    yield 15, _decode_block("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    yield 14, _CANTONESE
    yield 13, _OCCASIONAL
    yield 11, _FREQUENT
    yield 10, _COMMON
    yield 8, EVERYDAY


def _decode_block(codec: str, leads: Iterable[int], trails: Iterable[int]) -> Iterable[str]:
    """Return the Chinese characters of a block of a double-byte charset."""
    cells = b"".join(bytes((lead, trail)) for lead in leads for trail in trails)
    return (c for c in cells.decode(codec, "ignore") if c >= "\u4e00")


_DEFAULT_COSTS = (  # first and last code unit, cost in bits
    (0x0000, 0x001F, 30),
    (0x0009, 0x000A, 3),
    (0x000D, 0x000D, 3),
    (0x0020, 0x007E, 5),
    (0x007F, 0x009F, 32),
    (0x00A0, 0x00BF, 15),
    (0x00C0, 0x00FF, 13),
    (0x0100, 0x02FF, 18),
    (0x0300, 0x036F, 20),
    (0x0370, 0x03FF, 14),
    (0x0400, 0x045F, 14),
    (0x0460, 0x0DFF, 20),
    (0x0E00, 0x0E7F, 16),
    (0x0E80, 0x1FFF, 20),
    (0x2000, 0x206F, 13),
    (0x2070, 0x2BFF, 16),
    (0x2C00, 0x2FFF, 22),
    (0x3000, 0x303F, 13),
    (0x3040, 0x30FF, 14),
    (0x3100, 0x312F, 16),
    (0x3130, 0x33FF, 18),
    (0x3400, 0x4DBF, 22),
    (0x4DC0, 0x4DFF, 24),
    (0x4E00, 0x9FA5, 20),
    (0x9FA6, 0x9FFF, 24),
    (0xA000, 0xABFF, 24),
    (0xAC00, 0xD7A3, 15),
    (0xD7A4, 0xD7FF, 30),
    (0xD800, 0xDFFF, 13),  # surrogates: a character outside the BMP costs 26
    (0xE000, 0xF8FF, 30),
    (0xF900, 0xFAFF, 24),
    (0xFB00, 0xFEFF, 24),
    (0xFE30, 0xFE4F, 16),
    (0xFF00, 0xFF5E, 12),
    (0xFF5F, 0xFFEF, 20),
    (0xFFF0, 0xFFFF, 34),
)
_SCRIPT_COSTS: dict[Script, tuple[tuple[int, int, int], ...]] = {
    "chinese": (),
    "guests": (
        (0x3040, 0x30FF, 8),
        (0x0370, 0x03FF, 8),
        (0x0410, 0x044F, 7),
    ),  # the other scripts that Chinese charsets contain
    "japanese": ((0x3040, 0x30FF, 8), (0xFF61, 0xFF9F, 16)),
    "korean": ((0xAC00, 0xD7A3, 13),),
    "alphabet": (
        (0x00C0, 0x00DF, 13),
        (0x00DF, 0x00FF, 11),
        (0x0100, 0x017F, 12),
        (0x0370, 0x03FF, 7),
        (0x0400, 0x040F, 12),
        (0x0410, 0x042F, 9),
        (0x0430, 0x044F, 5),
        (0x0450, 0x045F, 9),
        (0x0590, 0x06FF, 6),
        (0x0E00, 0x0E7F, 6),
        (0x2500, 0x25FF, 20),
    ),
}

"""Writes the bundled sample: general.json, power.jsonl and planted_terms.txt, the same bytes every time.

general.json is ONE JSON array of {"url", "question", "tags"}, as the Baidu Zhidao question set is shown; power.jsonl holds
notes on electric power, a record a line. Both come from the small grammar below: every sentence is made up here, none is
copied. Into the notes some 150 terms of the field are planted; a miner should find them again without being told.

    python data/generate.py [FOLDER]
"""

import json
import random
import re
import sys
from pathlib import Path

QUESTIONS, NOTES = 20_500, 8_200
SEED = 20_240_501

# ---------------------------------------------------------------- general questions: slot -> fillers
GENERAL = {
    "city": "北京 上海 广州 深圳 成都 重庆 武汉 西安 南京 杭州 苏州 天津 长沙 郑州 青岛 大连 厦门 昆明 哈尔滨 沈阳 济南 福州 合肥 南昌",
    "person": "孩子 老人 爸爸 妈妈 同学 老师 朋友 邻居 同事 领导 室友 女朋友 男朋友 妹妹 弟弟 表哥 阿姨 叔叔 客户 房东",
    "food": "火锅 饺子 面条 米饭 包子 烤鸭 豆腐 鸡蛋 牛肉 羊肉 鱼汤 蛋糕 月饼 粽子 苹果 香蕉 西瓜 葡萄 橙子 茶叶 咖啡 牛奶 豆浆 蜂蜜",
    "thing": "手机 电脑 冰箱 空调 洗衣机 电视 相机 耳机 键盘 鼠标 书包 雨伞 眼镜 手表 自行车 汽车 沙发 窗帘 地板 衣柜 被子 毛巾 牙刷 水杯",
    "school": "小学 初中 高中 大学 研究生 幼儿园 职业学校 驾校 夜校",
    "subject": "数学 语文 英语 物理 化学 历史 地理 生物 政治 音乐 美术 体育 计算机 会计 法律 经济学",
    "ill": "感冒 发烧 咳嗽 失眠 头疼 牙疼 过敏 便秘 肥胖 近视 贫血 胃疼 腰疼 脱发 口腔溃疡",
    "game": "象棋 围棋 扑克 麻将 篮球 足球 羽毛球 乒乓球 游泳 跑步 瑜伽 钓鱼 爬山 骑车 滑雪 拍照 画画 弹琴 唱歌 跳舞",
    "animal": "小狗 小猫 金鱼 乌龟 兔子 仓鼠 鹦鹉 鸽子 鸭子 山羊",
    "job": "医生 司机 律师 会计 厨师 护士 警察 记者 程序员 设计师 销售 保安 快递员 翻译 导游",
    "paper": "身份证 护照 驾照 户口本 结婚证 毕业证 营业执照 房产证 社保卡 银行卡 居住证 签证",
    "weather": "下雨 下雪 刮风 打雷 起雾 降温 天晴 结冰",
    "time": "今天 明天 昨天 周末 春节 国庆节 暑假 寒假 早上 晚上 半夜 中午 夏天 冬天 去年 最近 上个月",
    "plant": "玫瑰 月季 兰花 茉莉 仙人掌 绿萝 吊兰 竹子 桂花 菊花",
    "many": "三 五 十 二十 一百 几 两 半",
    "feel": "难过 开心 紧张 生气 害怕 无聊 着急 后悔 羡慕 担心",
    "bad": "坏了 丢了 不见了 打不开 关不上 进水了 漏水 发热 没声音 很吵 有异味 掉色 变形了",
    "good": "好吃 好看 便宜 耐用 安全 方便 结实 舒服 干净 省钱 健康 流行",
    "web": "网站 论坛 邮箱 账号 密码 软件 游戏 视频 微博 博客 网店 输入法 浏览器",
    "verb": "下载 注册 登录 安装 删除 打开 关闭 设置 修改 找回 升级 备份",
}
# what general text and the notes share: nothing of the field
COMMON = {
    "makes": "会使 会让 可能使 往往使 容易让 多半会使 有时让",
    "how": "怎样判断 如何判断 怎么判断 怎样分辨 如何知道 怎么看出",
    "must": "应先 必须 要先 需要 应当 最好 可以",
    "and": "和 与 以及 或者 还有",
    "then": "然后 并 再 接着 随后 最后",
    "open": "断开 拉开 合上 隔离",
    "why": "因为 由于 原因是 可能是 据说是 主要是",
    "please": "请 建议 要求 希望 通知 安排",
    "meets": "发生 出现 碰到 遇到 存在 有",
    "moment": "时 以后 的时候 之后 的话 期间",
    "says": "说 认为 表示 报告 提醒 觉得",
}
QUESTION_FORMS = """
{city}有什么{good}的{food}|{food}|{city}
{time}去{city}旅游要带多少钱|旅游|{city}
从{city}到{city}坐火车要{many}个小时吗|交通
{person}{time}{ill}了怎么办|健康|{ill}
{ill}能吃{food}吗|健康|{food}
为什么{person}总是{feel}|情感
怎样让{person}不再{feel}|情感
{thing}{bad}，自己能修吗|维修|{thing}
{thing}{bad}了{many}天还能退货吗|购物
哪个牌子的{thing}比较{good}|购物|{thing}
{many}百块钱能买到{good}的{thing}吗|购物
{subject}怎么学才能提高成绩|教育|{subject}
{school}的{subject}难不难|教育|{school}
{person}想考{school}，{subject}不好怎么办|教育
{job}一个月工资多少|职场|{job}
我想当{job}，需要学{subject}吗|职场
做{job}的{person}{time}都不休息吗|职场
{paper}丢了去哪里补办|办事|{paper}
在{city}办{paper}需要什么材料|办事|{city}
{paper}到期了{time}能办吗|办事
{time}{weather}了还能{game}吗|天气
{city}{time}会{weather}吗|天气|{city}
学{game}要{many}年才能入门|兴趣|{game}
{person}和{person}谁的{game}更厉害|兴趣
{animal}不吃东西怎么办|宠物|{animal}
{animal}能和{animal}一起养吗|宠物
{animal}{time}总是叫，是不是{ill}|宠物
{plant}叶子发黄怎么救|园艺|{plant}
{time}可以给{plant}浇水吗|园艺
{food}和{food}能一起吃吗|饮食|{food}
{food}放了{many}天还能吃吗|饮食
怎么做{food}才{good}|饮食|{food}
{web}怎么{verb}|网络|{web}
{verb}{web}的时候电脑{bad}|网络
{person}的{web}忘了怎么{verb}|网络
{time}在{city}租房{many}千块够吗|租房|{city}
{person}送{person}什么{thing}好|送礼
{person}借了我的{thing}不还怎么办|情感
{how}{thing}是不是{bad}了|维修|{thing}
{how}{food}还能不能吃|饮食|{food}
{time}{weather}{makes}{person}{feel}吗|天气
{person}{meets}{ill}{moment}{must}吃{food}吗|健康|{ill}
{weather}{moment}{thing}{meets}问题怎么办|维修
{person}{says}{time}{must}去{city}，{why}{ill}，该去吗|情感
{please}{person}{and}{person}一起{game}，{then}去{city}好吗|兴趣
{must}打开{thing}，{then}{verb}{web}吗|网络
{thing}和{thing}哪个更{good}|购物
梦见{animal}是什么意思|解梦|{animal}
梦见{person}{feel}是什么意思|解梦
{city}的{school}哪家好|教育|{city}
请问{time}{city}的{food}多少钱一斤|物价
有没有{good}的{game}地方推荐，在{city}|兴趣
{person}{time}要去{city}当{job}，我很{feel}|情感
怎么给{animal}洗澡|宠物
用{thing}会不会让人{ill}|健康
{ill}要去医院看什么科|健康|{ill}
{paper}上的照片{good}吗，能不能换|办事
{time}{city}堵车吗|交通|{city}
""".strip().splitlines()

# ---------------------------------------------------------------- notes on electric power: planted terms by what they are
PLANTED = {
    "device": """主变 母联 刀闸 断路器 隔离开关 接地刀闸 避雷器 电抗器 消弧线圈 站用变 配变 箱变 环网柜 开闭所 真空断路器 SF6断路器 GIS组合电器
        10kV母线 35kV出线 电流互感器 电压互感器 有载分接开关 瓦斯继电器 一次设备 穿墙套管 并联电容器 阻波器 直流屏 蓄电池组 充电机 端子箱 汇控柜
        柱上开关 分界开关 跌落式熔断器 电缆分支箱 架空线路 光伏逆变器 储能变流器 风机变流器 汇流箱 升压站 换流阀 换流变 平波电抗器 调相机
        励磁变 封闭母线 冷却塔 汽轮机 水轮机 给水泵 磨煤机 引风机 空预器 省煤器 除氧器 凝汽器 UPS电源 EPS电源""",
    "part": """套管 分接头 油枕 呼吸器 散热片 压力释放阀 弹簧机构 液压机构 储能电机 灭弧室 绝缘子 均压环 线夹 引流线 二次回路 合闸线圈 分闸线圈
        辅助触点 接地网 电缆头 中间接头 屏蔽层 防爆膜 油位计 SF6密度继电器 硅胶罐 净油器 铁芯 绕组 转子 定子 碳刷 滑环""",
    "protection": """重瓦斯 轻瓦斯 纵差保护 零序保护 距离保护 过流保护 速断保护 母差保护 失灵保护 光纤纵差 重合闸 备自投 低频减载 过负荷告警
        PT断线 CT饱和 五防闭锁 同期装置 故障录波 AGC指令 AVC系统 PMU装置 RTU通信""",
    "fault": """励磁涌流 局部放电 匝间短路 单相接地 相间短路 铁磁谐振 电晕放电 污闪 雾闪 覆冰 舞动 弧垂过大 断股 渗油 受潮 绝缘击穿 三相不平衡
        电压越限 谐波超标 拒动 误动 越级跳闸 孤岛运行 功率倒送 低电压穿越""",
    "test": """红外测温 油色谱 介损 直流电阻 耐压试验 回路电阻 绝缘电阻 变比试验 局放检测 超声检漏 接地电阻 定值核对 带电检测 X光检测 无人机巡检""",
    "work": """倒闸操作 工作票 操作票 停电检修 带电作业 状态检修 三措一案 两票三制 保供电 线损治理 反窃电 负荷转供 黑启动 一次调频 需求响应""",
}
NOTE_SLOTS = {
    "site": "城东站 城西站 江北站 河口站 新村站 南山站 东湖站 石桥站 北郊站 西岭站",
    "crew": "检修班 运行班 试验班 线路班 调度员 值班员 厂家人员 巡视人员 班长 工作负责人",
    "when": "昨夜 今早 上午 下午 雷雨后 大风过后 检修前 检修后 送电前 停电后 迎峰度夏期间 春检中 秋检中 高温天 巡视时",
    "found": "发现 检查出 确认 怀疑 记录到 通报 多次出现 再次发生 未见",
    "act": "更换 检查 清扫 紧固 加装 拆除 校验 复测 试验 调整 停用 投入 退出 监视 处理",
    "grade": "一般缺陷 严重缺陷 危急缺陷 正常 合格 不合格 待观察 已消除",
    "reason": "年久老化 安装不良 雨水进入 负荷过高 接触不良 设计不足 外力碰撞 小动物进入 温度过低 振动过大",
    "number": "1 2 3 4 5 6 7 8",
}
NOTE_FORMS = """
{when}{crew}{found}{device}{fault}，{why}{reason}。
{site}{number}号{device}的{part}{must}{act}，定为{grade}。
{device}{meets}{fault}{moment}，{protection}{must}动作。
{crew}对{device}做了{test}，结果{grade}。
{when}，{site}的{device}{protection}动作，{crew}正在{act}{part}。
做{test}之前{must}退出{protection}，{then}{open}{device}。
{fault}{makes}{device}的{part}发热，{please}{crew}{act}。
{how}{device}是{fault}还是{fault}？先看{test}。
{work}要求{crew}在{when}完成{test}。
{site}{why}{fault}停电，靠{protection}切除故障，{then}{work}开始。
{protection}为什么在{fault}时动作？{why}{part}{reason}。
{part}{reason}，{test}{grade}，{please}{act}。
{when}进行{work}，{device}由运行转检修。
{crew}填写{work}后{must}{act}{device}。
{please}{crew}核对{device}的{protection}定值，{then}{act}{part}。
{device}{and}{device}之间的{part}{meets}{fault}。
{test}表明{device}{part}{grade}。
关于{protection}{and}{protection}的配合，{crew}有不同意见。
{device}能承受多大的{fault}？
新装的{device}{must}做{test}{and}{test}。
{fault}频繁，{work}计划提前，{crew}负责{act}。
{site}的{protection}{when}误发信号，{part}{reason}。
{work}期间不得{act}{part}，{device}保持原状。
{crew}{says}，{device}{fault}{why}{reason}。
把{part}拆下以后，{then}对{device}做{test}。
""".strip().splitlines()

TRADITIONAL = str.maketrans(
    "为么电脑车东买卖学习图书门开关时间边过还吗吃饭银行证医药钱", "為麼電腦車東買賣學習圖書門開關時間邊過還嗎吃飯銀行證醫藥錢"
)
_SLOT = re.compile(r"\{(\w+)\}")


def planted_terms() -> list[str]:
    """All planted terms, sorted."""
    return sorted({term for terms in PLANTED.values() for term in terms.split()})


def _fill(form: str, slots: dict[str, list[str]], rng: random.Random) -> str:
    return _SLOT.sub(lambda m: rng.choice(slots[m[1]]), form)


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)


def _spoil(question: str, rng: random.Random) -> str:
    """One question in twelve as real ones come: markup, full width, traditional script, stray spaces and addresses."""
    kind = rng.randrange(60)
    if kind == 0:
        return f"<p>{question}</p>"
    if kind == 1:
        return question.replace("，", "&nbsp;") + "<br/>谢谢"
    if kind == 2:
        return question.translate(TRADITIONAL)
    if kind == 3:
        return _wide(f"{question}QQ{rng.randrange(10)}")
    if kind == 4:
        return f"  {question}\u200b ？？"
    return question + rng.choice(("", "", "？", "?", "，急", "，在线等", "，谢谢"))


def questions(rng: random.Random) -> list[str]:
    """The elements of the array as JSON text, some of them broken on purpose."""
    slots = {name: fillers.split() for name, fillers in (GENERAL | COMMON).items()}
    rows: list[str] = []
    texts: list[str] = []
    for number in range(QUESTIONS):
        if texts and rng.random() < 0.06:
            text, tags = rng.choice(texts[-3000:]), ["重复"]
        else:
            form, *labels = rng.choice(QUESTION_FORMS).split("|")
            filled = {name: [rng.choice(fillers)] for name, fillers in slots.items()}
            # a slot that stands twice in a form takes two fillers
            text = _fill(form, slots, rng) if form.count("{") > len(set(_SLOT.findall(form))) else _fill(form, filled, rng)
            tags = [_fill(label, filled, rng) for label in labels]
            text = _spoil(text, rng)
            texts.append(text)
        record: dict[str, object] = {"url": f"zhidao.example/q/{number}", "question": text, "tags": tags}
        row = json.dumps(record, ensure_ascii=False)
        if number % 1000 == 500:  # twenty broken ones of five kinds
            broken = ({"url": record["url"], "tags": tags}, {**record, "question": None}, {**record, "question": number}, None)
            kind = number // 1000 % 5
            row = row[:-4] if kind == 4 else json.dumps(broken[kind], ensure_ascii=False)
        rows.append(row)
    return rows


def notes(rng: random.Random) -> list[str]:
    """The lines of power.jsonl."""
    slots = {name: fillers.split() for name, fillers in (NOTE_SLOTS | COMMON | PLANTED).items()}
    rows: list[str] = []
    for number in range(NOTES):
        text = "".join(_fill(rng.choice(NOTE_FORMS), slots, rng) for _ in range(rng.choice((1, 1, 2))))
        date = f"20{rng.randrange(19, 25)}-{rng.randrange(1, 13):02d}"
        rows.append(json.dumps({"id": f"note-{number}", "date": date, "text": text}, ensure_ascii=False))
    rows.insert(4000, '{"id": "note-x", "date": "2021-01", "text": ')
    return rows


def main(folder: Path) -> None:
    """Write the three files."""
    rng = random.Random(SEED)
    # newline="\n": the same bytes on every system
    with open(folder / "general.json", "w", encoding="utf-8", newline="\n") as out:
        out.write("[\n" + ",\n".join(questions(rng)) + "\n]\n")
    with open(folder / "power.jsonl", "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(notes(rng)) + "\n")
    with open(folder / "planted_terms.txt", "w", encoding="utf-8", newline="\n") as out:
        out.write("\n".join(planted_terms()) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)

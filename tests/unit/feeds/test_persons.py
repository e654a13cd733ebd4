"""Words that say who somebody is or where to find them, and ordinary ones that must stay."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyan.feeds.cards import with_check_digit
from huiyan.feeds.persons import (
    is_named_after_somebody,
    names_somebody,
    names_somebody_in_code,
)

NAMING = """
举报人张三
反映人李四
投诉人王小明
来信人欧阳娜
实名举报者刘敏
举报人 张三
举报人（张三）
举报人于洋，接待费超标
举报人曾小明反映
村民王建国反映补贴被截留
张三实名举报
护照E12345678
本人护照号码为 EA1234567
E12345678
港澳通行证H12345678
台胞证12345678
回乡证号：H1234567890
家住人民路12号
人民路12号
中山北路一百二十号
幸福小区3栋
幸福小区3号楼2单元501室
3栋502室
2单元301室
李家村3组12号
李家村三组十二号
5-2-301室
电话87654321
座机 8765 4321
电话：8765-432
87654321
8765432
0514-87654321
（0514）87654321
0514-87654321-8001
一三八一二三四五六七八
壹叁捌壹贰叁肆伍陆柒捌
一 三 八 一 二 三 四 五 六 七 八
一、三、八、一、二、三、四、五、六、七、八
１３８１２３４５６７８
①③⑧①②③④⑤⑥⑦⑧
❶❸❽❶❷❸❹❺❻❼❽
138a1234b5678
1a3b8c1d2e3f4g5h6i7j8
138转1234转5678
138ㅤ1234ㅤ5678
微信号abc12345
微信：zhang_san88
加V abc12345
QQ12345678
qq号是 12345678
扣扣 123456
zhangsan@qq.com
zhangsan＠qq.com
zhangsan(at)qq.com
zhangsan#163.com
zhangsan艾特qq点com
32100319800101123 X
32100319800101-1234
身份证321003197905051234
电话费都打到13912345678上
拨打8765-4321
tel 87654321
举报人姓名张三
署名王五
联系人：赵六
本人陈静
知情者孙悟
举报人黄某
举报人高强
电话八七六五四三二一
住在镇政府对面
139 1234 5678元
139,1234,5678
138\u31641234\u31645678
1\ufe0f\u20e33\ufe0f\u20e3812345678
身 份 证在我手上
身·份·证附后
举 报 人：赵六
我 叫王五
微 信 号 abc12345
Q Q 12345678
王 建 国 实 名 举 报
聯繫電話8765432
舉報人張三
本人姓王
本人名叫王五
俺叫王建国
俺姓李
我名叫王五
鄙人李四
组长王建国反映
会计李芳举报校长
组长欧阳娜来信
老党员张德胜控告
王建国反映补贴被截留
补贴被截留，李春生举报
据王建国反映
接张伟举报
高强反映接待费超标
l38l2345678
138I2345678
1381234567O
l3812345b7B
No.1381234567o
电话 l38 1234 S678
32100319790SO51234
32l003 l979 0505 l234
138l２34567B
"""
ORDINARY = """
虚开发票套取资金
举报人称接待费超标
举报人反映该单位多次公款吃喝
举报人向纪委反映公务卡套现
举报人于2025年9月来信
举报人曾多次反映
举报人和群众反映
举报人要求查处
投诉人认为采购价格高于市场价
来信人提供了发票复印件
反映人表示工程款未付
举报人时任会计的领导虚列支出
群众反映村干部截留补贴
群众举报青禾镇中心小学食堂账目不清
2025年1月接待费30000元
报销金额12,345.67元
支出 1,234,567.89
两笔分别为13,000、185,000元
合同380000.00元，2025-01-02付清
付款凭证20250900001234重复
记账凭证记0001号金额不符
账套A001 2025年11月凭证
青禾镇人民政府超标准接待
云溪区财政局第一监督检查室
青禾镇中心小学
区第二人民医院
云府发〔2025〕12号文件规定
省道5号公路3号标段工程款未付
公路12号标段虚报工程量
2025年9月3日在会议室发放补贴
3号会议室装修重复报销
发票号码12345678重复报销
发票代码032001900111号码87654321
合同编号G20250901
电话费1200元超标
电话费报销2345678元
手机补贴超标发放
公务卡在1月15日至2月20日套现5笔
微信转账50000元给会计
微信收款未入账
通过支付宝支付20000元
19年11月12日至2020年5月违规发放补贴
单位车辆私用，油卡充值3000元
村3组道路硬化工程虚报
李家村三组补贴被截留
村2号公路维修
领导干部亲属经商办企业
水费电费分摊12.5%
第3季度培训费超预算20%
住宿费每晚380元
路灯采购单价8,800元
设立小金库约130万元
2024、2025两年合计18.6万元
固定资产编号20230001未入账
项目编号XM2025-0013
会计凭证第15号缺附件
人均伙食费120元，共30人
本人未报销却有签名
署名文件缺失
信访人员接待经费挪用
联系人单位变更未备案
实名制工资未发
姓名栏空白的领款单
食堂承包给亲属
电话未接
职工高温补贴重复发放
职工金额不符
教师安家费重复发放
财务室302
第12研究室经费虚列
印章地址变更
套取资金设立小金库
2025年10月15日支付12345元
工程款13次共支付2025000元
E级危房改造资金
单元楼改造项目
举报人家属单位
举报人说村里账目不公开
举报人发现发票连号
举报人通过信访渠道反映
举报人提出三点问题
举报人诉求未答复
举报人本人
举报者称村委会虚报
联系人和电话缺失的合同
申诉人对处理不服
教师反映绩效工资未按规定发放
教师高某
干部职工反映食堂账目
职工集体反映加班费
群众强烈反映
来信反映胡同改造工程
反映司法所公车私用
检举人检举会计科
信访人多人
实名举报会计挪用公款
匿名举报单位套现
干部常年吃空饷
和平路小学
和平路12号线
建设路街道办事处
人民路小学食堂
人民路12号文件
解放路12号桥
中心幼儿园
李家村12号文件
1号楼2层改造
3号楼装修
教学楼3号楼梯
三公经费支出2,345,678.00元
三公经费2345678
公务接待23批次178人
2025年累计8,765,432元
国库单一账户账号12345678901234
支付凭证号8765432
预算指标文号云财〔2025〕123号
采购项目金额1,300,000.00、9,999.00
13,000 18,500 21,000
第一、二、三、四季度
一至九月
二〇二五年九月一日
一三年至一九年
二零一三年一月二日至二零一九年
壹拾叁万伍仟元
人民币壹佰叁拾捌万元整
E01账套
G2025凭证
H1班课时费
C20250901凭证
ETC充值3000元
QQ群通知开会
微信群通知
微信工作群内发放红包
qq空间
支付宝收款码收费
加油卡余额
加班费超标
工会账户经费
村小组长补贴
2组公路
村民小组12号地块
居民小区停车费未入账
小区物业费3000元
花园养护2025年合同
公寓租金12万元
家园建设项目1号标段
公路养护12号合同
单位住宿费超标
住建局
住宿于酒店
热线12345工单
居民反映停车费未入账
居委会反映
印章反映不一
公函与来访不符
单次来访人数
12345热线反映
卫生院反映收费
施工方反映工程款未付
安置户来访
曾于2024年来信
王家村民反映
领导班子成员被举报
余款未付举报
会计师反映
主任科员反映
师生反映食堂克扣
车主反映停车费不开票
储户反映被强制消费
房东反映租金未付
游客反映门票未开票
全体职工反映
单位反映
农户反映，补贴未发
许多村民反映
高校反映
经商户反映
有党员反映
校长和会计反映不一
村民向政府反映多次
职工和家属反映
组长和村民反映
党员干部反映
老师反映工资未发
会计反映凭证缺失
会计高额报销
书记安排亲属
主任任职期间收礼
组长向镇里反映
据群众反映
经查反映属实
经群众举报
据相关人反映
接上级反映
由纪委举报中心转来
安置户反映
凭证反映金额不符
账面反映不符
资料 反映 虚假
反映 人民路 改造 项目
学校 食堂 采购 高价
票据 单号 SO20250901234
设备型号B5-LS2000
合同 ISO9001 认证费
GB50500-2013清单
规格 10O0 瓦
LED灯采购OLED屏200块
电话会议费2000元
传真机采购12800元
手机采购12台
办公电话12部
"""
WORDS = "零一二三四五六七八九"
BANKERS = "零壹贰叁肆伍陆柒捌玖"
SCRIPTS = (
    string.digits,
    "".join(chr(0xFF10 + value) for value in range(10)),
    "".join(chr(0x0660 + value) for value in range(10)),
    "⓪①②③④⑤⑥⑦⑧⑨",
    "⓿❶❷❸❹❺❻❼❽❾",
    WORDS,
    BANKERS,
)
PARTS = ("", " ", "-", ".", "、", "／", "\u3000", "\u200b", "\u3164", " * ", "—", "·")
BEFORE = ("", "请找我核实", "收据在我处，", "反映接待费超标（", "公务卡套现。", "补贴被截留 ")
AFTER = ("", "，望查处", "）", "。", " 请保密", "；详见附件")


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


def test_whoever_is_named_is_seen() -> None:
    assert [text for text in lines(NAMING) if not names_somebody(text)] == []


def test_ordinary_sentences_stay() -> None:
    assert [text for text in lines(ORDINARY) if names_somebody(text)] == []


@pytest.mark.parametrize(
    "code",
    [
        "XF-l39l2345678",
        "1391234567O",
        "32l00319790505l234",
        "护照E12345678",
        "LS-13912345678",
        "139-1234-5678",
        "电话87654321",
        "微信zhang88",
    ],
)
def test_a_code_that_is_a_persons_number(code: str) -> None:
    assert names_somebody_in_code(code)


@pytest.mark.parametrize(
    "code",
    [
        "王建国2025001",
        "李芳2025001",
        "欧阳娜2025",
        "高强2025-1",
        "wangjianguo2025001",
        "ZhangWei-1",
        "2025-lifang",
    ],
)
def test_a_complaints_number_that_begins_with_a_name(code: str) -> None:
    assert is_named_after_somebody(code)


@pytest.mark.parametrize(
    "code",
    [
        "云信〔2025〕1号",
        "江信〔2025〕1号",
        "常纪信2025001",
        "安访字2025第12号",
        "方举2025-1",
        "单字2025-1",
        "区信访2025",
        "高2025-1",
        "XINFANG-2025-001",
        "YANGJIANG2025001",
        "JUBAO2025001",
        "xinfang2025-1",
        "xf2025001",
        "XFJB-2025-1",
        "CDXFJ202501",
        "XFGOIL2025",
        "XF-2025-00123",
        "20250900001234",
        "F001-2025",
        "E12345678",
        "138号",
        "A001",
    ],
)
def test_a_code_that_is_a_documents(code: str) -> None:
    assert not names_somebody_in_code(code)
    assert not is_named_after_somebody(code)


def identity_numbers() -> st.SearchStrategy[str]:
    days = st.dates().filter(lambda day: 1930 <= day.year <= 2019)
    return st.builds(
        lambda area, day, end: area + day.strftime("%Y%m%d") + end,
        st.from_regex("[1-8][0-9]{5}", fullmatch=True),
        days,
        st.from_regex("[0-9]{3}[0-9X]", fullmatch=True),
    )


@given(
    number=st.from_regex("1[3-9][0-9]{9}", fullmatch=True) | identity_numbers(),
    script=st.sampled_from(SCRIPTS),
    part=st.sampled_from(PARTS),
    sizes=st.sampled_from(((3, 4), (3, 3), (1,) * 10, (6, 8), (4, 4), (2, 3))),
    before=st.sampled_from(BEFORE),
    after=st.sampled_from(AFTER),
)
def test_a_number_is_found_in_any_script_and_parted_in_any_way(
    number: str, script: str, part: str, sizes: tuple[int, ...], before: str, after: str
) -> None:
    shown, at = [], 0
    for size in (*sizes, len(number)):
        shown.append(number[at : at + size])
        at += size
    text = part.join(filter(None, shown)).translate(dict(zip(range(48, 58), script, strict=True)))
    assert names_somebody(before + text + after)


@given(
    identifier=st.one_of(
        st.from_regex("微信号?[:： ]?[a-z][a-z0-9_]{5,12}", fullmatch=True),
        st.from_regex("(QQ|qq|扣扣)号?(是|[:：])? ?[1-9][0-9]{5,9}", fullmatch=True),
        st.from_regex("[a-z0-9]{3,10} ?[@＠] ?(qq|163|gov)\\.(com|cn)", fullmatch=True),
        st.from_regex("(护照|通行证|台胞证)(号码?)?[:： ]?[A-Z]{0,2}[0-9]{7,9}", fullmatch=True),
        st.from_regex("(座机|电话)[:：]? ?[2-8][0-9]{3}-?[0-9]{4}", fullmatch=True),
        st.from_regex("(人民|中山|解放)(东|西)?(路|街|巷)[1-9][0-9]{0,2}号", fullmatch=True),
        st.from_regex("[1-9]{1,2}(栋|号楼)[1-6]单元[1-9]0[1-4]室?", fullmatch=True),
        st.from_regex(
            "(举报|反映|投诉|来信)人[:：（ ]?[张王李赵陈刘周][伟芳军敏静]", fullmatch=True
        ),
        st.from_regex("62[0-9]{13}", fullmatch=True).map(with_check_digit),
    ),
    before=st.sampled_from(BEFORE),
    after=st.sampled_from(AFTER),
)
def test_an_identifier_is_found_wherever_it_stands(
    identifier: str, before: str, after: str
) -> None:
    assert names_somebody(before + identifier + after)


@given(
    st.decimals("0.01", "99999999.99", places=2),
    st.sampled_from(("{:,}元", "{:,}", "{}元", "¥{:,}", "{:,}万元")),
    st.sampled_from(("虚列支出", "报销12,000、", "2025年9月付款", "发票金额为", "超标准 ")),
)
def test_an_amount_is_no_number_of_a_persons(amount: object, form: str, before: str) -> None:
    assert not names_somebody(before + form.format(amount) + "未入账")

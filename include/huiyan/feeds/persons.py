"""Whether words say who somebody is or where to find them: names, numbers, addresses, accounts.

Free text is looked at as it would be read aloud: digits of any script, in words or as the letters
that look like them, whatever parts them, and words with blanks inside. Where it could be either, a
text counts as naming somebody: a row put aside is sent again, a person who was named stays so.
Amounts, dates and numbers of documents are no persons.
"""

import re
import unicodedata

from huiyan.feeds import cards
from huiyan.said import FILLERS

_DIGIT = {"〇": "0", "零": "0", "○": "0", "幺": "1", "貳": "2", "參": "3", "陸": "6"} | {
    character: str(value)
    for words in ("一二三四五六七八九", "壹贰叁肆伍陆柒捌玖")
    for value, character in enumerate(words, start=1)
}
# Letters that are read as digits, Latin or not.
_LOOKALIKE = str.maketrans(
    {
        letter: digit
        for digit, letters in (
            ("0", "OoQ\N{CYRILLIC CAPITAL LETTER O}\N{GREEK CAPITAL LETTER OMICRON}"),
            ("1", "IilL|!\N{CYRILLIC CAPITAL LETTER BYELORUSSIAN-UKRAINIAN I}"),
            ("2", "Zz"),
            ("5", "Ss"),
            ("6", "b"),
            ("8", "B"),
            ("9", "gq"),
        )
        for letter in letters
    }
)
_ORDINARY_SCRIPT = str.maketrans(
    "證號電話機碼聯繫舉報檢訴訪員實簽郵箱業長會計師書記組經辦與係稱華們網護駕軍"
    "張陳劉楊趙黃吳孫馬許鄭馮蔣韓蘇盧葉錢陸羅鄧龍嚴萬湯國偉軍麗強",
    "证号电话机码联系举报检诉访员实签邮箱业长会计师书记组经办与系称华们网护驾军"
    "张陈刘杨赵黄吴孙马许郑冯蒋韩苏卢叶钱陆罗邓龙严万汤国伟军丽强",
)
# What parts the characters of a word and ends no sentence.
_WITHIN_WORD = re.compile(r"(?<=[一-龥])[^\w，。；、：？！,;:?!()《》“”\"]{1,3}(?=[一-龥])|\s+")
_JOINED = re.compile(r"(?<=\d)[\W_]{1,6}(?=\d)")
_LETTERED = re.compile(r"(?<=\d)[\W_A-Za-z]{1,6}(?=\d)")

_MOBILE = re.compile(r"(?<!\d)(?:\+?(?:00)?86)?1[3-9]\d{9}(?!\d)")
_MOBILE_APART = re.compile(
    r"(?<!\d)1[3-9]\d[^\d年月日号元]{1,6}\d{4}[^\d年月日号元]{1,6}\d{4}(?!\d)"
    r"|(?<!\d)1[^\d]{1,3}[3-9](?:[^\d]{1,3}\d){9}(?!\d)"
)
_MOBILE_IN_CODE = re.compile(r"(?<!\d)1[3-9]\d[-_]?\d{4}[-_]?\d{4}(?!\d)")
_IDENTITY = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19\d\d|20[01]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
    r"(?:[\W_]{0,3}[Xx]|\d)(?!\d)"
)
_OLD_IDENTITY = re.compile(r"(?<!\d)[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[- ]?[2-8]\d{6,7}(?!\d)")
_LANDLINE_ALONE = re.compile(r"[^\w]*[2-8]\d{6,7}[^\w]*")
_CALLED = re.compile(
    r"(?:(?:电话|座机|固话|手机|来电|致电|拨打|传真|联系方式|热线|(?<![a-z])(?:tel|phone|call|fax))"
    r"(?!费|补贴|补助|报销))[^\d]{0,6}[2-8]\d{6,7}(?!\d|\s*[元万])",
    re.IGNORECASE,
)
_PERMIT = re.compile(
    r"(?:护照|通行证|回乡证|台胞证|返乡证|居留证|居住证|军官证|士兵证|警官证|驾驶证|驾照|社保卡|医保卡"
    r"|passport)\D{0,8}?[a-z]{0,3}\d{5,}",
    re.IGNORECASE,
)
_BARE_PERMIT = re.compile(
    r"(?<![A-Za-z0-9])(?:[EGDSP]\d{8}|E[A-HJ-NP-Z]\d{7}|[HM]\d{8}(?:\d{2})?|C[A-HJ-NP-Z]\d{7})"
    r"(?![A-Za-z0-9])"
)
_OF_A_DOCUMENT = re.compile(
    r"(?:凭证|合同|发票|编号|账套|单号|文号|项目|单据|票号|订单|票据|收据|号码)\W{0,3}$"
)
_DAY = re.compile(r"\D+20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
# Grouped or with two decimals, or in yuan; longer ones could be a telephone number.
_AMOUNT = re.compile(
    r"(?<![\d,.])(?:\d{1,3}(?:,\d{3}){1,2}(?:\.\d{1,2})?|\d{1,9}\.\d{2})(?![\d,.])"
    r"|(?<![\d,.])\d{1,9}(?:\.\d{1,2})?\s*[百千万亿]{0,2}元"
)
_AFTER_DIGITS = re.compile(r"\d[\W_]{1,6}$")

_MAIL = re.compile(
    r"[\w.%+-]\s*@\s*\w"
    r"|[a-z0-9._-]{2,}\s*(?:[(\[{]\s*at\s*[)\]}]|\sat\s|#|艾特|圈a)\s*[a-z0-9-]+\s*(?:\.|点|。|dot)\s*"
    r"(?:com|cn|net|org)"
    r"|(?:qq|163|126|139|gmail|sina|sohu|outlook|foxmail|hotmail|aliyun)\s*(?:\.|点|。|dot)\s*com",
    re.IGNORECASE,
)
_NETWORK = (
    r"(?:微信|威信|薇信|扣扣|企鹅|抖音|快手|微博|钉钉|支付宝|小红书"
    r"|(?<![a-z])(?:wechat|weixin|qq|[vw]x|telegram))"
)
_ACCOUNT = re.compile(
    rf"{_NETWORK}(?:[\W_]|[号码名加我是为的]|账号|帐号|联系|id){{0,8}}[a-z0-9][a-z0-9_-]{{4,}}"
    rf"|[a-z][a-z0-9_-]{{5,19}}[\W_]{{0,3}}(?:是|为)?(?:我的?)?{_NETWORK}"
    r"|加\s*(?:我\s*)?[vq][\W_]{0,3}[a-z0-9][a-z0-9_-]{4,}",
    re.IGNORECASE,
)

_COUNT = r"[0-9一二三四五六七八九十百零〇两]{1,5}"
_ADDRESS = re.compile(
    r"[一-龥](?:大道|大街|(?<!公)(?<!铁)(?<!道)路|街|巷|弄|胡同)(?:[东南西北中]段?)?"
    rf"\s*第?{_COUNT}(?:[-—之]{_COUNT})?\s*号(?!标|线|桥|工|文|令|项|合|高|隧|路|公|车|会|仓|站|码|凭)"
    rf"|(?:小区|花园|新村|家园|公寓|苑|宿舍|嘉园|华庭|名都|里弄)[^，。；,;改建项装维]{{0,6}}?{_COUNT}\s*"
    r"(?:号|栋|幢|座|单元|室)"
    rf"|{_COUNT}\s*(?:号楼|栋|幢|座|楼)\s*[^，。；,;]{{0,2}}?{_COUNT}\s*(?:单元|室|号|户)"
    rf"|{_COUNT}\s*单元\s*{_COUNT}"
    r"|[0-9]{1,3}[-—][0-9]{1,3}[-—][0-9]{3,4}\s*室|[0-9]{3,4}\s*室"
    rf"|村[^，。；,;]{{0,6}}?{_COUNT}\s*(?:组|队|社|屯)[^，。；,;]{{0,4}}?{_COUNT}\s*号"
    rf"|村\s*{_COUNT}\s*号(?!文|令|公|凭|地|标|井|线|桥|路|楼)"
    r"|家住|住址|住(?:在|于)|家庭地址|联系地址|(?<!网)地址\s*[:：是为]"
)

# Whom a register's number may begin with: an authority and what it is about, in short.
_OF_A_REGISTER = "信访举报检控诉纪监委字件函电网来投督察批转交办受理号年第区县市镇乡街反映"
# In small letters: capitals are a register's own, like XINFANG or the name of its place.
_SPELLED = re.compile(r"(?<![A-Za-z])[A-Za-z][a-z][A-Za-z]{3,}")
_SPELLED_SURNAME = re.compile(
    "wang|li|zhang|liu|chen|yang|zhao|huang|zhou|wu|xu|sun|hu|zhu|gao|lin|he|guo|ma|luo|liang|song"
    "|zheng|xie|han|tang|feng|yu|dong|xiao|cheng|cao|yuan|deng|fu|shen|zeng|peng|lv|su|lu|jiang|cai"
    "|jia|ding|wei|xue|ye|yan|pan|du|dai|xia|zhong|tian|ren|fan|fang|shi|yao|tan|liao|zou|xiong|jin"
    "|hao|kong|bai|cui|kang|mao|qiu|qin|gu|hou|shao|meng|long|wan|duan|lei|qian|yin|yi|chang|qiao"
    "|lai|gong|wen",
    re.IGNORECASE,
)
_SYLLABLES = re.compile(
    r"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|[aeiou]ng|iao|[iu]an|uai|[aeiuv]n|[aeo]i|[ao]u|i[aeu]|u[aieo]|er|[aeiouv]))"
    r"{2,4}",
    re.IGNORECASE,
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛奚范彭郎"
    "鲁韦马苗凤方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄"
    "和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江"
    "童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石"
    "崔吉龚程邢裴陆荣翁荀羊惠甄曲封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊"
    "宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能"
    "苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习"
    "宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾"
    "辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公岳覃佟仝肖付代闫涂邸欧区麦仲晋"
)
_COMPOUND = (
    "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|轩辕|端木|百里|南宫"
)
_NAME = rf"(?:{_COMPOUND}|[{_SURNAMES}])[一-龥]{{1,2}}"
_NAME_IN_CODE = re.compile(
    rf"(?:(?:{_COMPOUND})[一-龥]|[{_SURNAMES}][^\W\da-zA-Z_{_OF_A_REGISTER}]{{1,2}})(?![一-龥])"
)
# Surnames that are more often other words where a name could stand.
_PARTICLES = "向于和曾应都全常时经连相从有以同单高方安成明公国文关平后通通越广满终居易计支干管能"
_CONTINUES = (
    "反映|举报|多次|投诉|来信|来访|提供|表示|单位|纪委|本人|高度|方面|周边|钱款|金额|许诺|任职|任村|"
    "陆续|安排|严重|马上|关于|解释|连续|计算|支付|花费|包括|平时|车辆|房屋|党员|费用|司机|谈到|谈及|"
    "谢绝|江湖|石料|马虎|管理|万元|查实|查询|查看|强调|强烈|毛遂|项目|代表|代理|代为|通过|农户|农民|"
    "能够|经过|经核|经查|经多|公开|后来|国家|全部|全家|应当|应该|应予|何时|何人|都是|和家|和群|向纪|"
    "向镇|向县|向区|向上|向有|向相|向巡|于昨|于今|于近|曾多|曾经|曾向|曾反|时任|时常|常年|常常|从事|"
    "对|易某地|明确|明知|方才|方便|温馨|须|广泛|满意|终于|越级|成立|宣称|强制|白条|章程|凌晨|习惯|"
    "利用|权益|权利|充分|别人|盖章|陶瓷|高价|高额|高于|高出|单独|单笔|单据|支出|支持|计划|干部|管护|"
    "相关|相信|相符|连同|连带|关联|关注|关心|关系|安全|安置|封口|龙头|童工|广场|文件|文化|华丽|水"
)
_WHO = (
    r"(?:举报|检举|控告|信访|反映|投诉|来信|来访|申诉|诉求|联系|署名|当事|知情|报案)(?:人|者)(?:员)?"
    r"|署名|实名|姓名|本人|鄙人"
)
_ROLE = (
    "村民|居民|群众|职工|员工|教师|干部|业主|组长|村长|队长|会计|出纳|主任|科长|股长|局长|所长|校长|站长"
    "|镇长|乡长|处长|院长|园长|厂长|班长|书记|委员|代表|党员|文书|老师|司机|医生|护士|保安|厨师|家长|学生"
    "|农户|商户|租户|经理|老板|同志|工人|村医|民警|保管员|报账员|经办人|退休(?:职工|干部|教师)"
)
_TELLS = "反映|举报|投诉|来信|来电|来访|控告|检举|申诉|诉称"
# Characters with which a sentence goes on after a role or begins, and few names do.
_GOES_ON = "和同与及向都全应从以有通经连相"
# Words that begin like a name and tell something too: "居民反映", "余额反映".
_NO_NAME = (
    "居[民家委]|石[料材]|印章|师[生傅]|房[东主产款租]|车[主友票]|路[人面]|储户|农[友业]|游[客人]|宾[客馆]|班[长主组]|段长"
    "|席[位间]|国[民库资土]|公[民示告款章车司众安]|双方|左[邻右]|成[员年本果]|牧民|古人|令人|管[家事区委]"
    "|高[校中新]|单[据位]|经商|安置|何人|政府|平[台民时]|万人|马路|干群|支[部书]|包村|城管|金[额融]|巫医"
    "|文[物员旅]|广[东告]|施工|查[账出到阅处办]|严[查格肃]|明细|余[额款]|花名|卫生|司法|祖辈|钟点|申[请报诉]"
    "|纪[检委律]|曾[多两三四五几数被经向在于因就]|时[有常]|常[有住]|于[向多是年数]|计生|后[方期来]|应[届付]"
    "|利息|许[多可]|党[员群]|解决|习惯"
)
# With which places, authorities and groups end, and given names do not.
_NO_GIVEN_NAME = "村镇乡县区市局所站队院委办校组社户者部科室厂店点层边人工册"
_SAYS_WHO = re.compile(
    rf"(?:{_WHO})\s*[:：是为叫系姓名]"
    r"|[我俺咱](?:名叫|叫|是|姓|的?名字|本名)|鄙人|鄙姓|免贵姓|联系电话|手机号|身份证"
    r"|(?:外号|绰号|小名|网名|昵称|曾用名)[^\w，。；,;]{0,2}[:：是叫为]"
    rf"|(?:{_WHO})(?:姓名|实名|署名)?[^\w，。；,;]{{0,3}}(?!{_CONTINUES})"
    rf"(?![{_PARTICLES}])(?:{_NAME})"
    rf"|(?:{_WHO})[^\w，。；,;]{{0,3}}(?!{_CONTINUES})[{_PARTICLES}](?!{_CONTINUES})[一-龥]{{1,2}}"
    r"(?=$|[^一-龥]|反映|举报|投诉|称|说|来信|来电|提供)"
    rf"|(?:{_ROLE})(?!{_CONTINUES})(?!{_NO_NAME})(?![{_GOES_ON}])(?:{_NAME})\W{{0,2}}(?:实名)?(?:{_TELLS})"
    rf"|(?:^|[^\w一-龥]|[据经接到]|由(?!于))(?!{_CONTINUES})(?!{_NO_NAME})(?![公{_GOES_ON}])"
    rf"(?!..?[{_NO_GIVEN_NAME}](?:{_TELLS}))(?:{_NAME})(?!来访)(?:{_TELLS})"
    rf"|(?:{_NAME})(?:\W{{0,2}})实名(?:反映|举报|投诉|控告|检举)"
)


def names_somebody_in_code(code: str) -> bool:
    """Whether a document number or unit code is a person's number instead.

    Numbers of documents are long and hold dates too: a card's counts only where it is all there is.
    """
    read = code.translate(_LOOKALIKE)
    return (
        any(_MOBILE_IN_CODE.search(form) for form in (code, read))
        or any(_IDENTITY.search(form) for form in (code, read))
        or _PERMIT.search(code) is not None
        or _CALLED.search(code) is not None
        or _ACCOUNT.search(code) is not None
        or (
            code.startswith("62")
            and cards.VALID.fullmatch(code) is not None
            and cards.passes_luhn(code)
        )
    )


def is_named_after_somebody(code: str) -> bool:
    """Whether the number of a complaint begins with a name, or holds one spelled in letters."""
    return _NAME_IN_CODE.match(code) is not None or any(
        _SYLLABLES.fullmatch(word) and _SPELLED_SURNAME.match(word)
        for word in _SPELLED.findall(code)
    )


def names_somebody(text: str) -> bool:
    """Whether free text holds a number, an address or words by which somebody can be found."""
    plain = "".join(
        _as_digit(each)
        for each in unicodedata.normalize("NFKC", text)
        if each not in FILLERS and unicodedata.category(each)[0] not in "CM"
    ).translate(_ORDINARY_SCRIPT)
    whole = _WITHIN_WORD.sub("", plain)
    apart = cards.in_ascii(plain)
    return (
        any(
            pattern.search(form) is not None
            for pattern in (_SAYS_WHO, _MAIL, _ACCOUNT, _ADDRESS)
            for form in (plain, whole)
        )
        or _PERMIT.search(apart) is not None
        or _holds_permit(apart)
        or _holds_number(apart)
    )


def _as_digit(character: str) -> str:
    """A digit in a circle or the like as a plain one; any other character as it is."""
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)


def _holds_permit(text: str) -> bool:
    return any(
        _OF_A_DOCUMENT.search(text, 0, found.start()) is None and _DAY.fullmatch(found[0]) is None
        for found in _BARE_PERMIT.finditer(text)
    )


def _holds_number(apart: str) -> bool:
    """Whether a telephone, identity or card number is in `apart`, whose digits are plain."""
    without = _without_amounts(apart)
    digits = _JOINED.sub("", without)
    in_digits = "".join(_DIGIT.get(character, character) for character in without)
    spoken = _JOINED.sub("", in_digits)
    lettered = _LETTERED.sub("", in_digits)
    read = without.translate(_LOOKALIKE)
    return (
        cards.mask(digits) != digits
        or _LANDLINE_ALONE.fullmatch(_JOINED.sub("", apart)) is not None
        or any(_MOBILE_APART.search(form) for form in (without, in_digits))
        or any(_CALLED.search(form) for form in (apart, digits, spoken))
        or any(
            pattern.search(form)
            for form in (apart, digits, spoken)
            for pattern in (_MOBILE, _IDENTITY, _OLD_IDENTITY, _LANDLINE)
        )
        or any(
            pattern.search(form)
            for form in (lettered, read, _JOINED.sub("", read))
            for pattern in (_MOBILE, _IDENTITY)
        )
    )


def _without_amounts(text: str) -> str:
    """`text` with amounts taken out, unless they could be the rest of a number in groups."""
    kept, at = "", 0
    for found in _AMOUNT.finditer(text):
        kept += text[at : found.start()]
        kept += found[0] if _AFTER_DIGITS.search(kept) else "元"
        at = found.end()
    return kept + text[at:]

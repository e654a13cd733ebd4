"""The operations brief: what it says of a date, its page, and its mail on a real mail server."""

import json
from datetime import date
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from alert_district import MONDAY, START, TUESDAY, WEDNESDAY, District
from huiyan.alerts.issue import issue, issue_all
from huiyan.brief.content import Brief, Section, shown
from huiyan.brief.gather import gather
from huiyan.brief.make import make, page_of
from huiyan.cli import app
from huiyan.delivery.deliver import deliver
from huiyan.errors import DeliveryError
from receivers import MailServer, environment

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

SUNDAY = date(2025, 9, 7)
OPERATOR, OTHER = "ops@yunxi.gov.cn", "night@yunxi.gov.cn"


def section(brief: Brief, key: str) -> Section:
    return next(each for each in brief.sections if each.key == key)


def rows(brief: Brief, key: str, title: str) -> list[tuple[object, ...]]:
    found = [each for each in section(brief, key).tables if each.title.startswith(title)]
    return list(found[0].rows)


def run_of(district: District, rule_id: str, status: str, new: int = 0, cleared: int = 0) -> None:
    district.run(
        "insert into marts.fct_rule_run (rule_id, business_date, status, population, hits, "
        "new_hits, cleared_hits) values (%s, %s, %s, 10, %s, %s, %s)",
        rule_id,
        TUESDAY,
        status,
        new,
        new,
        cleared,
    )


def batch(district: District, feed: str, status: str, error: str | None = None) -> int:
    batch_id = district.value(
        "insert into ops.batch (feed, business_date, version, status, is_controlled, content_hash, "
        "row_count, error) values (%s, %s, 1, %s, false, 'a', 5, %s) returning batch_id",
        feed,
        TUESDAY,
        status,
        error,
    )
    district.run("insert into ops.row_count values (%s, 5, 5, 3, 0, 2)", batch_id)
    return int(batch_id)


def operations(district: District, kind: str, feed: str, message: str) -> None:
    district.run(
        "insert into ops.operations_alert (kind, feed, business_date, message) "
        "values (%s, %s, %s, %s)",
        kind,
        feed,
        TUESDAY,
        message,
    )


def busy_tuesday(district: District) -> None:
    """Monday's alerts, answered, cleared, raised, reminded and undelivered on Tuesday."""
    for subject in "abc":
        district.hit("ATT-001", subject)
    district.hit("REC-001", "a")
    district.hit("CARD-001", "x", since=TUESDAY)
    district.clear("ATT-001", "c", TUESDAY)
    district.evaluated(MONDAY, TUESDAY, WEDNESDAY)
    for parameter, value in (("precision_floor", "0.90"), ("promotion_floor", "0.95")):
        district.add("reference.rule_parameters", "ALL", parameter, value, START, None)
    district.add("reference.rule_parameters", "ALL", "min_verdicts", 2, START, None)
    issue(MONDAY, district.settings)
    district.answer("ATT-001", "a", MONDAY, "confirmed", "confirmed")
    district.answer("ATT-001", "b", TUESDAY, "not_confirmed", "change_rule")
    issue_all([TUESDAY, WEDNESDAY], district.settings)
    deliver(TUESDAY, "TC01", district.settings)
    district.run(
        "update ops.delivery set state = 'dead', attempts = 12, last_error = 'no <b>route</b>' "
        "where business_date = %s and body_code = 'U002'",
        TUESDAY,
    )
    district.run("delete from marts.fct_rule_run")
    run_of(district, "ATT-001", "hit", new=0, cleared=1)
    run_of(district, "CARD-001", "hit", new=1)
    run_of(district, "INV-001", "not_evaluated")
    run_of(district, "STAT-001", "not_applicable")
    run_of(district, "LOOP-003", "not_applicable")
    run_of(district, "REC-001", "not_evaluated")
    district.run("insert into marts.dim_rule (rule_id, needs) values ('LOOP-003', 'complaints')")
    district.run(
        "update marts.dim_rule set needs = 'finance_vouchers,card_transactions' "
        "where rule_id = 'INV-001'"
    )
    operations(district, "rule_failed", "REC-001", "REC-001 failed: division by zero")
    operations(district, "overloaded_body", "bodies", "TC01 200 (limit 100)")
    quarantined = batch(district, "finance_vouchers", "accepted")
    for line in (1, 2):
        district.run(
            "insert into quarantine.finance_vouchers (batch_id, file_no, file_name, line_no, "
            "reasons, row) values (%s, 1, 'a.csv', %s, %s, %s)",
            quarantined,
            line,
            ["amount: no number"],
            json.dumps({"summary": "王五的身份证"}),
        )
    batch(district, "treasury_payments", "stopped", "column <amt> is missing")
    returned = batch(district, "returns", "accepted")
    district.run("insert into ops.return_intake values (%s, 1, 0, 0, 2)", returned)
    for line, (outcome, body) in enumerate(
        [("accepted", "TC01"), ("rejected", "TC01"), ("rejected", None), ("unreadable", None)]
    ):
        district.run(
            "insert into ops.return_line (batch_id, file_no, line_no, file_name, outcome, "
            "body_code, is_proven) values (%s, 1, %s, 'a.xlsx', %s, %s, false)",
            returned,
            line,
            outcome,
            body,
        )
    district.run(
        "insert into marts.unit_match_review (finance_agency_code, finance_name, treasury_name, "
        "reason, score) values ('F9', %s, %s, '名称相近', 0.912)",
        "<script>alert(1)</script>中心",
        "=cmd|' /C calc'!A0",
    )
    district.run(
        "insert into ops.alert_event (alert_id, event, actor, detail, business_date) "
        "select alert_id, 'reminded', 'machine', '{}', %s from ops.alert "
        "where rule_id = 'REC-001'",
        TUESDAY,
    )
    district.run("update ops.alert_opening set due_on = %s where opened_on < %s", MONDAY, TUESDAY)


class Markup(HTMLParser):
    """What a browser takes for tags and for text; what is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.unclosed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.unclosed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_busy_day(district: District) -> None:
    busy_tuesday(district)
    brief = gather(TUESDAY, district.settings)

    states = {row[0]: row[2] for row in rows(brief, "feeds", "Feeds")}
    assert states["finance_vouchers"] == "in"
    assert states["treasury_payments"] == "stopped"
    assert states["card_transactions"] == "late"
    assert [row[0::2] for row in rows(brief, "quarantine", "Reasons")] == [
        ("finance_vouchers", "amount: no number")
    ]
    assert [row[3] for row in rows(brief, "quarantine", "Reasons")] == [2]
    assert section(brief, "units").said == [
        f"As of {WEDNESDAY}, 1 pair of platform users may be one unit."
    ]

    assert section(brief, "rules").said == [
        "2 ran, 1 failed, 1 not evaluated, 2 not applicable.",
        "Not applicable, as there was nothing of their kind to judge: STAT-001.",
        "Not applicable, as this district does not receive complaints: LOOP-003.",
    ]
    assert rows(brief, "rules", "Failed") == [
        ("REC-001", "接待无公函", "REC-001 failed: division by zero")
    ]
    assert rows(brief, "rules", "Not evaluated") == [
        ("INV-001", "发票不规范", "nothing in of card_transactions")
    ]
    assert rows(brief, "hits", "Rules") == [
        ("ATT-001", "附件缺失", 10, 0, 0, 1),
        ("CARD-001", "禁止类商户", 10, 1, 1, 0),
    ]

    # Of ATT-001 one was cleared, one is answered, one answered on the date itself.
    assert rows(brief, "alerts", "By tier") == [
        ("red", 1, 1, 0, 0),
        ("orange", 0, 1, 0, 1),
        ("yellow", 0, 2, 1, 0),
        ("all", 1, 4, 1, 1),
    ]
    ((channel, delivered, waiting, dead),) = rows(brief, "deliveries", "By channel")
    assert (channel, delivered, dead) == ("folder", 1, 1)
    assert waiting > 0
    lost = rows(brief, "deliveries", "Not delivered")[0]
    assert (lost[0], lost[4], lost[5], lost[6]) == ("U002", "given up", 12, "no <b>route</b>")
    assert rows(brief, "returns", "Answers") == [("not confirmed", 1, 1)]
    assert rows(brief, "returns", "Lines") == [
        ("no sender proven", 0, 0, 0, 1, 1),
        ("TC01", 1, 0, 0, 1, 0),
    ]
    assert section(brief, "deadlines").said[0].startswith("On the date: 1 reminder, 0 escalations")
    assert [row[0] for row in rows(brief, "deadlines", "Most overdue")] == ["RG01", "TC01"]
    assert section(brief, "load").said == ["TC01 200 (limit 100)"]
    assert rows(brief, "precision", "Precision") == [
        ("ATT-001", "附件缺失", 1, 1, "100.0 %", 2, "50.0 %")
    ]
    assert rows(brief, "precision", "Demoted")[0][3:5] == ("fixed", "trial")
    assert [row[:2] for row in rows(brief, "proposals", "Promotions")] == [
        ("change the rule", "ATT-001")
    ]
    assert section(brief, "proposals").said == [
        f"Waiting, of verdicts up to {TUESDAY}: 1 proposal."
    ]
    kinds = [row[1] for row in rows(brief, "operations", "Newest")]
    assert kinds == sorted(kinds)
    assert {"rule_failed", "rule_demoted", "overloaded_body"} <= set(kinds)

    # What came later changes nothing of an earlier date; the same inputs give the same bytes.
    earlier = gather(MONDAY, district.settings)
    assert rows(earlier, "alerts", "By tier")[-1] == ("all", 4, 4, 0, 0)
    assert section(earlier, "proposals").said == [f"Waiting, of verdicts up to {MONDAY}: none."]
    first = make(TUESDAY, district.settings)
    page = first.path.read_bytes()
    assert make(TUESDAY, district.settings) == first
    assert first.path.read_bytes() == page

    text = page.decode()
    markup = Markup(text)
    assert markup.unclosed == []
    assert "script" not in {tag for tag, _ in markup.tags}
    assert "<script>alert(1)</script>中心" in markup.texts
    assert "'=cmd|' /C calc'!A0" in markup.texts
    assert "no <b>route</b>" in markup.texts
    assert "王五" not in text
    anchors = {attributes["href"] for tag, attributes in markup.tags if tag == "a"}
    assert anchors <= {f"#{attributes.get('id')}" for _, attributes in markup.tags}
    assert all(attributes.get("scope") for tag, attributes in markup.tags if tag == "th")


def test_a_date_nobody_has_judged(district: District) -> None:
    for day, off in ((TUESDAY, ""), (SUNDAY, "no working day, ")):
        rules = section(gather(day, district.settings), "rules")
        assert rules.said == [f"Nothing to judge: {off}no feed has come for it."]
        assert rules.needs == [], "the run would be refused"
    batch(district, "finance_vouchers", "accepted")
    brief = gather(TUESDAY, district.settings)
    (need,) = section(brief, "rules").needs
    assert need.startswith("2025-09-02 has not been judged")
    assert {"hits", "alerts"} & {each.key for each in brief.sections} == set()


def test_the_mail_goes_once_to_each_and_again_with_other_content(
    district: District,
    mail_server: MailServer,
    airflow_environment: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    district.hit("ATT-001", "a")
    district.evaluated(MONDAY)
    issue(MONDAY, district.settings)
    monkeypatch.setenv("HUIYAN_BRIEF_TO", f" {OPERATOR}, not an address,")
    for name, value in environment(mail_server.access()).items():
        monkeypatch.setenv(name, value)
    settings = type(district.settings)()
    assert settings.brief_to == (OPERATOR, "not an address")

    # One wrong address does not keep the others from having it, nor the page from being there.
    with pytest.raises(
        DeliveryError,
        match=r"not an address: An address of HUIYAN_BRIEF_TO must be one plain mail address\. Put",
    ):
        make(MONDAY, settings)
    assert page_of(MONDAY, settings).is_file()
    monkeypatch.setenv("HUIYAN_BRIEF_TO", f"{OPERATOR},{OTHER}")
    settings = type(settings)()
    assert make(MONDAY, settings).mailed == [OTHER]
    assert make(MONDAY, settings).mailed == []
    first, second = mail_server.mails
    assert (first["To"], second["To"]) == (OPERATOR, OTHER)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Subject"].startswith("[Huiyan] Operations brief 2025-09-01: ")
    assert "附件缺失" not in first["Subject"]
    for part in ("plain", "html"):
        content = first.get_body((part,)).get_content()
        assert content == second.get_body((part,)).get_content()
        assert "1 new, 1 open, 0 cleared" in content
    markup = Markup(first.get_body(("html",)).get_content())
    assert "style" not in {tag for tag, _ in markup.tags}
    assert not any("class" in attributes for _, attributes in markup.tags)

    district.run(
        "insert into ops.operations_alert (kind, feed, business_date, message) "
        "values ('feed_late', 'leases', %s, 'late')",
        MONDAY,
    )
    done = CliRunner().invoke(app, ["brief", "--date", "2025-09-01"])
    assert done.exit_code == 0, done.output
    assert [mail["To"] for mail in mail_server.mails[2:]] == [OPERATOR, OTHER]
    corrected = mail_server.mails[2]
    assert corrected["Subject"].endswith("(corrected)")
    assert corrected["Message-ID"] != first["Message-ID"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("=cmd", "'=cmd"),
        ("a\u202eb\r\n\x00c", "ab c"),
        (None, "—"),
        (-1234, "-1,234"),
        ("x" * 500, "x" * 399 + "…"),
    ],
)
def test_a_cell_is_one_line_and_no_formula(text: str | int | None, said: str) -> None:
    assert shown(text) == said

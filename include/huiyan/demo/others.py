"""What others say of units in which something is planted: complaints, and other departments."""

from huiyan.demo.days import ordinal, year_month
from huiyan.demo.district import Complaint, District, Finding, Unit
from huiyan.demo.rectification import matter_classes
from huiyan.demo.systemic import Owners, counts
from huiyan.demo.truth import Case, Joined, Truth

COMPLAINED, FOUND = ("VOU-001", "ATT-002"), "REC-002"


def plant_others(district: District, truth: Truth) -> None:
    """Plant complaints and findings of other departments; call it when all cases are known."""
    _Others(district, truth).make()


class _Others:
    def __init__(self, district: District, truth: Truth) -> None:
        self.district = district
        self.truth = truth
        self.last = district.options.last
        owners = Owners(district, truth)
        self.hosts = [
            (case, owners.of(case))
            for case in truth.cases
            if counts(case.rule_id) and case.kind == "planted"
        ]
        self._taken: set[int] = set()

    def make(self) -> None:
        """All of them."""
        first, second = COMPLAINED
        self._complaint(first, "反映单位报账拖延、票据迟迟不入账", counts=True)
        self._complaint(second, "反映单位报账附件不全", counts=False)
        if self.district.options.has_later_snapshot:
            self._complaint(first, "反映单位长期不及时记账", counts=True, is_later=True)
        self._findings()

    def _host(self, rule: str) -> tuple[Case, Unit]:
        """A planted case of the rule in a unit on the finance platform that nobody spoke of yet."""
        case, unit = next(
            (case, unit)
            for case, unit in self.hosts
            if case.rule_id == rule and unit.finance_code and unit.index not in self._taken
        )
        self._taken.add(unit.index)
        return case, unit

    def _complaint(self, rule: str, matter: str, *, counts: bool, is_later: bool = False) -> None:
        case, unit = self._host(rule)
        number = f"XF2025-{len(self.district.complaints) + 1:03d}"
        received = self.last - (2 if is_later else 20)
        closed = 0 if counts else self.last - 10
        self.district.complaints.append(
            Complaint(number, unit, matter_classes()[rule], matter, received, closed, is_later)
        )
        note = "后来的信访件" if is_later else ("未办结" if counts else "已办结，不升级")
        self.truth.joined.append(Joined("complaint", number, rule, case.subject_id, counts, note))

    def _findings(self) -> None:
        year = year_month(self.last)[0]
        whole = (ordinal(f"{year - 1}-01-01"), self.last)
        long_ago = (ordinal(f"{year - 5}-01-01"), ordinal(f"{year - 5}-12-31"))
        for span, overlaps, note in (
            (whole, True, "审计、财政都查到同一单位的接待"),
            (long_ago, False, "期间不重叠"),
        ):
            case, unit = self._host(FOUND)
            for department, finding, conclusion in (
                ("audit", "接待费支出缺少公函和清单", ""),
                ("finance", "公务接待报销凭证不全", "责令补齐手续，清退超标准部分"),
            ):
                if department == "finance" and not overlaps:
                    continue
                number = f"LH2025-{len(self.district.findings) + 1:03d}"
                self.district.findings.append(
                    Finding(
                        number,
                        department,
                        unit,
                        matter_classes()[FOUND],
                        *span,
                        finding,
                        3_260_00,
                        conclusion,
                        self.last - 15 if conclusion else 0,
                        f"云财监〔{year}〕7号" if conclusion else "",
                    )
                )
                self.truth.joined.append(
                    Joined("joint_finding", number, FOUND, case.subject_id, overlaps, note)
                )

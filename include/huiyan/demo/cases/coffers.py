"""Accounts off the register, rent without income, two small coffers."""

from huiyan.demo import names
from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.days import ordinal, workday
from huiyan.demo.desk import Line, Slip, made
from huiyan.demo.district import Lease, Unit


class CofferCases(Caseworker):
    """SCF-001 and SCF-004, and the two units that keep a small coffer."""

    def make(self) -> None:
        """All of them."""
        self._off_register()
        self._leases()
        for place in range(2):
            self._coffer(place)

    def _off_register(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        district = self.district
        town = district.by_name[f"{names.TOWNS[0]}人民政府"]
        villages = district.villages
        full = names.PROVINCE + names.CITY + names.DISTRICT
        for payee, ago, note in (
            (villages[5].finance_name, 44, "收款人是村，账户不在册"),
            (full + self.unit().name, 21, "收款人写全称，账户不在册"),
            (f"{names.TOWNS[0]}政府", 72, "收款人写“政府”，账户不在册"),
            (self.unit().name + "（本级）", 2, "收款人带（本级），账户不在册"),
        ):
            account = district.account_no("4402")
            self.payment(self.desk(), self.back(ago), 5_200_00, account, payee, words="拨付经费")
            plant("SCF-001", account, note)
        account, payee = district.account_no("4402"), self.unit().treasury_name
        for ago in (60, 35, 9):
            self.payment(self.desk(), self.back(ago), 2_600_00, account, payee, words="拨付经费")
        plant("SCF-001", account, "三个单位付到同一个不在册账户")

        account = district.account_no("4402")
        self.payment(self.desk(), self.back(28), 5_000_00, account, "邻水区财政局", words="分摊")
        near("SCF-001", account, "邻区同名局不是本区单位")
        account = district.account_no("4402")
        self.payment(
            self.desk(),
            self.back(28),
            5_000_00,
            account,
            f"{town.name}招待所有限公司",
            words="会议",
            eco="30215",
        )
        near("SCF-001", account, "公司名里含单位名")
        account = district.account_no("4402")
        self.payment(
            self.desk(),
            self.back(28),
            5_000_00,
            account,
            villages[6].finance_name,
            status="returned",
            booked=False,
        )
        near("SCF-001", account, "付款已退回")
        receiver = self.unit()
        account = district.account_no("4402")
        receiver.others["closed_special"] = account
        self.payment(
            self.desk(), self.back(17), 5_000_00, account, receiver.treasury_name, words="拨付"
        )
        near("SCF-001", account, "账户已销，仍在册")
        if not district.options.has_later_snapshot:
            return
        receiver = self.unit()
        account = district.account_no("4402")
        receiver.others["new_special"] = account
        self.payment(
            self.desk(), self.back(17), 5_000_00, account, receiver.treasury_name, words="拨付"
        )
        near("SCF-001", account, "账户后来备案：先有疑点，后销除")
        receiver = self.unit()
        account = district.account_no("4402")
        receiver.others["dropped_special"] = account
        self.payment(
            self.desk(), self.back(15), 5_000_00, account, receiver.treasury_name, words="拨付"
        )
        near("SCF-001", account, "账户后来从册上删去，曾经在册")

    def _lease(self, unit: Unit, starts: int, ends: int, note: str) -> Lease:
        serial = len(self.district.leases) + 1
        lease = Lease(
            f"ZL{serial:04d}",
            unit,
            f"{note}{serial}号门面房",
            f"扬江商户{serial}（个体）",
            2_400_000,
            starts,
            ends,
        )
        self.district.leases.append(lease)
        return lease

    def _landlord(self) -> Unit:
        """A unit that leases nothing yet: rent of one lease would speak for another."""
        taken = {lease.unit.index for lease in self.district.leases}
        return self.unit(lambda unit: unit.index not in taken)

    def _leases(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        far = ordinal("2028-12-31")
        for starts, ends, note in (
            (self.last - 180, far, "恰满 180 天没有租金"),
            (self.last - 700, far, "两年没有租金"),
            (self.last - 400, self.last, "今日到期，仍没有租金"),
        ):
            plant("SCF-004", self._lease(self._landlord(), starts, ends, "东街").lease_no, note)
        unit = self._landlord()
        lease = self._lease(unit, self.last - 500, far, "南街")
        slip = self._income(unit, "4605", "门面房租金", lease.tenant)
        self.desk_of(unit).reverse(slip, workday(slip.posting_day + 1))
        plant("SCF-004", lease.lease_no, "租金凭证已红冲")
        unit = self._landlord()
        lease = self._lease(unit, self.last - 500, far, "南街")
        self._income(unit, "4609", "门面房租金", lease.tenant)
        plant("SCF-004", lease.lease_no, "租金记在其他收入")
        unit = self._landlord()
        lease = self._lease(unit, self.last - 500, far, "南街")
        self._income(unit, "4605", "其他收入", "别的公司")
        plant("SCF-004", lease.lease_no, "收入与承租人无关")

        near(
            "SCF-004",
            self._lease(self._landlord(), self.last - 179, far, "西街").lease_no,
            "才 179 天",
        )
        near(
            "SCF-004",
            self._lease(self._landlord(), self.last - 600, self.last - 1, "西街").lease_no,
            "昨日到期",
        )
        for code, words, by_tenant, note in (
            ("4605", "收到往来款", True, "对方就是承租人"),
            ("2103", "门面房租金", False, "应缴财政款"),
            ("460501", "收款", True, "明细科目"),
        ):
            unit = self._landlord()
            lease = self._lease(unit, self.last - 300, far, "北街")
            self._income(unit, code, words, lease.tenant if by_tenant else "")
            near("SCF-004", lease.lease_no, note)
        unit = self._landlord()
        lease = self._lease(unit, self.last - 300, far, "北街")
        self._income(unit, "4605", f"收{lease.asset}款", "")
        near("SCF-004", lease.lease_no, "摘要里有资产名")
        unit = self._landlord()
        lease = self._lease(unit, self.last - 300, far, "北街")
        self._income(unit, "2103", f"{lease.tenant}缴款", "")
        near("SCF-004", lease.lease_no, "摘要里有承租人")

    def _income(self, unit: Unit, code: str, words: str, party: str) -> Slip:
        desk = self.desk_of(unit)
        day = self.back(58)
        lines = [
            Line("1002", "D", 12_000_00, words, party=party),
            Line(code, "C", 12_000_00, words, party=party),
        ]
        slip = desk.post(day, day, lines, 1)
        slip = made(slip)
        desk.attach(slip, "bank_receipt", fen=12_000_00)
        return slip

    def _coffer(self, place: int) -> None:
        """A unit in which several kinds of doubt come together within 90 days."""
        plant = self.truth.plant
        taken = {lease.unit.index for lease in self.district.leases}
        unit = self.unit(lambda each: bool(each.staff[0].card_no) and each.index not in taken)
        desk = self.desk_of(unit)
        note = f"小金库单位{place + 1}"
        for turn in range(2):
            account = self.district.account_no("4402")
            paid = self.payment(
                desk,
                self.back(70 - 30 * turn),
                16_800_00,
                account,
                unit.treasury_name if turn else unit.finance_name,
                words="拨付工作经费",
            )
            plant("SCF-001", account, f"{note}：付给自己的不在册账户")
        lease = self._lease(unit, self.last - 520, ordinal("2028-12-31"), "临河")
        plant("SCF-004", lease.lease_no, f"{note}：出租不见收入")
        if "special" not in unit.others:
            unit.others["special"] = self.district.account_no()
        for ago in (66, 19):
            paid = self.payment(
                desk,
                self.back(ago),
                23_000_00,
                unit.others["special"],
                unit.treasury_name,
                words="周转资金",
            )
            plant("PAY-001", paid.number, f"{note}：转入实有资金账户")
        for turn in range(3):
            merchant, mcc = names.BARRED[(place + 3 * turn) % 10]
            number = desk.swipe(
                unit.staff[0], self.back(50 - 16 * turn), 1230, 1680_00, merchant, mcc, "扬江市"
            )
            plant("CARD-001", number, f"{note}：禁止类商户")
        posting = self.back(24)
        slip = self.voucher(desk, 980_00, event=posting - 6, posting=posting, declared=1)
        self.invoice(desk, slip, 980_00, posting - 6, buyer="扬江云帆办公用品有限公司")
        plant("INV-002", slip.subject, f"{note}：抬头是公司")
        plant("SCF-008", f"F{unit.finance_code}", f"{note}：五类疑点聚在一起")

"""Money moved to canteens, there and back, gift cards, sleeping accounts, shared payees."""

from dataclasses import replace
from typing import Any

from huiyan.demo.cases.worker import GRACE, Caseworker
from huiyan.demo.days import workday
from huiyan.demo.desk import Desk, Paid, Slip, made
from huiyan.demo.district import Company, Unit

Moves = tuple[tuple[int, int, str], ...]  # days ago, fen, status or code
CARD_SELLER = Company(
    "扬江通汇预付卡服务有限公司",
    "card",
    "9558900000000000017",
    "扬江银行云溪支行",
    "91329912MA0000017X",
)


class FurtherCofferCases(Caseworker):
    """SCF-002, SCF-003, SCF-005, SCF-006, SCF-007."""

    def make(self) -> None:
        """All of them."""
        self._to_canteen_or_union()
        self._there_and_back()
        self._gift_cards()
        self._sleeping_accounts()
        self._shared_payees()

    def _paid(
        self, desk: Desk, ago: int, fen: int, account: str, payee: str, **fields: Any
    ) -> Paid:
        """Paid exactly `ago` days before the last one."""
        day = self.last - ago
        fields.setdefault("words", "协作经费")
        return self.payment(desk, day, fen, account, payee, actual_day=day, **fields)

    def _sent_back(self, desk: Desk, paid: Paid) -> None:
        """The payment is reported again during the daily deliveries: the bank returned it."""
        row = (*paid.row[:-1], "returned")
        desk.sink.put("treasury_payments", self.back(2), row)

    # --- canteen and union -----------------------------------------------------------------

    def _kitty(self, unit: Unit, kind: str) -> str:
        """The unit's canteen or union account, opened if there is none."""
        if kind not in unit.others:
            unit.others[kind] = self.district.account_no()
        return unit.others[kind]

    def _moved(
        self,
        kind: str,
        parts: tuple[tuple[int, int], ...],
        *,
        eco: str = "30299",
        last_status: str = "paid",
        last_booked: bool = True,
    ) -> tuple[str, Desk, Paid]:
        """Payments to the own account; the subject and the last of them."""
        desk = self.desk()
        account = self._kitty(desk.unit, kind)
        for place, (ago, fen) in enumerate(parts, 1):
            status = last_status if place == len(parts) else "paid"
            paid = self._paid(
                desk,
                ago,
                fen,
                account,
                desk.unit.treasury_name,
                eco=eco,
                words="拨付后勤经费",
                status=status,
                booked=status == "paid" and (last_booked or place < len(parts)),
            )
        return f"{desk.unit.treasury_code}:{account}", desk, paid

    def _to_canteen_or_union(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for kind, parts, note in (
            ("canteen", ((300, 20_000_00), (150, 20_000_00), (20, 10_000_00)), "三笔恰到 5 万"),
            ("union", ((47, 68_000_00),), "一笔 6.8 万转入工会"),
            ("canteen", ((385, 25_000_00), (20, 25_000_00)), "首尾恰隔 365 天"),
            ("union", ((200, 30_000_00), (2, 20_000_50)), "最后几日达到 5 万"),
            ("closed_canteen", ((90, 40_000_00), (61, 15_000_00)), "转入已销的食堂账户"),
        ):
            plant("SCF-002", self._moved(kind, parts)[0], note)
        for kind, parts, eco, status, note in (
            (
                "canteen",
                ((386, 25_000_00), (200, 1_000_00), (20, 24_000_00)),
                "30299",
                "paid",
                "首尾相隔 366 天",
            ),
            ("union", ((60, 30_000_00), (30, 19_999_99)), "30299", "paid", "合计 49999.99 元"),
            ("union", ((60, 40_000_00), (30, 30_000_00)), "30228", "paid", "拨缴工会经费"),
            ("canteen", ((60, 40_000_00), (30, 30_000_00)), "30229", "paid", "职工福利费"),
            ("canteen", ((60, 40_000_00), (30, 30_000_00)), "", "paid", "没有经济分类，不在范围"),
            ("union", ((60, 40_000_00), (30, 30_000_00)), "30299", "returned", "一笔已退回"),
        ):
            subject, _, _ = self._moved(kind, parts, eco=eco, last_status=status)
            near("SCF-002", subject, note)
        desk = self.desk()
        for kind, fen in (("canteen", 30_000_00), ("union", 29_000_00)):
            account = self._kitty(desk.unit, kind)
            self._paid(desk, 40, fen, account, desk.unit.treasury_name)
            near("SCF-002", f"{desk.unit.treasury_code}:{account}", "两个账户各不足 5 万")
        desk, other = self.desk(), self.unit()
        account = self._kitty(other, "canteen")
        self._paid(desk, 52, 60_000_00, account, other.treasury_name)
        near("SCF-002", f"{desk.unit.treasury_code}:{account}", "别的单位的食堂")
        if not self.is_daily(self.back(2)):
            return
        subject, desk, paid = self._moved(
            "canteen", ((120, 30_000_00), (15, 25_000_00)), last_booked=False
        )
        near("SCF-002", subject, "第二笔被银行退回：先有疑点，后销除")
        self._sent_back(desk, paid)

    # --- there and back --------------------------------------------------------------------

    def _circle(
        self,
        there: tuple[int, int],
        back: tuple[int, int],
        *,
        account: str = "",
        back_status: str = "paid",
        back_booked: bool = True,
    ) -> tuple[str, Desk, Paid]:
        """One unit pays another and is paid by it; the subject and the second payment."""
        one, other = self.desk(), self.desk()
        first = self._paid(one, *there, account or other.unit.basic, other.unit.treasury_name)
        second = self._paid(
            other,
            *back,
            one.unit.basic,
            one.unit.treasury_name,
            status=back_status,
            booked=back_booked and back_status == "paid",
        )
        if there[0] == back[0] and second.number < first.number:
            first, second, one, other = second, first, other, one
        codes = f"{one.unit.treasury_code}:{other.unit.treasury_code}"
        return f"{codes}:{first.number}", other, second

    def _there_and_back(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for there, back, note in (
            ((80, 36_000_00), (50, 36_000_00), "一个月后原数付回"),
            ((90, 20_000_00), (30, 21_000_00), "恰隔 60 天，多付回 5%"),
            ((70, 20_000_00), (41, 19_000_00), "少付回 5%"),
            ((44, 10_000_00), (44, 10_000_00), "同一天互付 1 万元"),
            ((21, 58_000_00), (2, 57_300_00), "最后几日付回"),
        ):
            plant("SCF-003", self._circle(there, back)[0], note)
        account = self.district.account_no("4402")
        subject, _, _ = self._circle((66, 27_000_00), (39, 27_000_00), account=account)
        plant("SCF-003", subject, "收款账户不在册，户名是单位")
        plant("SCF-001", account, "循环划转用的账户不在册")

        for there, back, status, note in (
            ((91, 20_000_00), (30, 20_000_00), "paid", "相隔 61 天"),
            ((60, 20_000_00), (30, 21_000_01), "paid", "多付回 5% 又一分"),
            ((60, 20_000_00), (30, 18_999_99), "paid", "少付回 5% 又一分"),
            ((60, 10_000_00), (30, 9_999_99), "paid", "付回不足 1 万元"),
            ((60, 20_000_00), (30, 20_000_00), "returned", "付回的一笔已退回"),
        ):
            near("SCF-003", self._circle(there, back, back_status=status)[0], note)
        one, other, third = self.desk(), self.desk(), self.desk()
        first = self._paid(one, 60, 30_000_00, other.unit.basic, other.unit.treasury_name)
        self._paid(other, 50, 30_000_00, third.unit.basic, third.unit.treasury_name)
        codes = f"{one.unit.treasury_code}:{other.unit.treasury_code}"
        near("SCF-003", f"{codes}:{first.number}", "转给第三个单位，没有付回")
        one, other = self.desk(), self.desk()
        first = self._paid(one, 60, 30_000_00, other.unit.basic, other.unit.treasury_name)
        self._paid(one, 35, 30_000_00, other.unit.basic, other.unit.treasury_name)
        codes = f"{one.unit.treasury_code}:{other.unit.treasury_code}"
        near("SCF-003", f"{codes}:{first.number}", "同一方向付两次")
        if not self.is_daily(self.back(2)):
            return
        subject, desk, paid = self._circle((27, 30_000_00), (12, 30_000_00), back_booked=False)
        near("SCF-003", subject, "付回的一笔被银行退回：先有疑点，后销除")
        self._sent_back(desk, paid)

    # --- gift cards ------------------------------------------------------------------------

    def _claimed(self, desk: Desk, ago: int, fen: int, words: str) -> Slip:
        posting = self.back(ago)
        return self.with_invoice(
            desk, fen, event=posting - 5, posting=posting, words=words, declared=1
        )

    def _from_card_seller(self, desk: Desk, ago: int, fen: int) -> Slip:
        posting = self.back(ago)
        slip = self.voucher(desk, fen, event=posting - 5, posting=posting, declared=1)
        desk.invoice(slip, fen, CARD_SELLER, posting - 5, buyer=desk.unit.finance_name)
        return slip

    def _gift_cards(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        for fen, ago, words, note in (
            (1000_00, 40, "购买超市购物卡", "恰好 1000 元的购物卡"),
            (6800_00, 22, "节前采购代金券", "代金券"),
            (2400_00, 1, "礼品卡一批", "最后一日前入账的礼品卡"),
        ):
            plant("SCF-006", self._claimed(self.desk(), ago, fen, words).subject, note)
        desk = self.village(17)
        slip = self.voucher(
            desk,
            1800_00,
            event=self.back(30) - 4,
            posting=self.back(30),
            eco="",
            words="慰问困难户消费卡",
            mode="1",
        )
        desk.attach(slip, "payroll", fen=1800_00)
        plant("SCF-006", slip.subject, "村账现金买消费卡")
        slip = self._from_card_seller(self.desk(), 36, 2600_00)
        plant("SCF-006", slip.subject, "摘要写办公用品，销方是预付卡公司")
        desk = self.desk()
        account, payee = self._supplier(4)
        paid = self._paid(desk, 28, 8600_00, account, payee, words="购买提货券", booked=False)
        slip = made(self.book(desk, paid))
        plant("SCF-006", paid.number, "支付用途是提货券")
        plant("SCF-006", slip.subject, "支付用途是提货券：记账凭证")

        slip = self._claimed(self.desk(), 33, 999_99, "购买购物卡")
        near("SCF-006", slip.subject, "999.99 元")
        slip = self._claimed(self.desk(), 33, 3200_00, "公务用车加油卡充值")
        near("SCF-006", slip.subject, "加油卡，不是购物卡")
        desk = self.desk()
        slip = self._claimed(desk, 31, 3200_00, "购买储值卡")
        desk.reverse(slip, workday(slip.posting_day + 2))
        near("SCF-006", slip.subject, "卡已退回，凭证已红冲")
        desk = self.desk()
        lines = desk.lines(2600_00, "30201", "购买办公用品", bill=self.back(29) - 3)
        lines[1] = replace(lines[1], desc="购物卡余额抵付")
        slip = made(desk.post(self.back(29), self.back(29), lines, 1))
        self.invoice(desk, slip, 2600_00, self.back(29) - 3)
        near("SCF-006", slip.subject, "字样在贷方摘要，不在支出分录")
        desk = self.desk()
        paid = self._paid(
            desk, 26, 5200_00, account, payee, words="购物卡", status="returned", booked=False
        )
        near("SCF-006", paid.number, "支付已退回")
        if not self.is_daily(self.back(2)):
            return
        desk = self.desk()
        slip = self._claimed(desk, 12, 4400_00, "购买提货卡")
        self.reverse_later(desk, slip)
        near("SCF-006", slip.subject, "提货卡退回并红冲：先有疑点，后销除")
        desk = self.desk()
        slip = self._from_card_seller(desk, 14, 1900_00)
        self.invoice(desk, slip, 1900_00, self.back(14) - 5, self.back(2), number=1)
        near("SCF-006", slip.subject, "销方录错，后来更正：先有疑点，后销除")

    # --- sleeping accounts -----------------------------------------------------------------

    def _moves(self, parts: Moves, *, last_booked: bool = True) -> tuple[str, Desk, Paid]:
        """Money of another unit comes to an account of its own; the account, the last payment."""
        desk, owner = self.desk(), self.unit()
        account = self.district.account_no()
        owner.others["sleeping_special"] = account
        for place, (ago, fen, status) in enumerate(parts, 1):
            booked = last_booked or place < len(parts)
            paid = self._paid(
                desk,
                ago,
                fen,
                account,
                owner.treasury_name,
                status=status,
                booked=booked and status == "paid",
            )
        return account, desk, paid

    def _sleeping_accounts(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        parts: Moves
        for parts, note in (
            (((420, 8_000_00, "paid"), (30, 26_000_00, "paid")), "一年多后又来一笔"),
            (((416, 9_000_00, "paid"), (50, 10_000_00, "paid")), "恰隔 366 天，恰好 1 万元"),
            (
                (
                    (430, 12_000_00, "paid"),
                    (200, 5_000_00, "returned"),
                    (25, 15_000_00, "paid"),
                ),
                "其间只有一笔退回的支付",
            ),
            (((410, 700_00, "paid"), (2, 42_000_00, "paid")), "最后几日苏醒"),
        ):
            plant("SCF-007", self._moves(parts)[0], note)
        account, _, _ = self._moves(((418, 16_000_00, "paid"),))
        owner = next(
            unit for unit in self.district.units if unit.others.get("sleeping_special") == account
        )
        payee_account, payee = self._supplier(2)
        self._paid(self.desk_of(owner), 19, 15_600_00, payee_account, payee, from_account=account)
        plant("SCF-007", account, "沉睡账户付出一笔")

        for parts, note in (
            (((415, 9_000_00, "paid"), (50, 30_000_00, "paid")), "恰隔 365 天"),
            (((420, 9_000_00, "paid"), (30, 9_999_99, "paid")), "苏醒的一笔不足 1 万元"),
            (((38, 60_000_00, "paid"),), "从未见过以前的收付"),
            (
                ((420, 9_000_00, "paid"), (200, 300_00, "paid"), (30, 30_000_00, "paid")),
                "其间有小额收付",
            ),
            (((420, 9_000_00, "paid"), (30, 30_000_00, "returned")), "苏醒的一笔已退回"),
        ):
            near("SCF-007", self._moves(parts)[0], note)
        if not self.is_daily(self.back(2)):
            return
        account, desk, paid = self._moves(
            ((420, 9_000_00, "paid"), (11, 30_000_00, "paid")), last_booked=False
        )
        near("SCF-007", account, "苏醒的一笔被银行退回：先有疑点，后销除")
        self._sent_back(desk, paid)

    # --- one payee of many units -----------------------------------------------------------

    def _shared(
        self,
        parts: tuple[tuple[int, int, str], ...],
        *,
        one_unit: bool = False,
        split: bool = False,
    ) -> tuple[str, list[tuple[Desk, Slip]]]:
        """Units pay one payee; the payee and the vouchers. A voucher has an invoice only."""
        self._payees += 1
        payee = f"扬江{self._payees}号文化传播有限公司"
        slips = []
        desk = self.desk()
        for place, (ago, fen, eco) in enumerate(parts):
            desk = self.desk() if place and not (one_unit and place == 1) else desk
            event = self.last - ago
            posting = min(self.back(ago - 5), self.last - 3)
            words = {"30226": "劳务费", "30227": "委托业务费"}.get(eco, "业务活动费")
            lines = []
            for part in (fen // 2, fen - fen // 2) if split else (fen,):
                lines += desk.lines(part, eco, words, bill=event, party=payee)
            slip = made(desk.post(posting, posting, lines))
            self.invoice(desk, slip, fen, event)
            slips.append((desk, slip))
            self.shares(payee, slip, grace=GRACE)
        return payee, slips

    def _shared_payees(self) -> None:
        plant, near = self.truth.plant, self.truth.near
        parts: Moves
        self._payees = 0
        common = (30, 5000_00, "30227"), (24, 6000_00, "30227")
        for parts, split, note in (
            (
                ((70, 3000_00, "30226"), (50, 5000_00, "30227"), (33, 8000_00, "30227")),
                False,
                "三单位整千元",
            ),
            (
                ((100, 4000_00, "30227"), (60, 6000_00, "30227"), (10, 4000_00, "30227")),
                False,
                "首尾恰隔 90 天",
            ),
            (
                (
                    (44, 12_000_00, "30227"),
                    (41, 3000_00, "30226"),
                    (26, 9000_00, "30227"),
                    (8, 20_000_00, "30227"),
                ),
                False,
                "四个单位",
            ),
            (((40, 3000_00, "30227"), *common), True, "一张凭证两行合计整千元"),
        ):
            plant("SCF-005", self._shared(parts, split=split)[0], note)
        payee, _ = self._shared(common)
        desk = self.desk()
        slip = self.voucher(
            desk,
            4000_00,
            event=self.last - 20,
            posting=self.back(16),
            eco="30216",
            words="业务学习费",
            party=payee,
        )
        self.shares(payee, slip, grace=GRACE)
        plant("SCF-005", payee, "其中一个单位的培训费什么附件都没有")
        plant("ATT-001", slip.subject, "付给共用收款人，无附件")

        for parts, note in (
            (
                ((101, 4000_00, "30227"), (60, 6000_00, "30227"), (10, 4000_00, "30227")),
                "首尾相隔 91 天",
            ),
            (((40, 2000_00, "30227"), *common), "一笔 2000 元"),
            (((40, 3500_00, "30227"), *common), "一笔不是整千元"),
            (((40, 2999_99, "30226"), *common), "一笔 2999.99 元"),
            (((40, 4000_00, "30299"), *common), "一笔是别的科目"),
            (common, "只有两个单位"),
        ):
            near("SCF-005", self._shared(parts)[0], note)
        payee, _ = self._shared(((40, 4000_00, "30227"), *common), one_unit=True)
        near("SCF-005", payee, "三张凭证，两个单位")
        for kind, word in (
            ("attendee_list", "签到表"),
            ("training_notice", "培训通知"),
            ("payroll", "发放表"),
        ):
            payee, slips = self._shared(((40, 4000_00, "30227"), *common))
            desk, slip = slips[0]
            desk.attach(slip, kind)
            near("SCF-005", payee, f"一张凭证有{word}")
        payee, slips = self._shared(((40, 4000_00, "30227"), *common))
        desk, slip = slips[1]
        desk.reverse(slip, workday(slip.posting_day + 1))
        near("SCF-005", payee, "一张凭证已红冲")
        payee, _ = self._shared(common)
        desk = self.desk()
        slip = self.voucher(
            desk,
            4000_00,
            event=self.last - 6,
            posting=self.last - 2,
            eco="30227",
            words="委托业务费",
            party=payee,
        )
        self.invoice(desk, slip, 4000_00, self.last - 6)
        near("SCF-005", payee, "第三张记账才 2 天，还在宽限期内")
        if not self.is_daily(self.back(2)):
            return
        payee, slips = self._shared(((40, 4000_00, "30226"), *common))
        desk, slip = slips[0]
        desk.attach(slip, "attendee_list", self.back(2))
        near("SCF-005", payee, "签到表补传：先有疑点，后销除")

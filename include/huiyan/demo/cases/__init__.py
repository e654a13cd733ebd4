"""Planted cases and near misses of the rules, set among ordinary life.

Every case is laid out by days before the last business date.
"""

from collections.abc import Callable

from huiyan.demo.cases.attachments import AttachmentCases
from huiyan.demo.cases.bookings import BookingCases
from huiyan.demo.cases.books import BookCases
from huiyan.demo.cases.cards import CardCases
from huiyan.demo.cases.coffers import CofferCases
from huiyan.demo.cases.coffers_further import FurtherCofferCases
from huiyan.demo.cases.expenses import ExpenseCases
from huiyan.demo.cases.invoice_papers import InvoicePaperCases
from huiyan.demo.cases.invoices import InvoiceCases
from huiyan.demo.cases.ledgers import LedgerCases
from huiyan.demo.cases.money import MoneyCases
from huiyan.demo.cases.patterns import PatternCases
from huiyan.demo.cases.payments import PaymentCases
from huiyan.demo.cases.reception_papers import ReceptionPaperCases
from huiyan.demo.cases.receptions import ReceptionCases
from huiyan.demo.cases.statistics import StatisticsCases
from huiyan.demo.cases.vouchers import VoucherCases
from huiyan.demo.cases.vouchers_further import FurtherVoucherCases
from huiyan.demo.cases.worker import Caseworker
from huiyan.demo.desk import Desk
from huiyan.demo.district import District, Unit
from huiyan.demo.truth import Truth


def plant_all(district: District, desk_of: Callable[[Unit], Desk], truth: Truth) -> None:
    """Lay out every case; each family begins at another place of the shuffled units."""
    families: tuple[type[Caseworker], ...] = (
        BookCases,
        VoucherCases,
        InvoiceCases,
        ReceptionCases,
        MoneyCases,
        CofferCases,
        PaymentCases,
        BookingCases,
        FurtherVoucherCases,
        AttachmentCases,
        LedgerCases,
        InvoicePaperCases,
        ReceptionPaperCases,
        CardCases,
        ExpenseCases,
        FurtherCofferCases,
        StatisticsCases,
        PatternCases,
    )
    for place, family in enumerate(families):
        worker = family(district, desk_of, truth)
        worker.begin_at(place * 37)
        worker.make()

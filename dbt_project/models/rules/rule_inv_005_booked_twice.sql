-- 重复报销：同一张发票附在两张以上有效凭证上，且这些凭证的支出合计超过发票金额（分期付款不算）。
with all_invoices as (
    select * from {{ ref('int_invoice') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

population as (
    select
        invoice_id,
        max(amount) as invoice_amount,
        count(*) as attachment_count
    from all_invoices
    where invoice_id is not null
    group by invoice_id
),

-- Few invoices are attached more than once, fewer to several vouchers.
carriers as (
    select
        population.invoice_id,
        population.invoice_amount,
        all_invoices.voucher_id,
        count(*) over (partition by population.invoice_id) as voucher_count
    from population
    inner join all_invoices on population.invoice_id = all_invoices.invoice_id
    where population.attachment_count > 1
    group by population.invoice_id, population.invoice_amount, all_invoices.voucher_id
),

bookings as (
    select
        carriers.invoice_id,
        carriers.voucher_count,
        carriers.invoice_amount,
        vouchers.*,
        {{ unit_label('units.unit_name', 'vouchers.finance_agency_code') }} as unit_label,
        sum(vouchers.expense_amount) over (partition by carriers.invoice_id) as total_expense,
        row_number() over (
            partition by carriers.invoice_id
            order by vouchers.event_date, vouchers.posting_date, vouchers.voucher_id
        ) as place
    from carriers
    inner join vouchers on carriers.voucher_id = vouchers.voucher_id
    left join units on vouchers.unit_id = units.unit_id
    where carriers.voucher_count > 1
),

hits as (
    select
        invoice_id as subject_id,
        max(case when place = voucher_count then unit_id end) as unit_id,
        max(case when place = voucher_count then finance_agency_code end) as finance_agency_code,
        max(case when place = voucher_count then treasury_agency_code end) as treasury_agency_code,
        max(event_date) as occurred_on,
        total_expense as amount,
        {{ evidence({
            'invoice_amount': 'invoice_amount',
            'total_expense': 'total_expense',
            'over_invoice_amount': 'total_expense - invoice_amount',
            'voucher_count': 'voucher_count',
            'vouchers': joined_list('voucher_id', 'place', 100),
            'agencies': joined_list('unit_label', 'place', 100),
        }) }} as evidence
    from bookings
    where invoice_amount is null or total_expense > invoice_amount
    group by invoice_id, voucher_count, invoice_amount, total_expense
)

{{ rule_result('invoice') }}

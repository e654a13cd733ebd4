-- 购物卡：支付用途、支出摘要或发票销方写着购物卡、预付卡一类字样，金额达到限额。
with vouchers as not materialized (
    select *
    from {{ ref('int_voucher') }}
    where is_live and expense_amount >= {{ rule_parameter('SCF-006', 'min_amount') }}
),

payments as not materialized (
    select *
    from {{ ref('int_payment') }}
    where
        is_live
        and pay_summary_name is not null
        and amount >= {{ rule_parameter('SCF-006', 'min_amount') }}
),

mentions as (
    select * from {{ ref('int_gift_card_mention') }}
),

population as (
    select voucher_id as subject_id from vouchers
    union all
    select payment_no from payments
),

hits as (
    select
        mentions.subject_type,
        mentions.subject_id,
        coalesce(vouchers.unit_id, payments.unit_id) as unit_id,
        coalesce(vouchers.finance_agency_code, payments.finance_agency_code)
            as finance_agency_code,
        coalesce(vouchers.treasury_agency_code, payments.treasury_agency_code)
            as treasury_agency_code,
        coalesce(vouchers.event_date, payments.pay_date) as occurred_on,
        coalesce(vouchers.expense_amount, payments.amount) as amount,
        case
            when vouchers.voucher_id is not null
                then {{ evidence({
                    'found_words': 'mentions.found_words',
                    'found_in': 'mentions.found_in',
                    'event_date': 'vouchers.event_date',
                    'total_amount': 'vouchers.expense_amount',
                }) }}
            else {{ evidence({
                'found_words': 'mentions.found_words',
                'found_in': 'mentions.found_in',
                'pay_date': 'payments.pay_date',
                'payee_name': 'payments.payee_acct_name',
                'total_amount': 'payments.amount',
            }) }}
        end as evidence
    from mentions
    left join vouchers
        on mentions.subject_type = 'voucher' and mentions.subject_id = vouchers.voucher_id
    left join payments
        on mentions.subject_type = 'payment' and mentions.subject_id = payments.payment_no
    where vouchers.voucher_id is not null or payments.payment_no is not null
)

{{ rule_result('voucher', mixed=true) }}

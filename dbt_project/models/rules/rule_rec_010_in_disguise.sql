-- 变相列支接待费：发票由酒店、饭店一类开出，费用却记在办公、印刷、咨询、其他科目。
with all_invoices as not materialized (
    select * from {{ ref('int_invoice') }}
),

by_code as (
    select * from {{ ref('int_expense_code') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

words as (
    select seed.word from {{ ref('disguised_seller_word') }} as seed where {{ in_force('seed') }}
),

codes as (
    select seed.dep_bgt_eco_code
    from {{ ref('disguised_code') }} as seed
    where {{ in_force('seed') }}
),

caterers as (
    select distinct sellers.seller_name
    from (select distinct seller_name from all_invoices) as sellers
    inner join words on {{ contains('sellers.seller_name', 'words.word') }}
),

disguised as (
    select
        by_code.voucher_id,
        sum(by_code.amount) as amount,
        {{ joined_list('by_code.dep_bgt_eco_code') }} as economic_code
    from by_code
    inner join codes on by_code.dep_bgt_eco_code = codes.dep_bgt_eco_code
    group by by_code.voucher_id
),

population as (
    select
        invoices.voucher_id,
        {{ joined_list('caterers.seller_name') }} as seller_names
    from (
        select distinct voucher_id, seller_name from all_invoices where seller_name is not null
    ) as invoices
    inner join disguised on invoices.voucher_id = disguised.voucher_id
    left join caterers on invoices.seller_name = caterers.seller_name
    group by invoices.voucher_id
),

hits as (
    select
        vouchers.voucher_id as subject_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date as occurred_on,
        disguised.amount,
        {{ evidence({
            'seller_names': 'suspects.seller_names',
            'economic_code': 'disguised.economic_code',
            'expense_amount': 'disguised.amount',
            'event_date': 'vouchers.event_date',
            'summary': 'vouchers.summary',
        }) }} as evidence
    from population as suspects
    inner join disguised on suspects.voucher_id = disguised.voucher_id
    inner join vouchers on suspects.voucher_id = vouchers.voucher_id
    where suspects.seller_names != ''
)

{{ rule_result('voucher') }}

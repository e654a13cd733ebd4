-- 发票抬头不符：购方不是本单位或主管部门用过的任何名称，或购方税号与两者的统一代码都不同。
with all_invoices as (
    select * from {{ ref('int_invoice') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

invoices as (
    select
        voucher_id,
        attachment_no,
        buyer_name,
        buyer_tax_no,
        not coalesce(is_known_buyer_name, true) as is_other_name,
        not coalesce(is_known_buyer_tax_no, true) as is_other_tax_no
    from all_invoices
    where is_known_buyer_name is not null or is_known_buyer_tax_no is not null
),

population as (
    select distinct voucher_id from invoices
),

not_ours as (
    select
        voucher_id,
        count(*) as invoice_count,
        max(case when is_other_name then 1 else 0 end) = 1 as is_other_name,
        max(case when is_other_tax_no then 1 else 0 end) = 1 as is_other_tax_no,
        {{ joined_list("coalesce(buyer_name, '')", 'attachment_no') }} as buyer_names,
        {{ joined_list("coalesce(buyer_tax_no, '')", 'attachment_no') }} as buyer_tax_numbers
    from invoices
    where is_other_name or is_other_tax_no
    group by voucher_id
),

hits as (
    select
        not_ours.voucher_id as subject_id,
        vouchers.unit_id,
        vouchers.finance_agency_code,
        vouchers.treasury_agency_code,
        vouchers.event_date as occurred_on,
        vouchers.expense_amount as amount,
        {{ evidence({
            'invoice_count': 'not_ours.invoice_count',
            'is_other_name': 'not_ours.is_other_name',
            'is_other_tax_no': 'not_ours.is_other_tax_no',
            'buyer_names': 'not_ours.buyer_names',
            'buyer_tax_numbers': 'not_ours.buyer_tax_numbers',
        }) }} as evidence
    from not_ours
    inner join vouchers on not_ours.voucher_id = vouchers.voucher_id
)

{{ rule_result('voucher') }}

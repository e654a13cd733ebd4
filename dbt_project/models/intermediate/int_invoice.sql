-- One row per invoice of a live voucher, with what is known about its buyer.
{{ config(tags=['fact']) }}
with attachments as (
    select * from {{ ref('int_attachment') }}
),

known_names as (
    select distinct unit_id, normalised_name from {{ ref('int_unit_name') }}
),

known_tax_numbers as (
    select distinct unit_id, upper(tax_no) as tax_no from {{ ref('int_unit_tax_no') }}
),

units_with_tax_no as (
    select distinct unit_id from {{ ref('int_unit_tax_no') }} where kind = 'own'
),

invoices as (
    select
        voucher_id,
        attachment_no,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        invoice_code,
        invoice_no,
        coalesce(invoice_code, '') || '-' || invoice_no as invoice_id,
        buyer_name,
        buyer_tax_no,
        coalesce(buyer_name, '') as buyer_name_key,
        coalesce(upper({{ half_width('buyer_tax_no') }}), '') as buyer_tax_no_key,
        seller_name,
        seller_tax_no,
        check_result,
        amount,
        document_date as invoice_date,
        posting_date
    from attachments
    where is_live and attachment_type = 'invoice'
),

buyers as (
    select unit_id, buyer_name_key, buyer_tax_no_key
    from invoices
    where unit_id is not null
    group by unit_id, buyer_name_key, buyer_tax_no_key
),

-- A name is normalised once, however many invoices carry it.
buyer_names as (
    select buyer_name_key, {{ normalised_name('buyer_name_key') }} as normalised_name
    from (select distinct buyer_name_key from buyers) as names
),

judged as (
    select
        buyers.unit_id,
        buyers.buyer_name_key,
        buyers.buyer_tax_no_key,
        case
            when buyers.buyer_name_key != '' then known_names.unit_id is not null
        end as is_known_buyer_name,
        case
            when buyers.buyer_tax_no_key != '' and units_with_tax_no.unit_id is not null
                then known_tax_numbers.unit_id is not null
        end as is_known_buyer_tax_no
    from buyers
    inner join buyer_names on buyers.buyer_name_key = buyer_names.buyer_name_key
    left join known_names
        on
            buyers.unit_id = known_names.unit_id
            and buyer_names.normalised_name = known_names.normalised_name
    left join known_tax_numbers
        on
            buyers.unit_id = known_tax_numbers.unit_id
            and buyers.buyer_tax_no_key = known_tax_numbers.tax_no
    left join units_with_tax_no on buyers.unit_id = units_with_tax_no.unit_id
),

final as (
    select
        invoices.voucher_id,
        invoices.attachment_no,
        invoices.unit_id,
        invoices.finance_agency_code,
        invoices.treasury_agency_code,
        invoices.invoice_id,
        invoices.invoice_code,
        invoices.invoice_no,
        invoices.buyer_name,
        invoices.buyer_tax_no,
        invoices.seller_name,
        invoices.seller_tax_no,
        invoices.check_result,
        invoices.amount,
        invoices.invoice_date,
        invoices.posting_date,
        judged.is_known_buyer_name,
        judged.is_known_buyer_tax_no
    from invoices
    left join judged
        on
            invoices.unit_id = judged.unit_id
            and invoices.buyer_name_key = judged.buyer_name_key
            and invoices.buyer_tax_no_key = judged.buyer_tax_no_key
)

select * from final

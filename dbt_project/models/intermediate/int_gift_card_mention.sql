-- One row per live voucher or payment in whose wording a gift or prepaid card is named.
{{ config(materialized='fresh_view') }}
with entries as (
    select voucher_id, vou_det_desc as wording
    from {{ ref('int_voucher_entry') }}
    where is_live and is_expense
),

invoices as (
    select voucher_id, seller_name as wording from {{ ref('int_invoice') }}
),

payments as (
    select payment_no, pay_summary_name as wording from {{ ref('int_payment') }} where is_live
),

wordings as (
    select 'voucher' as subject_type, voucher_id as subject_id, wording from entries
    union all
    select 'voucher', voucher_id, wording from invoices
    union all
    select 'payment', payment_no, wording from payments
),

words as (
    select seed.word from {{ ref('gift_card_word') }} as seed where {{ in_force('seed') }}
),

-- A wording is searched once, however many rows carry it.
telling as (
    select texts.wording, {{ joined_list('words.word') }} as found_words
    from (select distinct wording from wordings) as texts
    inner join words on {{ contains('texts.wording', 'words.word') }}
    group by texts.wording
),

mentions as (
    select distinct
        wordings.subject_type,
        wordings.subject_id,
        wordings.wording,
        telling.found_words
    from wordings
    inner join telling on wordings.wording = telling.wording
),

final as (
    select
        subject_type,
        subject_id,
        {{ joined_list('found_words', 'wording') }} as found_words,
        {{ joined_list('wording') }} as found_in
    from mentions
    group by subject_type, subject_id
)

select * from final

-- One row per payee name that reads as a natural person's.
{{ config(materialized='fresh_view') }}
with payments as not materialized (
    select
        payee_acct_name,
        payee_normalised_name,
        replace(replace(payee_acct_name, ' ', ''), '　', '') as plain_name
    from {{ ref('int_payment') }}
),

organisation_words as (
    select seed.word from {{ ref('organisation_word') }} as seed where {{ in_force('seed') }}
),

unit_names as (
    select distinct normalised_name from {{ ref('int_unit_name') }} where kind = 'own'
),

short_names as (
    select distinct payee_acct_name, payee_normalised_name, plain_name
    from payments
    where char_length(plain_name) between 2 and 4
),

final as (
    select short_names.payee_acct_name, short_names.plain_name
    from short_names
    left join organisation_words
        on {{ contains('short_names.plain_name', 'organisation_words.word') }}
    left join unit_names on short_names.payee_normalised_name = unit_names.normalised_name
    where organisation_words.word is null and unit_names.normalised_name is null
)

select * from final

-- 大额支出摘要含糊：支出 1 万元及以上，每条支出分录的摘要都不超过 2 个字，或只是“费用”“报销”之类的泛称。
with vouchers as (
    select * from {{ ref('int_voucher') }}
),

entries as (
    select * from {{ ref('int_voucher_entry') }}
),

vague_words as (
    select distinct seed.word
    from {{ ref('vague_word') }} as seed
    where {{ in_force('seed') }}
),

population as not materialized (
    select
        voucher_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        event_date,
        posting_date,
        expense_amount,
        summary
    from vouchers
    where is_live and expense_amount >= {{ rule_parameter('VOU-005', 'min_expense') }}
),

judged as (
    select
        population.voucher_id,
        count(*) as entry_count,
        count(
            case
                when
                    length(entries.vou_det_desc)
                    <= {{ rule_parameter('VOU-005', 'max_characters') }}
                    or vague_words.word is not null
                    then 1
            end
        ) as vague_count,
        {{ joined_list('entries.vou_det_desc', 'entries.vou_seq') }} as summaries
    from population
    inner join entries on population.voucher_id = entries.voucher_id
    left join vague_words on entries.vou_det_desc = vague_words.word
    where entries.is_expense
    group by population.voucher_id
),

hits as (
    select
        population.voucher_id as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.event_date as occurred_on,
        population.expense_amount as amount,
        {{ evidence({
            'summaries': 'judged.summaries',
            'expense_amount': 'population.expense_amount',
            'posting_date': 'population.posting_date',
        }) }} as evidence
    from population
    inner join judged on population.voucher_id = judged.voucher_id
    where judged.vague_count = judged.entry_count
)

{{ rule_result('voucher') }}

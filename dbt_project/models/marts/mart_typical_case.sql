-- One row per closed case that was confirmed, without anything that tells whose it was.
{{ config(materialized='view') }}
with answers as (
    select * from {{ ref('stg_supervision__answer') }}
),

closings as (
    {{ confirmed_closings('answers') }}
),

rules as (
    select * from {{ ref('rule_meta') }}
),

-- Of an alert closed more than once the last closing counts.
latest as (
    select
        *,
        row_number() over (partition by alert_id order by closed_on desc, event_id desc) as place
    from closings
),

final as (
    select
        rules.rule_id,
        latest.rule_version,
        rules.name_zh as rule_name,
        rules.family,
        rules.base_tier,
        rules.description,
        latest.verdict,
        case latest.action
            when 'complete_documents' then '补齐资料'
            when 'correct_books' then '更正账务'
            when 'return_money' then '退缴资金'
            when 'improve_controls' then '完善制度'
            when 'reminder_talk' then '谈话提醒'
            when 'transfer_as_lead' then '转问题线索'
            when 'none_needed' then '无需处理'
        end as action,
        {{ amount_band('latest.amount') }} as amount_band,
        {{ amount_band('latest.amount_recovered') }} as recovered_band,
        cast(extract(year from latest.closed_on) as integer) as closed_in_year,
        rules.legal_basis,
        rules.close_out_standard
    from latest
    inner join rules on latest.rule_id = rules.rule_id
    where latest.place = 1
)

select * from final

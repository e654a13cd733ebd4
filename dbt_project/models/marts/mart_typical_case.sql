-- One row per closed case that was confirmed, without anything that tells whose it was.
{{ config(materialized='view') }}
with answers as (
    select * from {{ ref('stg_supervision__answer') }}
),

closings as (
    {{ confirmed_closings('answers') }}
),

rules as (
    select * from {{ ref('dim_rule') }}
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
        case
            when latest.action in (
                '补齐资料', '更正账务', '退缴资金', '完善制度', '谈话提醒', '转问题线索', '无需处理'
            ) then latest.action
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

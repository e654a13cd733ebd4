-- Pairs of users that may be one unit but were not merged: a person decides (unit_crosswalk).
{{ config(tags=['register']) }}
with users as (
    select * from {{ ref('int_unit_user') }}
),

matches as (
    select * from {{ ref('int_unit_match') }}
),

alike as (
    select * from {{ ref('int_unit_likeness') }}
),

crosswalk as (
    select * from {{ ref('unit_crosswalk') }}
),

finance as (
    select *
    from users
    where
        platform = 'finance'
        and agency_code not in (select finance_agency_code from matches)
),

treasury as (
    select *
    from users
    where
        platform = 'treasury'
        and agency_code not in (select treasury_agency_code from matches)
),

told_apart as (
    select finance_agency_code, treasury_agency_code from crosswalk where decision = 'different'
),

doubtful as (
    select
        finance.agency_code as finance_agency_code,
        treasury.agency_code as treasury_agency_code,
        cast(1 as numeric(4, 3)) as score,
        cast(null as numeric(4, 3)) as runner_up_score,
        case
            when finance.uscc != treasury.uscc then '名称相同，统一社会信用代码不同'
            when
                finance.township_key != treasury.township_key
                and finance.township_key != ''
                and treasury.township_key != ''
                then '名称相同，所属镇街不同'
            else '同一平台有多个用户使用这一名称'
        end as reason,
        1 as place
    from finance
    inner join treasury on finance.normalised_name = treasury.normalised_name
    union all
    select
        finance.agency_code,
        treasury.agency_code,
        cast(1 as numeric(4, 3)),
        cast(null as numeric(4, 3)),
        '统一社会信用代码相同，但同一平台有多个用户使用',
        2
    from finance
    inner join treasury on finance.uscc = treasury.uscc
    union all
    select
        finance_agency_code,
        treasury_agency_code,
        score,
        runner_up_score,
        case
            when runner_up_score is not null and score - runner_up_score < 0.05
                then '名称相近，但另有同样相近的单位'
            else '名称相近，疑似笔误或简称'
        end,
        3
    from alike
    where not is_match and not is_other_unit
),

ranked as (
    select
        doubtful.*,
        row_number() over (
            partition by doubtful.finance_agency_code, doubtful.treasury_agency_code
            order by doubtful.place
        ) as precedence
    from doubtful
    left join told_apart
        on
            doubtful.finance_agency_code = told_apart.finance_agency_code
            and doubtful.treasury_agency_code = told_apart.treasury_agency_code
    where told_apart.finance_agency_code is null
),

final as (
    select finance_agency_code, treasury_agency_code, score, runner_up_score, reason
    from ranked
    where precedence = 1
)

select * from final

-- One row per case: a systemic problem of a regulator, a small coffer, with what it gathers.
with hits as (
    select * from {{ ref('fct_rule_hit') }} where rule_id in ('LOOP-001', 'SCF-008')
),

members as (
    select * from {{ ref('mart_case_member') }}
),

-- What several rules say of one subject is the same money.
subjects as (
    select case_id, subject_type, subject_id, max(amount) as amount
    from members
    group by case_id, subject_type, subject_id
),

amounts as (
    select case_id, sum(amount) as amount
    from subjects
    group by case_id
),

counts as (
    select
        case_id,
        count(*) as members,
        sum(case when is_open then 1 else 0 end) as open_members,
        count(distinct unit_id) as units,
        count(distinct rule_id) as rules
    from members
    group by case_id
),

final as (
    select
        left(hits.hit_id, 16) as case_id,
        hits.hit_id,
        hits.rule_id,
        hits.rule_version,
        hits.subject_id,
        case when hits.rule_id = 'LOOP-001' then split_part(hits.subject_id, ':', 1) end
            as regulator_body_code,
        hits.unit_id,
        cast(coalesce(counts.members, 0) as bigint) as members,
        cast(coalesce(counts.open_members, 0) as bigint) as open_members,
        cast(coalesce(counts.units, 0) as bigint) as units,
        cast(coalesce(counts.rules, 0) as bigint) as rules,
        cast(amounts.amount as numeric(18, 2)) as amount,
        hits.first_detected_on,
        hits.cleared_on,
        hits.is_open
    from hits
    left join counts on left(hits.hit_id, 16) = counts.case_id
    left join amounts on left(hits.hit_id, 16) = amounts.case_id
)

select * from final

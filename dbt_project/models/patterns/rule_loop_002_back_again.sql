-- 回头看：一个单位的疑点经核实属实、办结后 365 天内，同一条规则在这个单位又发现新的疑点。
with open_hits as (
    select * from {{ ref('pattern_open_hit') }} where unit_id is not null
),

closings as (
    select * from {{ ref('int_confirmed_closing') }}
),

spells as (
    select * from {{ ref('rule_spell') }} where detected_on <= {{ business_date() }}
),

units as (
    select * from {{ ref('int_unit') }}
),

-- The codes that the closed hit bore when it was found last before it was closed.
closed_hits as (
    select
        closings.alert_id,
        closings.rule_id,
        closings.subject_id,
        closings.closed_on,
        closings.verdict,
        spells.finance_agency_code,
        spells.treasury_agency_code,
        row_number() over (
            partition by closings.alert_id, closings.closed_on
            order by spells.detected_on desc
        ) as place
    from closings
    inner join spells
        on
            closings.rule_id = spells.rule_id
            and closings.subject_id = spells.subject_id
            and closings.closed_on >= spells.detected_on
),

closed_units as (
    select
        closed_hits.rule_id,
        closed_hits.subject_id,
        closed_hits.closed_on,
        closed_hits.verdict,
        coalesce(by_finance.unit_id, by_treasury.unit_id) as unit_id
    from closed_hits
    left join units as by_finance
        on closed_hits.finance_agency_code = by_finance.finance_agency_code
    left join units as by_treasury
        on closed_hits.treasury_agency_code = by_treasury.treasury_agency_code
    where closed_hits.place = 1
),

looked_at as (
    select
        open_hits.*,
        closed_units.subject_id as closed_subject,
        closed_units.closed_on,
        closed_units.verdict,
        {{ days_between('open_hits.detected_on', 'closed_units.closed_on') }} as days_later,
        row_number() over (
            partition by open_hits.hit_id
            order by closed_units.closed_on desc, closed_units.subject_id
        ) as place
    from open_hits
    inner join closed_units
        on
            open_hits.rule_id = closed_units.rule_id
            and open_hits.unit_id = closed_units.unit_id
    where closed_units.closed_on < open_hits.detected_on
),

population as (
    select distinct hit_id from looked_at
),

hits as (
    select
        hit_id as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        occurred_on,
        amount,
        {{ evidence({
            'unit_name': 'unit_name',
            'rule_name': 'rule_name',
            'new_subject': 'subject_id',
            'detected_on': 'detected_on',
            'closed_subject': 'closed_subject',
            'closed_on': 'closed_on',
            'verdict': 'verdict',
            'days_since_closing': 'days_later',
            'limit_days': rule_parameter('LOOP-002', 'within_days'),
        }) }} as evidence
    from looked_at
    where place = 1 and days_later <= {{ rule_parameter('LOOP-002', 'within_days') }}
)

{{ rule_result('hit') }}

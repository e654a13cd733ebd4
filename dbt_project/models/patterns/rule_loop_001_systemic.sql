-- 再监督：一个监管部门所管的单位中，五个以上在最近 90 天内被同一条规则发现疑点，至今未消除。
with open_hits as (
    select * from {{ ref('pattern_open_hit') }} where family != 'STAT'
),

jurisdictions as (
    select * from {{ ref('int_jurisdiction') }}
),

bodies as (
    select * from {{ ref('int_body') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

regulated as (
    select
        open_hits.*,
        coalesce(by_finance.regulator_body_code, by_treasury.regulator_body_code) as regulator
    from open_hits
    left join jurisdictions as by_finance
        on
            by_finance.platform = 'finance'
            and open_hits.finance_agency_code = by_finance.agency_code
    left join jurisdictions as by_treasury
        on
            by_treasury.platform = 'treasury'
            and open_hits.treasury_agency_code = by_treasury.agency_code
),

population as (
    select distinct regulator, rule_id from regulated where regulator is not null
),

recent as (
    select *
    from regulated
    where
        regulator is not null
        and unit_id is not null
        and {{ days_between(business_date(), 'first_detected_on') }}
        < {{ rule_parameter('LOOP-001', 'window_days') }}
),

concerned as (
    select regulator, rule_id, unit_id, min(unit_name) as unit_name
    from recent
    group by regulator, rule_id, unit_id
),

systemic as (
    select
        regulator,
        rule_id,
        count(*) as unit_count,
        {{ joined_list('unit_name', 'unit_id', 100) }} as unit_names
    from concerned
    group by regulator, rule_id
    having count(*) >= {{ rule_parameter('LOOP-001', 'min_units') }}
),

found as (
    select
        regulator,
        rule_id,
        min(rule_name) as rule_name,
        count(*) as hit_count,
        sum(amount) as total_amount,
        max(occurred_on) as occurred_on,
        min(first_detected_on) as first_detected_on,
        max(first_detected_on) as last_detected_on,
        {{ joined_list('subject_id', 'first_detected_on desc, subject_id', 100) }} as subjects
    from recent
    group by regulator, rule_id
),

-- The regulator as a unit that itself is supervised, if it is one.
own_units as (
    select
        jurisdictions.own_body_code,
        units.unit_id,
        units.finance_agency_code,
        units.treasury_agency_code,
        row_number() over (
            partition by jurisdictions.own_body_code
            order by
                case
                    when
                        {{ normalised_name('units.unit_name') }}
                        = {{ normalised_name('bodies.body_name') }}
                        then 0
                    else 1
                end,
                units.unit_id
        ) as place
    from jurisdictions
    inner join units
        on
            (
                jurisdictions.platform = 'finance'
                and jurisdictions.agency_code = units.finance_agency_code
            )
            or (
                jurisdictions.platform = 'treasury'
                and jurisdictions.agency_code = units.treasury_agency_code
            )
    left join bodies on jurisdictions.own_body_code = bodies.body_code
    where jurisdictions.own_body_code in (select regulator from systemic)
),

hits as (
    select
        systemic.regulator || ':' || systemic.rule_id as subject_id,
        own_units.unit_id,
        own_units.finance_agency_code,
        own_units.treasury_agency_code,
        found.occurred_on,
        found.total_amount as amount,
        {{ evidence({
            'regulator_name': 'bodies.body_name',
            'rule_name': 'found.rule_name',
            'unit_count': 'systemic.unit_count',
            'units': 'systemic.unit_names',
            'hit_count': 'found.hit_count',
            'first_detected_on': 'found.first_detected_on',
            'last_detected_on': 'found.last_detected_on',
            'subjects': 'found.subjects',
        }) }} as evidence
    from systemic
    inner join found
        on systemic.regulator = found.regulator and systemic.rule_id = found.rule_id
    left join bodies on systemic.regulator = bodies.body_code
    left join own_units on systemic.regulator = own_units.own_body_code and own_units.place = 1
)

{{ rule_result('regulator_rule') }}

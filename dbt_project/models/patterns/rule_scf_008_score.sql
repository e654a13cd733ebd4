-- 小金库评分：一个单位 90 天内发现的资金、公务卡、发票类疑点，涉及三条以上规则，按权重合计达到预警分数线。
with weights as (
    select * from {{ ref('score_weight') }} as seed where {{ in_force('seed') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

population as (
    select unit_id from units
),

scored as (
    select open_hits.*, weights.weight
    from {{ ref('pattern_open_hit') }} as open_hits
    inner join weights on open_hits.rule_id = weights.rule_id
    where
        open_hits.family in ('SCF', 'PAY', 'CARD', 'INV')
        and open_hits.unit_id is not null
),

days as (
    select unit_id, rule_id, first_detected_on, sum(weight) as weight
    from scored
    group by unit_id, rule_id, first_detected_on
),

starts as (
    select distinct unit_id, first_detected_on as first_day from days
),

windows as (
    select
        starts.unit_id,
        starts.first_day,
        sum(days.weight) as score,
        count(distinct days.rule_id) as rule_count
    from starts
    inner join days
        on
            starts.unit_id = days.unit_id
            and days.first_detected_on >= starts.first_day
            and {{ days_between('days.first_detected_on', 'starts.first_day') }}
            <= {{ rule_parameter('SCF-008', 'window_days') }}
    group by starts.unit_id, starts.first_day
),

reached as (
    select
        *,
        row_number() over (partition by unit_id order by score desc, first_day) as place
    from windows
    where
        score >= {{ rule_parameter('SCF-008', 'min_score') }}
        and rule_count >= {{ rule_parameter('SCF-008', 'min_rules') }}
),

counted as (
    select reached.score, reached.rule_count, scored.*
    from reached
    inner join scored
        on
            reached.unit_id = scored.unit_id
            and scored.first_detected_on >= reached.first_day
            and {{ days_between('scored.first_detected_on', 'reached.first_day') }}
            <= {{ rule_parameter('SCF-008', 'window_days') }}
    where reached.place = 1
),

rules_of_units as (
    select
        unit_id,
        rule_id,
        min(rule_name) || ' ' || cast(sum(weight) as text) || ' 分' as rule_points
    from counted
    group by unit_id, rule_id
),

rule_lists as (
    select unit_id, {{ joined_list('rule_points', 'rule_id', 100) }} as rule_points
    from rules_of_units
    group by unit_id
),

-- What several rules say of one subject is the same money.
subjects_of_units as (
    select unit_id, subject_type, subject_id, max(amount) as amount
    from counted
    group by unit_id, subject_type, subject_id
),

subject_lists as (
    select
        unit_id,
        sum(amount) as total_amount,
        {{ joined_list('subject_id', 'subject_type, subject_id', 100) }} as subjects
    from subjects_of_units
    group by unit_id
),

-- What reads alike is listed once, with how many there are.
findings_alike as (
    select
        unit_id,
        rule_id,
        known_as,
        amount,
        min(rule_name) as rule_name,
        count(*) as finding_count
    from counted
    group by unit_id, rule_id, known_as, amount
),

finding_lists as (
    select
        unit_id,
        {{ joined_list(
            "rule_name || coalesce('：' || known_as, '')"
            ~ " || case when finding_count > 1"
            ~ " then ' ' || cast(finding_count as text) || ' 项' else '' end"
            ~ " || case when finding_count > 1 and amount is not null then '，每项' else '' end"
            ~ " || coalesce(' ' || cast(amount as text) || ' 元', '')",
            'amount desc nulls last, rule_id, known_as',
            100,
        ) }} as findings
    from findings_alike
    group by unit_id
),

totals as (
    select
        unit_id,
        min(score) as score,
        min(rule_count) as rule_count,
        count(*) as hit_count,
        max(occurred_on) as occurred_on,
        min(first_detected_on) as first_detected_on,
        max(first_detected_on) as last_detected_on
    from counted
    group by unit_id
),

hits as (
    select
        units.unit_id as subject_id,
        units.unit_id,
        units.finance_agency_code,
        units.treasury_agency_code,
        totals.occurred_on,
        subject_lists.total_amount as amount,
        {{ evidence({
            'unit_name': 'units.unit_name',
            'score': 'totals.score',
            'score_threshold': rule_parameter('SCF-008', 'min_score'),
            'rule_count': 'totals.rule_count',
            'scored_rules': 'rule_lists.rule_points',
            'hit_count': 'totals.hit_count',
            'first_detected_on': 'totals.first_detected_on',
            'last_detected_on': 'totals.last_detected_on',
            'findings': 'finding_lists.findings',
            'subjects': 'subject_lists.subjects',
        }) }} as evidence
    from totals
    inner join units on totals.unit_id = units.unit_id
    inner join rule_lists on totals.unit_id = rule_lists.unit_id
    inner join subject_lists on totals.unit_id = subject_lists.unit_id
    inner join finding_lists on totals.unit_id = finding_lists.unit_id
)

{{ rule_result('unit') }}

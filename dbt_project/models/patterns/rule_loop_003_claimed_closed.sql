-- 申报完成仍再犯：单位申报巡察问题整改完成之后，又发生同类问题，至今未消除。
with open_hits as (
    select * from {{ ref('pattern_open_hit') }}
),

classes as (
    select * from {{ ref('rule_matter_class') }}
),

class_names as (
    select * from {{ ref('matter_class') }}
),

watched_classes as (
    select distinct classes.matter_class
    from classes
    inner join {{ ref('rule_meta') }} as rules on classes.rule_id = rules.rule_id
    where rules.status in ('trial', 'fixed')
),

-- A problem of a class that no pushed rule watches, or of an unknown unit, cannot be judged.
population as (
    select problems.*
    from {{ ref('int_rectification') }} as problems
    inner join watched_classes on problems.problem_class = watched_classes.matter_class
    where
        problems.claimed_closed_on is not null
        and problems.unit_id is not null
),

after_claim as (
    select
        population.problem_no,
        open_hits.rule_name,
        open_hits.subject_id,
        open_hits.occurred_on,
        open_hits.amount
    from population
    inner join classes on population.problem_class = classes.matter_class
    inner join open_hits
        on
            classes.rule_id = open_hits.rule_id
            and population.unit_id = open_hits.unit_id
    where
        {{ days_between('open_hits.occurred_on', 'population.claimed_closed_on') }}
        > {{ rule_parameter('LOOP-003', 'grace_days') }}
),

rule_names as (
    select distinct problem_no, rule_name from after_claim
),

rules_of_problems as (
    select problem_no, {{ joined_list('rule_name') }} as rule_names
    from rule_names
    group by problem_no
),

found as (
    select
        problem_no,
        count(*) as hit_count,
        sum(amount) as total_amount,
        max(occurred_on) as occurred_on,
        {{ joined_list('subject_id', 'occurred_on desc, subject_id', 100) }} as subjects
    from after_claim
    group by problem_no
),

hits as (
    select
        population.problem_no as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        found.occurred_on,
        found.total_amount as amount,
        {{ evidence({
            'problem_class': 'class_names.name_zh',
            'problem': 'population.problem',
            'measure': 'population.measure',
            'claimed_closed_on': 'population.claimed_closed_on',
            'rules': 'rules_of_problems.rule_names',
            'hit_count': 'found.hit_count',
            'subjects': 'found.subjects',
        }) }} as evidence
    from found
    inner join population on found.problem_no = population.problem_no
    inner join rules_of_problems on found.problem_no = rules_of_problems.problem_no
    left join class_names on population.problem_class = class_names.matter_class
)

{{ rule_result('rectification') }}

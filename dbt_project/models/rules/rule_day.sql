-- One row per rule not retired: could it be evaluated on the business date, and what did it see?
{{ config(materialized='fresh_table') }}
with needs as (
    select * from {{ ref('rule_need') }}
),

feeds as (
    select * from {{ ref('int_feed_availability') }}
),

results as (
    select * from {{ ref('rule_results') }}
),

deliveries as (
    select
        needs.rule_id,
        min(case when feeds.is_subscribed then 1 else 0 end) = 1 as is_subscribed,
        min(case when feeds.is_available or not feeds.is_subscribed then 1 else 0 end) = 1
            as is_delivered
    from needs
    left join feeds on needs.feed = feeds.feed
    group by needs.rule_id
),

counts as (
    select rule_id, max(population) as population, count(subject_id) as hits
    from results
    group by rule_id
),

final as (
    select
        deliveries.rule_id,
        deliveries.is_subscribed
        and deliveries.is_delivered
        and counts.rule_id is not null as is_evaluated,
        case
            when not deliveries.is_subscribed then 'not_applicable'
            when not deliveries.is_delivered or counts.rule_id is null then 'not_evaluated'
            when counts.population = 0 then 'not_applicable'
            when counts.hits > 0 then 'hit'
            else 'clear'
        end as status,
        case
            when not deliveries.is_subscribed then 0
            when deliveries.is_delivered then counts.population
        end as population,
        case
            when not deliveries.is_subscribed then 0
            when deliveries.is_delivered then counts.hits
        end as hits
    from deliveries
    left join counts on deliveries.rule_id = counts.rule_id
)

select * from final

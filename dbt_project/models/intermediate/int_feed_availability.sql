-- One row per feed: is what the business date needs of it there?
with feeds as (
    select * from {{ source('ops', 'feed') }}
),

accepted as (
    select
        feed,
        max(case when business_date = {{ business_date() }} then 1 else 0 end) = 1
            as is_accepted_today
    from {{ source('ops', 'batch') }}
    where status = 'accepted' and business_date <= {{ business_date() }}
    group by feed
),

calendar as (
    select max(kind) as kind
    from {{ ref('official_calendar') }}
    where date = {{ business_date() }}
),

today as (
    select
        coalesce(
            kind = 'workday',
            extract(isodow from {{ business_date() }}) <= 5
        ) as is_workday
    from calendar
),

final as (
    select
        feeds.feed,
        feeds.is_subscribed,
        case
            when feeds.kind = 'daily'
                then not today.is_workday or coalesce(accepted.is_accepted_today, false)
            else accepted.feed is not null
        end as is_available
    from feeds
    cross join today
    left join accepted on feeds.feed = accepted.feed
)

select * from final

-- One row per body and month: what it had to do, what it did and how much of it in time.
{{ config(materialized='view') }}
with months as (
    select * from {{ ref('int_issued_month') }}
),

tasks as (
    select * from {{ ref('int_body_task') }}
),

answers as (
    select * from {{ ref('int_body_answer') }}
),

checks as (
    select * from {{ ref('int_own_check') }}
),

registered as (
    select * from {{ ref('stg_supervision__body') }}
),

jurisdictions as (
    select * from {{ ref('stg_supervision__jurisdiction') }}
),

-- Supervising bodies every month, the units' own staff in months in which they had something.
body_months as (
    select
        months.month_start,
        months.as_of,
        registered.body_code
    from months
    inner join registered
        on
            months.as_of >= registered.valid_from
            and (registered.valid_to is null or months.as_of < registered.valid_to)
    where registered.body_kind != 'unit'
    union distinct
    select
        months.month_start,
        months.as_of,
        tasks.body_code
    from months
    inner join tasks
        on
            months.as_of >= tasks.assigned_on
            and (tasks.ended_on is null or months.month_start < tasks.ended_on)
    union distinct
    select
        months.month_start,
        months.as_of,
        answers.body_code
    from months
    inner join answers
        on months.month_start = cast(date_trunc('month', answers.business_date) as date)
    where answers.body_code is not null
    union distinct
    select
        months.month_start,
        months.as_of,
        checks.body_code
    from months
    inner join checks on months.month_start = cast(date_trunc('month', checks.filed_on) as date)
),

had as (
    select
        months.month_start,
        tasks.body_code,
        count(distinct case
            when
                not tasks.is_sample
                and cast(date_trunc('month', tasks.assigned_on) as date) = months.month_start
                then tasks.alert_id
        end) as received,
        count(distinct case
            when
                not tasks.is_sample
                and tasks.role = 'dispose'
                and cast(date_trunc('month', tasks.assigned_on) as date) = months.month_start
                then tasks.alert_id
        end) as received_to_dispose,
        count(distinct case
            when
                tasks.is_sample
                and cast(date_trunc('month', tasks.assigned_on) as date) = months.month_start
                then tasks.alert_id
        end) as samples_received,
        count(distinct case
            when
                not tasks.is_sample
                and (tasks.ended_on is null or tasks.ended_on > months.as_of)
                then tasks.alert_id
        end) as open_at_end,
        count(distinct case
            when
                tasks.is_taken_away
                and cast(date_trunc('month', tasks.ended_on) as date) = months.month_start
                then tasks.alert_id
        end) as taken_away
    from months
    inner join tasks on months.as_of >= tasks.assigned_on
    group by months.month_start, tasks.body_code
),

answered as (
    select
        cast(date_trunc('month', business_date) as date) as month_start,
        body_code,
        sum(
            case when is_first and is_verdict and business_date <= due_on then 1 else 0 end
        ) as answered_on_time,
        sum(
            case when is_first and is_verdict and business_date > due_on then 1 else 0 end
        ) as answered_late,
        sum(case when is_last and is_verdict then 1 else 0 end) as verdicts,
        sum(case when is_last and to_state = 'confirmed' then 1 else 0 end) as confirmed,
        sum(case when is_last and to_state = 'partly' then 1 else 0 end) as partly,
        sum(case when is_last and to_state = 'not_confirmed' then 1 else 0 end) as not_confirmed,
        sum(case when is_first and not is_verdict then 1 else 0 end) as transferred
    from (
        select
            *,
            to_state != 'transferred_as_lead' as is_verdict
        from answers
    ) as kinds
    where body_code is not null
    group by cast(date_trunc('month', business_date) as date), body_code
),

found_true as (
    select distinct alert_id, opened_on
    from answers
    where
        is_last
        and to_state in ('confirmed', 'partly')
),

later as (
    select alert_id, max(assigned_on) as last_assigned_on
    from tasks
    group by alert_id
),

-- What became of a lead is said by others; here it is known whether somebody found the alert true
-- and whether it came back.
leads as (
    select
        cast(date_trunc('month', handed.business_date) as date) as month_start,
        handed.body_code,
        sum(case when found_true.alert_id is not null then 1 else 0 end) as found_true,
        sum(case when later.last_assigned_on > handed.business_date then 1 else 0 end) as came_back
    from answers as handed
    left join found_true
        on
            handed.alert_id = found_true.alert_id
            and handed.opened_on = found_true.opened_on
    left join later on handed.alert_id = later.alert_id
    where
        handed.is_first
        and handed.to_state = 'transferred_as_lead'
        and handed.body_code is not null
    group by cast(date_trunc('month', handed.business_date) as date), handed.body_code
),

checked as (
    select
        cast(date_trunc('month', filed_on) as date) as month_start,
        body_code,
        count(*) as findings_filed,
        sum(case when is_own_initiative then 1 else 0 end) as own_checks,
        sum(case when is_own_initiative and is_concluded then 1 else 0 end) as own_checks_concluded
    from checks
    group by cast(date_trunc('month', filed_on) as date), body_code
),

in_charge as (
    select distinct
        months.month_start,
        named.body_code,
        coalesce(
            jurisdictions.own_body_code,
            jurisdictions.platform || '/' || jurisdictions.agency_code
        ) as unit
    from months
    inner join jurisdictions
        on
            months.as_of >= jurisdictions.valid_from
            and (jurisdictions.valid_to is null or months.as_of < jurisdictions.valid_to)
            and months.as_of >= jurisdictions.in_charge_from
            and (jurisdictions.in_charge_to is null or months.as_of <= jurisdictions.in_charge_to)
    cross join
        lateral (
            values
            (jurisdictions.own_body_code),
            (jurisdictions.verifying_body_code),
            (jurisdictions.regulator_body_code),
            (jurisdictions.supervision_office_code)
        ) as named (body_code)
    where named.body_code is not null
),

covered as (
    select
        month_start,
        body_code,
        count(*) as units_covered
    from in_charge
    group by month_start, body_code
),

final as (
    select
        body_months.month_start,
        body_months.as_of,
        body_months.body_code,
        registered.body_name,
        registered.body_kind,
        registered.headcount,
        coalesce(covered.units_covered, 0) as units_covered,
        coalesce(had.received, 0) as received,
        coalesce(had.received_to_dispose, 0) as received_to_dispose,
        coalesce(had.samples_received, 0) as samples_received,
        coalesce(had.open_at_end, 0) as open_at_end,
        coalesce(answered.answered_on_time, 0) as answered_on_time,
        coalesce(answered.answered_late, 0) as answered_late,
        coalesce(had.taken_away, 0) as taken_away,
        coalesce(answered.answered_on_time, 0)
        + coalesce(answered.answered_late, 0)
        + coalesce(had.taken_away, 0) as answers_expected,
        cast(
            cast(coalesce(answered.answered_on_time, 0) as numeric) / nullif(
                coalesce(answered.answered_on_time, 0)
                + coalesce(answered.answered_late, 0)
                + coalesce(had.taken_away, 0),
                0
            ) as numeric(5, 4)
        ) as on_time_share,
        coalesce(answered.verdicts, 0) as verdicts,
        coalesce(answered.confirmed, 0) as confirmed,
        coalesce(answered.partly, 0) as partly,
        coalesce(answered.not_confirmed, 0) as not_confirmed,
        cast(
            cast(answered.confirmed + answered.partly as numeric)
            / nullif(answered.verdicts, 0) as numeric(5, 4)
        ) as confirmed_share,
        coalesce(answered.transferred, 0) as transferred,
        coalesce(leads.found_true, 0) as transferred_found_true,
        coalesce(leads.came_back, 0) as transferred_came_back,
        coalesce(checked.findings_filed, 0) as findings_filed,
        coalesce(checked.own_checks, 0) as own_checks,
        coalesce(checked.own_checks_concluded, 0) as own_checks_concluded,
        cast(
            cast(coalesce(had.received, 0) as numeric)
            / nullif(registered.headcount, 0) as numeric(12, 2)
        ) as received_per_person
    from body_months
    left join registered
        on
            body_months.body_code = registered.body_code
            and body_months.as_of >= registered.valid_from
            and (registered.valid_to is null or body_months.as_of < registered.valid_to)
    left join covered
        on
            body_months.month_start = covered.month_start
            and body_months.body_code = covered.body_code
    left join had
        on
            body_months.month_start = had.month_start
            and body_months.body_code = had.body_code
    left join answered
        on
            body_months.month_start = answered.month_start
            and body_months.body_code = answered.body_code
    left join leads
        on
            body_months.month_start = leads.month_start
            and body_months.body_code = leads.body_code
    left join checked
        on
            body_months.month_start = checked.month_start
            and body_months.body_code = checked.body_code
)

select * from final

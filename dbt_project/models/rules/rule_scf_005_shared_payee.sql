-- 虚列支出：会议、培训、劳务、委托业务费中，90 天内三个以上单位付给同一收款人整千元，又无通知无名单。
with expenses as (
    select *
    from {{ ref('int_service_expense') }}
    where {{ after_grace('posting_date') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

population as (
    select distinct payee_name from expenses
),

bare as (
    select *
    from expenses
    where
        not has_notice_or_list
        and amount >= {{ rule_parameter('SCF-005', 'min_amount') }}
        and mod(amount, {{ rule_parameter('SCF-005', 'round_to') }}) = 0
),

starts as (
    select distinct payee_name, event_day from bare
),

windows as (
    select starts.payee_name, starts.event_day as first_day
    from starts
    inner join bare on starts.payee_name = bare.payee_name
    where
        bare.event_day >= starts.event_day
        and bare.event_day - starts.event_day <= {{ rule_parameter('SCF-005', 'window_days') }}
    group by starts.payee_name, starts.event_day
    having count(distinct bare.finance_agency_code) >= {{ rule_parameter('SCF-005', 'min_units') }}
),

shared as (
    select
        bare.*,
        {{ unit_label('units.unit_name', 'bare.finance_agency_code') }} as unit_label,
        row_number() over (
            partition by bare.payee_name
            order by bare.event_date desc, bare.posting_date desc, bare.voucher_id desc
        ) as recency
    from bare
    left join units on bare.unit_id = units.unit_id
    where
        exists (
            select 1
            from windows
            where
                bare.payee_name = windows.payee_name
                and bare.event_day >= windows.first_day
                and bare.event_day - windows.first_day
                <= {{ rule_parameter('SCF-005', 'window_days') }}
        )
),

hits as (
    select
        payee_name as subject_id,
        max(case when recency = 1 then unit_id end) as unit_id,
        max(case when recency = 1 then finance_agency_code end) as finance_agency_code,
        max(case when recency = 1 then treasury_agency_code end) as treasury_agency_code,
        max(event_date) as occurred_on,
        sum(amount) as amount,
        {{ evidence({
            'payee_name': 'payee_name',
            'agency_count': 'count(distinct finance_agency_code)',
            'voucher_count': 'count(*)',
            'total_expense': 'sum(amount)',
            'vouchers': joined_list('voucher_id', 'recency', 100),
            'agencies': joined_list('unit_label', 'recency', 100),
        }) }} as evidence
    from shared
    group by payee_name
)

{{ rule_result('payee') }}

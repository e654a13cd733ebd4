-- 循环划转：甲单位付给乙单位一笔钱，60 天内乙单位又把差不多的金额付回甲单位。
with population as (
    select *
    from {{ ref('int_payment_between_units') }}
    where amount >= {{ rule_parameter('SCF-003', 'min_amount') }}
),

returned as (
    select
        there.treasury_agency_code as first_agency_code,
        there.payment_no as first_payment_no,
        there.pay_date as first_pay_date,
        there.amount as first_amount,
        back.*,
        row_number() over (
            partition by there.payment_no, back.unit_id order by back.pay_date, back.payment_no
        ) as place
    from population as there
    inner join population as back
        on there.unit_id = back.payee_unit_id and there.payee_unit_id = back.unit_id
    where
        {{ days_between('back.pay_date', 'there.pay_date') }}
        <= {{ rule_parameter('SCF-003', 'window_days') }}
        and (
            back.pay_date > there.pay_date
            or (back.pay_date = there.pay_date and back.payment_no > there.payment_no)
        )
        and abs(back.amount - there.amount) * 100
        <= there.amount * {{ rule_parameter('SCF-003', 'tolerance_percent') }}
),

hits as (
    select
        first_agency_code || ':' || treasury_agency_code || ':' || first_payment_no as subject_id,
        unit_id,
        finance_agency_code,
        treasury_agency_code,
        pay_date as occurred_on,
        first_amount as amount,
        {{ evidence({
            'paying_agencies': "first_agency_code || '、' || treasury_agency_code",
            'first_pay_date': 'first_pay_date',
            'first_amount': 'first_amount',
            'return_pay_date': 'pay_date',
            'returned_amount': 'amount',
            'payments': "first_payment_no || '、' || payment_no",
        }) }} as evidence
    from returned
    where place = 1
)

{{ rule_result('payment_group') }}

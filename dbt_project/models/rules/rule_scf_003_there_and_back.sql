-- 循环划转：甲单位付给乙单位一笔钱，60 天内乙单位又把差不多的金额付回甲单位。
with population as (
    select *
    from {{ ref('int_payment_between_units') }}
    where amount >= {{ rule_parameter('SCF-003', 'min_amount') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

returned as (
    select
        there.unit_id as first_unit_id,
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
        returned.first_agency_code || ':' || returned.treasury_agency_code
        || ':' || returned.first_payment_no as subject_id,
        returned.unit_id,
        returned.finance_agency_code,
        returned.treasury_agency_code,
        returned.pay_date as occurred_on,
        returned.first_amount as amount,
        {{ evidence({
            'first_payer': unit_label('payers.unit_name', 'returned.first_agency_code'),
            'first_pay_date': 'returned.first_pay_date',
            'first_amount': 'returned.first_amount',
            'return_payer': unit_label('returners.unit_name', 'returned.treasury_agency_code'),
            'return_pay_date': 'returned.pay_date',
            'returned_amount': 'returned.amount',
            'payments': "returned.first_payment_no || '、' || returned.payment_no",
        }) }} as evidence
    from returned
    left join units as payers on returned.first_unit_id = payers.unit_id
    left join units as returners on returned.unit_id = returners.unit_id
    where returned.place = 1
)

{{ rule_result('payment_group') }}

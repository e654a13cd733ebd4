-- 大额支付给个人：收款人是自然人（职工工资账户，或两到四个字、不含单位用字的户名），一笔 1 万元及以上。
with payments as (
    select * from {{ ref('int_payment') }}
),

staff as (
    select salary_acct_no, min(name) as name
    from {{ ref('stg_registry__person') }}
    where valid_from <= {{ business_date() }} and salary_acct_no is not null
    group by salary_acct_no
),

organisation_words as (
    select seed.word from {{ ref('organisation_word') }} as seed where {{ in_force('seed') }}
),

unit_names as (
    select distinct normalised_name from {{ ref('int_unit_name') }} where kind = 'own'
),

population as (
    select *, replace(replace(payee_acct_name, ' ', ''), '　', '') as payee_plain_name
    from payments
    where
        is_live
        and amount >= {{ rule_parameter('PAY-002', 'min_amount') }}
        and dep_exp_eco_code is not null
        and not {{ begins_with('dep_exp_eco_code', ['301', '303', '30226']) }}
),

-- Names that are a person's: two to four characters, no word of an organisation.
person_names as (
    select names.payee_plain_name
    from (
        select distinct payee_plain_name
        from population
        where char_length(payee_plain_name) between 2 and 4
    ) as names
    left join organisation_words
        on {{ contains('names.payee_plain_name', 'organisation_words.word') }}
    where organisation_words.word is null
),

hits as (
    select
        population.payment_no as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.pay_date as occurred_on,
        population.amount,
        {{ evidence({
            'pay_date': 'population.pay_date',
            'payee_name': 'population.payee_acct_name',
            'payee_account': 'population.payee_acct_no',
            'salary_account_of': 'staff.name',
            'economic_code': 'population.dep_exp_eco_code',
            'purpose': 'population.pay_summary_name',
        }) }} as evidence
    from population
    left join staff on population.payee_acct_no = staff.salary_acct_no
    left join person_names on population.payee_plain_name = person_names.payee_plain_name
    left join unit_names on population.payee_normalised_name = unit_names.normalised_name
    where
        staff.salary_acct_no is not null
        or (person_names.payee_plain_name is not null and unit_names.normalised_name is null)
)

{{ rule_result('payment') }}

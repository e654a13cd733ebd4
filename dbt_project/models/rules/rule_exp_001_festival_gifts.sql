-- 节前送礼：春节、端午、中秋、国庆前 15 天内发生的支出，摘要里写着月饼、粽子、茶叶、烟酒、礼品等。
with vouchers as (
    select * from {{ ref('int_voucher') }} where is_live
),

expenses as (
    select * from {{ ref('int_voucher_entry') }} where is_live and is_expense
),

festivals as (
    select * from {{ ref('festival') }}
),

words as (
    select seed.word
    from {{ ref('festival_gift_word') }} as seed
    where {{ in_force('seed') }}
),

festive_days as (
    select
        days.event_date,
        {{ joined_list(
            "festivals.name_zh || '（' || cast(festivals.date as text) || '）'", 'festivals.date'
        ) }} as festivals
    from (select distinct event_date from vouchers) as days
    inner join festivals
        on
            days.event_date < festivals.date
            and {{ days_between('festivals.date', 'days.event_date') }}
            <= {{ rule_parameter('EXP-001', 'days_before') }}
    group by days.event_date
),

seasonal as (
    select
        expenses.voucher_id,
        expenses.unit_id,
        expenses.finance_agency_code,
        expenses.treasury_agency_code,
        expenses.event_date,
        expenses.vou_seq,
        expenses.vou_det_desc,
        expenses.amt,
        festive_days.festivals
    from expenses
    inner join festive_days on expenses.event_date = festive_days.event_date
),

population as (
    select distinct voucher_id from seasonal
),

telling as (
    select summaries.vou_det_desc, {{ joined_list('words.word') }} as found_words
    from (select distinct vou_det_desc from seasonal) as summaries
    inner join words on {{ contains('summaries.vou_det_desc', 'words.word') }}
    group by summaries.vou_det_desc
),

hits as (
    select
        seasonal.voucher_id as subject_id,
        max(seasonal.unit_id) as unit_id,
        max(seasonal.finance_agency_code) as finance_agency_code,
        max(seasonal.treasury_agency_code) as treasury_agency_code,
        max(seasonal.event_date) as occurred_on,
        sum(seasonal.amt) as amount,
        {{ evidence({
            'summary': joined_list('seasonal.vou_det_desc', 'seasonal.vou_seq'),
            'found_words': joined_list('telling.found_words', 'seasonal.vou_seq'),
            'event_date': 'max(seasonal.event_date)',
            'festivals': 'max(seasonal.festivals)',
            'expense_amount': 'sum(seasonal.amt)',
        }) }} as evidence
    from seasonal
    inner join telling on seasonal.vou_det_desc = telling.vou_det_desc
    group by seasonal.voucher_id
)

{{ rule_result('voucher') }}

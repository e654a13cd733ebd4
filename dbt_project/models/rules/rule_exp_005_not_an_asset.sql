-- 买设备不入固定资产：支出 5000 元以上，摘要写着电脑、打印机、空调等设备（不是维修、耗材、租赁），没有记固定资产，也没有资产分类。
with entries as not materialized (
    select * from {{ ref('int_voucher_entry') }} where is_live
),

equipment_words as (
    select seed.word from {{ ref('equipment_word') }} as seed where {{ in_force('seed') }}
),

repair_words as (
    select seed.word from {{ ref('repair_word') }} as seed where {{ in_force('seed') }}
),

telling as (
    select summaries.vou_det_desc
    from (select distinct vou_det_desc from entries where is_expense) as summaries
    inner join equipment_words on {{ contains('summaries.vou_det_desc', 'equipment_words.word') }}
    left join repair_words on {{ contains('summaries.vou_det_desc', 'repair_words.word') }}
    group by summaries.vou_det_desc
    having max(repair_words.word) is null
),

population as (
    select
        entries.voucher_id,
        max(entries.unit_id) as unit_id,
        max(entries.finance_agency_code) as finance_agency_code,
        max(entries.treasury_agency_code) as treasury_agency_code,
        max(entries.event_date) as event_date,
        max(entries.posting_date) as posting_date,
        sum(entries.amt) as equipment_amount,
        {{ joined_list('entries.vou_det_desc', 'entries.vou_seq') }} as summary,
        {{ joined_list('entries.dep_bgt_eco_code', 'entries.vou_seq') }} as economic_codes
    from entries
    inner join telling on entries.vou_det_desc = telling.vou_det_desc
    where entries.is_expense
    group by entries.voucher_id
),

-- The entries of few vouchers are asked for, by index.
as_assets as (
    select distinct voucher_id
    from entries
    where
        voucher_id = any(array(select voucher_id from population))
        and (
            (is_debit and {{ begins_with('gov_acct_cls_code', '1601') }})
            or fatype_code is not null
        )
),

hits as (
    select
        population.voucher_id as subject_id,
        population.unit_id,
        population.finance_agency_code,
        population.treasury_agency_code,
        population.event_date as occurred_on,
        population.equipment_amount as amount,
        {{ evidence({
            'summary': 'population.summary',
            'economic_codes': 'population.economic_codes',
            'equipment_amount': 'population.equipment_amount',
            'event_date': 'population.event_date',
            'posting_date': 'population.posting_date',
        }) }} as evidence
    from population
    left join as_assets on population.voucher_id = as_assets.voucher_id
    where
        population.equipment_amount >= {{ rule_parameter('EXP-005', 'min_amount') }}
        and as_assets.voucher_id is null
)

{{ rule_result('voucher') }}

-- 一份附件多处使用：同一个接待清单、签到表、发放表或无号码票据文件，附在两张以上有效凭证上（不限单位）。
with attachments as (
    select * from {{ ref('int_attachment') }}
),

vouchers as (
    select * from {{ ref('int_voucher') }}
),

units as (
    select * from {{ ref('int_unit') }}
),

files as (
    select
        lower(file_sha256) as sha256,
        voucher_id,
        min(attachment_type) as attachment_type
    from attachments
    where
        is_live
        and file_sha256 is not null
        and (
            attachment_type in ('reception_list', 'attendee_list', 'payroll')
            or (attachment_type = 'invoice' and invoice_no is null)
        )
    group by lower(file_sha256), voucher_id
),

population as (
    select sha256, count(*) as voucher_count
    from files
    group by sha256
),

uses as (
    select
        files.sha256,
        files.attachment_type,
        population.voucher_count,
        vouchers.*,
        {{ unit_label('units.unit_name', 'vouchers.finance_agency_code') }} as unit_label,
        row_number() over (
            partition by files.sha256
            order by vouchers.event_date, vouchers.posting_date, vouchers.voucher_id
        ) as place
    from population
    inner join files on population.sha256 = files.sha256
    inner join vouchers on files.voucher_id = vouchers.voucher_id
    left join units on vouchers.unit_id = units.unit_id
    where population.voucher_count >= 2
),

hits as (
    select
        sha256 as subject_id,
        max(case when place = voucher_count then unit_id end) as unit_id,
        max(case when place = voucher_count then finance_agency_code end) as finance_agency_code,
        max(case when place = voucher_count then treasury_agency_code end) as treasury_agency_code,
        max(event_date) as occurred_on,
        sum(expense_amount) as amount,
        {{ evidence({
            'file_type': 'min(attachment_type)',
            'voucher_count': 'voucher_count',
            'vouchers': joined_list('voucher_id', 'place', 100),
            'agencies': joined_list('unit_label', 'place', 100),
            'total_expense': 'sum(expense_amount)',
        }) }} as evidence
    from uses
    group by sha256, voucher_count
)

{{ rule_result('attachment_file') }}

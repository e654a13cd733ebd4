-- One row per file of a delivery. A view: the same on every business date.
{{ config(materialized='fresh_view') }}
with batches as (
    select * from {{ source('ops', 'batch') }}
),

files as (
    select * from {{ source('ops', 'batch_file') }}
),

final as (
    select
        files.batch_id,
        files.file_no,
        batches.feed,
        batches.business_date,
        batches.version,
        files.file_name,
        files.sha256
    from files
    inner join batches on files.batch_id = batches.batch_id
)

select * from final

-- The delivered rows on which each time of a hit rested when it was first detected, by file.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false,
    pre_hook="{{ rewind_rows('detected_on') }}",
    indexes=[{'columns': ['spell_id']}, {'columns': ['detected_on']}],
) }}
with spells as materialized (
    select * from {{ ref('fct_rule_hit_spell') }} where detected_on = {{ business_date() }}
),

batch_files as (
    select * from {{ ref('int_batch_file') }}
),

open_spells as not materialized (
    select * from {{ ref('fct_rule_hit_spell') }} where cleared_on is null
),

-- Hits that a rule about other rules' hits has counted: what they rest on, it rests on.
counted as (
    select
        spells.spell_id,
        open_spells.rule_id,
        open_spells.subject_type,
        open_spells.subject_id,
        open_spells.treasury_agency_code,
        open_spells.evidence
    from spells
    inner join open_spells on split_part(spells.subject_id, ':', -1) = open_spells.rule_id
    where
        spells.subject_type = 'regulator_rule'
        and open_spells.subject_id
        = any(string_to_array(spells.evidence ->> 'subjects', '、'))
    union all
    select
        spells.spell_id,
        open_spells.rule_id,
        open_spells.subject_type,
        open_spells.subject_id,
        open_spells.treasury_agency_code,
        open_spells.evidence
    from spells
    inner join open_spells on spells.subject_id = open_spells.unit_id
    where
        spells.subject_type = 'unit'
        and split_part(open_spells.rule_id, '-', 1) in ('SCF', 'PAY', 'CARD', 'INV')
        and open_spells.subject_id
        = any(string_to_array(spells.evidence ->> 'subjects', '、'))
    union all
    select
        spells.spell_id,
        open_spells.rule_id,
        open_spells.subject_type,
        open_spells.subject_id,
        open_spells.treasury_agency_code,
        open_spells.evidence
    from spells
    inner join open_spells on spells.subject_id = open_spells.hit_id
    where spells.subject_type = 'hit'
),

hits as materialized (
    select
        spell_id,
        true as is_own,
        rule_id,
        subject_type,
        subject_id,
        treasury_agency_code,
        evidence
    from spells
    union all
    select
        spell_id,
        false as is_own,
        rule_id,
        subject_type,
        subject_id,
        treasury_agency_code,
        evidence
    from counted
),

found_rows as (
    {{ hit_source_rows('hits') }}
),

source_rows as (
    select
        spell_id,
        feed,
        batch_id,
        file_no,
        line_no,
        bool_or(is_own) as is_own
    from found_rows
    group by spell_id, feed, batch_id, file_no, line_no
),

-- Lines that follow one another keep their distance from their place.
placed as (
    select
        *,
        line_no - row_number() over (
            partition by spell_id, batch_id, file_no, is_own order by line_no
        ) as run
    from source_rows
),

runs as (
    select
        spell_id,
        feed,
        batch_id,
        file_no,
        is_own,
        min(line_no) as first_line,
        max(line_no) as last_line
    from placed
    group by spell_id, feed, batch_id, file_no, is_own, run
),

files as (
    select
        spell_id,
        feed,
        batch_id,
        file_no,
        is_own,
        string_agg(
            case
                when last_line = first_line then cast(first_line as text)
                else first_line || '-' || last_line
            end,
            ',' order by first_line
        ) as lines,
        cast(sum(last_line - first_line + 1) as bigint) as row_count
    from runs
    group by spell_id, feed, batch_id, file_no, is_own
),

final as (
    select
        files.spell_id,
        spells.hit_id,
        spells.detected_on,
        case when files.is_own then 'subject' else 'further' end as used_as,
        files.feed,
        batch_files.business_date,
        batch_files.version,
        files.batch_id,
        files.file_no,
        batch_files.file_name,
        batch_files.sha256 as file_sha256,
        files.lines,
        files.row_count
    from files
    inner join spells on files.spell_id = spells.spell_id
    left join batch_files
        on
            files.batch_id = batch_files.batch_id
            and files.file_no = batch_files.file_no
)

select * from final

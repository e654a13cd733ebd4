{#-
    Interval tables: every good row version in force for its business date, with the dates between
    which it counts.

    `staging.merged_batch` says which accepted batches a staging model holds. A run first notes the
    batches it is about to merge (pending), recomputes the business dates they belong to from landing,
    and joins them to the rows already held: what it costs depends on the new batches, and the result
    is that of a full refresh. Note, merge and confirmation are one transaction.
-#}
{#- Statistics are gathered here and not in a merge, whose transaction would keep all others out. -#}
{% macro create_merged_batch() -%}
    {%- if execute and target.type == 'postgres' and flags.WHICH in ('run', 'build') -%}
        create table if not exists staging.merged_batch (
            batch_id bigint primary key,
            feed text not null,
            business_date date not null,
            version integer not null,
            is_pending boolean not null
        );
        alter table staging.merged_batch
        add column if not exists is_analyzed boolean not null default false;
        analyze staging.merged_batch
    {%- endif -%}
{%- endmacro %}

{% macro begin_merge(feed) -%}
    {%- if is_incremental() %}
    {#-
        Where most of what is held came as one batch, the planner takes any batch for most of it, and
        would read all of it, or all of an index.
    #}
    set local enable_seqscan = off;
    set local enable_indexonlyscan = off;
    {%- else %}
    delete from staging.merged_batch where feed = '{{ feed }}';
    {%- endif %}
    insert into staging.merged_batch (batch_id, feed, business_date, version, is_pending)
    select batch.batch_id, batch.feed, batch.business_date, batch.version, true
    from {{ source('ops', 'batch') }} as batch
    left join staging.merged_batch as merged on batch.batch_id = merged.batch_id
    where batch.feed = '{{ feed }}' and batch.status = 'accepted' and merged.batch_id is null
{%- endmacro %}

{#- `lookups` are indexes that dbt's own config cannot describe. -#}
{% macro end_merge(feed, lookups=[]) -%}
    {%- for lookup in lookups %}
    {#- `if not exists` would first wait for a vacuum to be called off, and that every day. #}
    do $$ begin
        if to_regclass('{{ this.schema }}.{{ this.identifier }}_{{ loop.index }}') is null then
            create index {{ this.identifier }}_{{ loop.index }} on {{ this }} {{ lookup }};
        end if;
    end $$;
    {%- endfor %}
    update staging.merged_batch set is_pending = false
    where feed = '{{ feed }}' and is_pending;
    {#-
        One day among hundreds tells the planner nothing new. PostgreSQL's own count of rows changed
        since is of no use: it adds those of the transaction that analyzed them.
    #}
    do $$ begin
        if (
            select sum(batch.row_count) * 20 >= (
                select reltuples from pg_class where oid = '{{ this }}'::regclass
            )
            from staging.merged_batch as merged
            inner join {{ source('ops', 'batch') }} as batch on merged.batch_id = batch.batch_id
            where merged.feed = '{{ feed }}' and not merged.is_analyzed
        ) then
            analyze {{ this }};
            update staging.merged_batch set is_analyzed = true where feed = '{{ feed }}';
        end if;
    end $$
{%- endmacro %}

{#- Replaces the recomputed business dates as a whole, and the rows whose interval changed. -#}
{% macro get_incremental_in_force_sql(arg_dict) -%}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set feed = config.get('meta')['feed'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    analyze {{ arg_dict['temp_relation'] }} (natural_key, valid_from);
    do $$
    declare
        pending date;
    begin
        for pending in
            select distinct business_date
            from staging.merged_batch
            where feed = '{{ feed }}' and is_pending
        loop
            delete from {{ target_relation }} where valid_from = pending;
        end loop;
    end $$;
    delete from {{ target_relation }} as held
    using {{ arg_dict['temp_relation'] }} as new
    where held.natural_key = new.natural_key and held.valid_from = new.valid_from;
    insert into {{ target_relation }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}

{#-
    The body of a staging model. `columns` are the feed's columns in order, `derived` maps further
    columns to expressions of them, `renamed` a feed's column to the name it takes here. Daily feeds: the later business date wins. Snapshots: a row
    counts until the next snapshot, and longer if its key is in quarantine there.
-#}
{% macro in_force_rows(feed, columns, kind, derived={}, renamed={}) -%}
    with merged as (

        select * from staging.merged_batch where feed = '{{ feed }}'

    ),

    pending_date as (

        select distinct business_date from merged where is_pending

    ),

    recomputed_batch as (

        select
            batch_id,
            business_date,
            version,
            count(*) over (partition by business_date order by version desc) - 1 as later_batches
        from merged
        where business_date in (select business_date from pending_date)

    ),

    quarantined_row as (

        select distinct quarantined.batch_id, quarantined.file_no, quarantined.line_no
        from {{ source('quarantine', feed) }} as quarantined
        inner join recomputed_batch on quarantined.batch_id = recomputed_batch.batch_id

    ),

    good_row as (

        select
            typed.*,
            recomputed_batch.business_date,
            recomputed_batch.version,
            recomputed_batch.later_batches,
            row_number() over (
                partition by recomputed_batch.business_date, typed.natural_key
                order by recomputed_batch.version desc, typed.file_no, typed.line_no
            ) as recency
        from recomputed_batch
        {#- Batch by batch, by the index on it: typing all of landing would cost more than the day. #}
        cross join lateral (
            select *
            from {{ source('landing', feed ~ '_typed') }}
            where batch_id = recomputed_batch.batch_id
            offset 0
        ) as typed
        left join quarantined_row
            on typed.batch_id = quarantined_row.batch_id
            and typed.file_no = quarantined_row.file_no
            and typed.line_no = quarantined_row.line_no
        where
            quarantined_row.batch_id is null
            and typed.natural_key is not null
            and typed.read_error is null

    ),

    quarantined_key as (

        select distinct merged.business_date, merged.version, quarantined.natural_key
        from {{ source('quarantine', feed) }} as quarantined
        inner join merged on quarantined.batch_id = merged.batch_id
        where quarantined.natural_key is not null

    ),

    {# A key stays as an earlier version of the day had it while all later ones quarantined it. -#}
    recomputed_row as (

        select good_row.*
        from good_row
        where
            good_row.recency = 1
            and (
                good_row.later_batches = 0
                or good_row.later_batches = (
                    select count(*)
                    from quarantined_key
                    where
                        quarantined_key.business_date = good_row.business_date
                        and quarantined_key.natural_key = good_row.natural_key
                        and quarantined_key.version > good_row.version
                )
            )

    ),

    {%- if is_incremental() %}

    {%- if kind == 'daily' %}

    touched_key as (

        select natural_key from recomputed_row
        union
        select held.natural_key
        from pending_date
        cross join lateral (
            select natural_key from {{ this }} where valid_from = pending_date.business_date offset 0
        ) as held

    ),
    {%- endif %}

    kept_row as (

        select held.*
        {%- if kind == 'daily' %}
        from touched_key
        cross join lateral (
            select * from {{ this }} where natural_key = touched_key.natural_key offset 0
        ) as held
        where held.valid_from not in (select business_date from pending_date)
        {%- else %}
        from {{ this }} as held
        where
            held.valid_from not in (select business_date from pending_date)
            and held.valid_from < (select max(business_date) from pending_date)
            and (
                held.valid_to is null
                or held.valid_to >= (select min(business_date) from pending_date)
            )
        {%- endif %}

    ),
    {%- endif %}

    version_row as (

        select
            {%- for column in columns %}
            {{ column ~ ' as ' ~ renamed[column] if column in renamed else column }},
            {%- endfor %}
            {%- for name, expression in derived.items() %}
            {{ expression }} as {{ name }},
            {%- endfor %}
            batch_id,
            file_no,
            line_no,
            natural_key,
            business_date as valid_from
        from recomputed_row
        {%- if is_incremental() %}
        union all
        select
            {%- for column in columns %}
            {{ renamed.get(column, column) }},
            {%- endfor %}
            {%- for name in derived %}
            {{ name }},
            {%- endfor %}
            batch_id,
            file_no,
            line_no,
            natural_key,
            valid_from
        from kept_row
        {%- endif %}

    ),

    {%- if kind == 'snapshot' %}

    snapshot_date as (

        select
            business_date,
            max(version) as latest_version,
            lead(business_date) over (order by business_date) as next_date
        from merged
        group by business_date

    ),

    {# Snapshots whose latest version has a key in quarantine only: they do not end its row. -#}
    carried_key as (

        select quarantined_key.natural_key, quarantined_key.business_date
        from quarantined_key
        inner join snapshot_date
            on quarantined_key.business_date = snapshot_date.business_date
            and quarantined_key.version = snapshot_date.latest_version
        left join version_row
            on quarantined_key.natural_key = version_row.natural_key
            and quarantined_key.business_date = version_row.valid_from
        where
            version_row.natural_key is null
            {%- if is_incremental() %}
            and not exists (
                select 1
                from {{ this }} as held
                where
                    held.natural_key = quarantined_key.natural_key
                    and held.valid_from = quarantined_key.business_date
                    and held.valid_from not in (select business_date from pending_date)
            )
            {%- endif %}

    ),

    carried_end as (

        select
            version_row.natural_key,
            version_row.valid_from,
            min(later.business_date) as valid_to
        from version_row
        inner join (select distinct natural_key from carried_key) as carried
            on version_row.natural_key = carried.natural_key
        left join snapshot_date as later on version_row.valid_from < later.business_date
        left join carried_key
            on version_row.natural_key = carried_key.natural_key
            and later.business_date = carried_key.business_date
        where carried_key.natural_key is null
        group by version_row.natural_key, version_row.valid_from

    ),
    {%- endif %}

    final as (

        select
            version_row.*,
            {%- if kind == 'daily' %}
            lead(version_row.valid_from) over (
                partition by version_row.natural_key
                order by version_row.valid_from
            ) as valid_to
        from version_row
            {%- else %}
            case
                when carried.natural_key is null then snapshot_date.next_date
                else carried_end.valid_to
            end as valid_to
        from version_row
        inner join snapshot_date on version_row.valid_from = snapshot_date.business_date
        left join (select distinct natural_key from carried_key) as carried
            on version_row.natural_key = carried.natural_key
        left join carried_end
            on version_row.natural_key = carried_end.natural_key
            and version_row.valid_from = carried_end.valid_from
            {%- endif %}

    )

    select * from final
{%- endmacro %}

{#- The rows of an interval table that count on the business date. -#}
{% macro in_force_on_business_date(relation='') -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {{ prefix }}valid_from <= {{ business_date() }}
    and ({{ prefix }}valid_to is null or {{ prefix }}valid_to > {{ business_date() }})
{%- endmacro %}

{#- Subject id of a voucher. -#}
{% macro voucher_id() -%}
    acct_set_code || '/' || cast(fiscal_year as text) || '/'
    || right('0' || cast(acct_period as text), 2) || '/' || voucher_no
{%- endmacro %}

{#-
    Working tables and views of which only the next model is a reader.

    dbt's own `table` and `view` build under another name, rename twice and drop the old one, so that
    readers never wait; a third of a small model's time goes there. These are made where they are
    missing: a new version of the code finds both schemas emptied. From then on a day empties a table
    and fills it again, with statistics: it is joined at once, and the planner must know its size
    before autovacuum does. Views read the business date from the session, so a day need not make
    them anew. Nothing is dropped while others build: threads that drop each other's views deadlock.
    Facts are not written to the log: after a crash they are empty, and the next date fills them.
-#}
{% materialization fresh_table, default -%}
    {{ return(adapter.dispatch('fresh_table', 'huiyan')(none)) }}
{%- endmaterialization %}

{#-
    A table whose query consists of parts, each begun by `part()`. Every part is a statement of its
    own: the memory of one is free again before the next. A part that its data or its own SQL makes
    fail is left out, and the table named by the config `failures` says why; whatever else fails
    (space, memory, a lock, the connection) fails the whole.
-#}
{% materialization fresh_table_in_parts, default -%}
    {{ return(adapter.dispatch('fresh_table', 'huiyan')(parts_of(sql))) }}
{%- endmaterialization %}

{% materialization fresh_view, default -%}
    {{ return(adapter.dispatch('fresh_view', 'huiyan')()) }}
{%- endmaterialization %}

{% macro default__fresh_table(parts) -%}
    {{ return(made_anew(this.incorporate(type='table'))) }}
{%- endmacro %}

{% macro default__fresh_view() -%}
    {{ return(made_anew(this.incorporate(type='view'))) }}
{%- endmacro %}

{% macro postgres__fresh_view() -%}
    {%- set view = this.incorporate(type='view') -%}
    {% call statement('main') -%}
        create or replace view {{ view }} as ({{ sql }});
        {{ slice_of(view, sql) }}
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ return({'relations': [view]}) }}
{%- endmacro %}

{% macro postgres__fresh_table(parts) -%}
    {%- set table = this.incorporate(type='table') -%}
    {#- Asked whatever follows: dbt takes a schema for known once a table in it has been made. #}
    {%- set is_made = load_cached_relation(this) is not none -%}
    {% call statement('main') -%}
        {{ in_turn() }}
        set local huiyan.business_date = '{{ business_day() }}';
        {%- if is_made and config.get('moves_on') and evaluated_before() %}
        {{ moved_on(config.get('moves_on'), table) }}
        {%- else %}
        {{ filled_anew(table, parts, is_made) }}
        {%- endif %}
        analyze {{ table }};
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ return({'relations': [table]}) }}
{%- endmacro %}

{#- Indexes are made after the rows are in: an index that grows with them costs several times more. -#}
{% macro filled_anew(table, parts, is_made) -%}
    {{ shares_queries() }}
    {%- if not is_made %}
    create {{ 'unlogged ' if is_moved_on(table.identifier) }}table {{ table }} as ({{ sql }})
    {{- ' with no data' if parts }};
    {{ slice_of(table, sql) }}
    {%- if config.get('moves_on') == 'facts' %}
    {{ slice_tables() }}
    {%- endif %}
    {%- else %}
    truncate {{ table }};
    {%- endif %}
    {%- set indexes = slice_indexes(table.identifier) %}
    {%- set is_counted = table.identifier in counted_facts() | map(attribute='name') %}
    {%- for index in indexes %}
    drop index if exists {{ table.include(identifier=false) }}.{{ table.identifier }}_{{ loop.index }};
    {%- endfor %}
    {%- for name, query in parts or [] %}
    {{ guarded_part(table, name, query, is_large=true) }}
    {%- endfor %}
    {%- if is_made and not parts %}
    insert into {{ table }} {{ sql }};
    {%- endif %}
    {%- for index in indexes %}
    create {{ 'unique ' if is_counted and loop.first }}index {{ table.identifier }}_{{ loop.index }}
    on {{ table }} {{ index }};
    {%- endfor %}
{%- endmacro %}

{#- Lets PostgreSQL share a query among processes sooner: one machine hands rows over in memory. -#}
{% macro shares_queries() -%}
    set local parallel_tuple_cost = 0.01;
{%- endmacro %}

{#-
    One part of a query in parts: if its own SQL or data make it fail, the failure is noted. One that
    reads whole facts is large: PostgreSQL shares a query among processes where it makes a new table,
    and never where it inserts. Nothing happens where `only_if`, a condition, does not hold.
-#}
{% macro guarded_part(table, name, query, is_large=false, only_if='') -%}
    do $part$ begin
        {%- if only_if %}
        if not ({{ only_if }}) then
            return;
        end if;
        {%- endif %}
        {%- if is_large %}
        create temporary table found on commit drop as {{ query }};
        insert into {{ table }} select * from found;
        drop table found;
        {%- else %}
        insert into {{ table }} {{ query }};
        {%- endif %}
    exception when
        data_exception
        or cardinality_violation
        or integrity_constraint_violation
        or syntax_error_or_access_rule_violation
        or program_limit_exceeded
    then
        insert into {{ config.require('failures') }} (business_date, part, message)
        values ('{{ business_day() }}', '{{ name }}', sqlerrm)
        on conflict do nothing;
    when others then
        raise exception using errcode = sqlstate, message = '{{ name }}: ' || sqlerrm;
    end $part$;
{%- endmacro %}

{% macro made_anew(relation) -%}
    {%- set existing = load_cached_relation(this) -%}
    {% call statement('main') -%}
        {%- if existing is not none %}
        drop {{ existing.type }} if exists {{ existing }} cascade;
        {%- endif %}
        create {{ relation.type }} {{ relation }} as (
            {{ sql }}
        );
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}

{#- Begins the part `name` of a query in parts. -#}
{% macro part(name, is_first) -%}
{{ return(('' if is_first else '\nunion all ') ~ '-- part ' ~ name ~ '\n') }}
{%- endmacro %}

{#- The parts of such a query, as pairs of name and query. -#}
{% macro parts_of(query) -%}
    {%- set pieces = modules.re.split('(?:\nunion all )?-- part (.+)\n', query) -%}
    {%- set parts = [] -%}
    {%- for place in range(1, pieces | length, 2) -%}
        {%- do parts.append((pieces[place], pieces[place + 1])) -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}

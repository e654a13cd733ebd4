{#-
    The business date as SQL. A view, and the query of a fresh table that is kept as one, outlives the
    day it was made on: there it is the setting of the session that fills a table from it. On DuckDB it
    may be a variable of the session, which judges many dates with SQL compiled once. The environment
    is read only at execution, so another date never re-parses the project.
-#}
{% macro business_date() -%}
    {%- if not execute -%}
        date '1970-01-01'
    {%- elif target.type == 'postgres' and model.config.materialized.startswith('fresh_') -%}
        cast(current_setting('huiyan.business_date') as date)
    {%- elif target.type == 'duckdb' and env_var('HUIYAN_BUSINESS_DATE') == 'variable' -%}
        getvariable('business_date')
    {%- else -%}
        date '{{ business_day() }}'
    {%- endif -%}
{%- endmacro %}

{#- The business date as YYYY-MM-DD. -#}
{% macro business_day() -%}
    {%- set day = env_var('HUIYAN_BUSINESS_DATE') -%}
    {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', day) -%}
        {{ exceptions.raise_compiler_error(
            'HUIYAN_BUSINESS_DATE must be YYYY-MM-DD, not "' ~ day ~ '".'
        ) }}
    {%- endif -%}
    {{ return(day) }}
{%- endmacro %}

{#- A hook that lets a table outside the working schemas be filled from views that read the date. -#}
{% macro tell_business_date() -%}
    {%- if execute and target.type == 'postgres' -%}
        set local huiyan.business_date = '{{ business_day() }}'
    {%- endif -%}
{%- endmacro %}

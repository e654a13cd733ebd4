{#- Whole days from `earlier` to `later`, both dates; negative if they are swapped. -#}
{% macro days_between(later, earlier) -%}
    {{ return(adapter.dispatch('days_between', 'huiyan')(later, earlier)) }}
{%- endmacro %}

{% macro default__days_between(later, earlier) -%}
    (({{ later }}) - ({{ earlier }}))
{%- endmacro %}

{% macro duckdb__days_between(later, earlier) -%}
    date_diff('day', cast({{ earlier }} as date), cast({{ later }} as date))
{%- endmacro %}

{#- The date `days` (an integer or an integer expression) after `from_date`. -#}
{% macro add_days(from_date, days) -%}
    cast(({{ from_date }}) + ({{ days }}) as date)
{%- endmacro %}

{#-
    Whether the date `day` is worked; `special_day` is the alias of official_calendar, left-joined
    on it.
-#}
{% macro is_working_day(day, special_day) -%}
    coalesce({{ special_day }}.kind = 'workday', extract(isodow from {{ day }}) <= 5)
{%- endmacro %}

{#- Whole minutes from the timestamp `earlier` to `later`, the rest of a minute dropped. -#}
{% macro minutes_between(later, earlier) -%}
    cast(floor(extract(epoch from (({{ later }}) - ({{ earlier }}))) / 60) as integer)
{%- endmacro %}

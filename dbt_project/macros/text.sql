{#- Whether `expression` matches the regular expression `pattern` (a plain string) somewhere. -#}
{% macro matches(expression, pattern) -%}
    {{ return(adapter.dispatch('matches', 'huiyan')(expression, pattern)) }}
{%- endmacro %}

{% macro default__matches(expression, pattern) -%}
    ({{ expression }} ~ '{{ pattern | replace("'", "''") }}')
{%- endmacro %}

{% macro duckdb__matches(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern | replace("'", "''") }}')
{%- endmacro %}

{#- Whether a code begins with one of `prefixes` (a plain string or a list of them). -#}
{% macro begins_with(expression, prefixes) -%}
    {%- set prefixes = [prefixes] if prefixes is string else prefixes -%}
    (
    {%- for prefix in prefixes -%}
        {{ ' or ' if not loop.first }}{{ expression }} like '{{ prefix | replace("'", "''") }}%'
    {%- endfor -%}
    )
{%- endmacro %}

{#- Whether the text `expression` contains the text `part` (a column or a quoted literal). -#}
{% macro contains(expression, part) -%}
    (position({{ part }} in {{ expression }}) > 0)
{%- endmacro %}

{#- 32 hex characters that stand for the '|'-joined expressions; null counts as empty. -#}
{% macro hash_id(expressions) -%}
    {{ return(adapter.dispatch('hash_id', 'huiyan')(expressions)) }}
{%- endmacro %}

{% macro default__hash_id(expressions) -%}
    left(encode(sha256(convert_to(
        {%- for expression in expressions -%}
            {{ " || '|' || " if not loop.first }}coalesce(cast({{ expression }} as text), '')
        {%- endfor -%}
    , 'UTF8')), 'hex'), 32)
{%- endmacro %}

{% macro duckdb__hash_id(expressions) -%}
    left(sha256(
        {%- for expression in expressions -%}
            {{ " || '|' || " if not loop.first }}coalesce(cast({{ expression }} as text), '')
        {%- endfor -%}
    ), 32)
{%- endmacro %}

{#- The first `limit` values of a group, ordered and joined by '、' (text, null if none). -#}
{% macro joined_list(expression, order_by=none, limit=10) -%}
    nullif(
        array_to_string(
            (array_agg({{ expression }} order by {{ order_by or expression }}))[1:{{ limit }}], '、'
        ),
        ''
    )
{%- endmacro %}

{#- Full-width digits, letters and signs, and the half-width ones they stand for, in one order. -#}
{% macro width_pairs() -%}
    {%- set full = '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ'
        ~ 'ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ－．，：／＆＃＋' -%}
    {%- set half = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-.,:/&#+' -%}
    {{ return((full, half)) }}
{%- endmacro %}

{#- A number as a person may have typed it, in half-width characters; most are so already. -#}
{% macro half_width(expression) -%}
    {%- set full, half = width_pairs() -%}
    case
        when {{ byte_length(expression) }} = char_length({{ expression }}) then {{ expression }}
        else translate({{ expression }}, '{{ full }}', '{{ half }}')
    end
{%- endmacro %}

{#- Bytes of a text in UTF-8. -#}
{% macro byte_length(expression) -%}
    {{ return(adapter.dispatch('byte_length', 'huiyan')(expression)) }}
{%- endmacro %}

{% macro default__byte_length(expression) -%}
    octet_length({{ expression }})
{%- endmacro %}

{% macro duckdb__byte_length(expression) -%}
    strlen({{ expression }})
{%- endmacro %}

{#-
    Columns called after `row`: of the row of a group that comes first by `place_in_group` (a whole
    number that no two rows of the group share; rows without it are none of them) the texts `columns`.
    `of_first_row` takes one out.
-#}
{% macro first_row(row, columns, place_in_group) -%}
    {{ return(adapter.dispatch('first_row', 'huiyan')(row, columns, place_in_group)) }}
{%- endmacro %}

{% macro default__first_row(row, columns, place_in_group) -%}
    min(case when {{ place_in_group }} is not null then array[
        lpad(cast({{ place_in_group }} as text), 10, '0'), {{ columns | join(', ') }}
    ] end) as {{ row }}
{%- endmacro %}

{#- A column for each, so that DuckDB leaves out those that nobody asks for. -#}
{% macro duckdb__first_row(row, columns, place_in_group) -%}
    {%- for column in columns -%}
        arg_min_null({{ column }}, {{ place_in_group }}) as {{ row }}_{{ loop.index }}
        {{- ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The text at `place`, from 1, of what `first_row` took. -#}
{% macro of_first_row(row, place) -%}
    {{ return(adapter.dispatch('of_first_row', 'huiyan')(row, place)) }}
{%- endmacro %}

{% macro default__of_first_row(row, place) -%}
    {{ row }}[{{ place + 1 }}]
{%- endmacro %}

{% macro duckdb__of_first_row(row, place) -%}
    {{ row }}_{{ place }}
{%- endmacro %}

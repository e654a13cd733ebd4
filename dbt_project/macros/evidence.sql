{#- A JSON object with the given keys; `pairs` maps a key to a SQL expression. -#}
{% macro evidence(pairs) -%}
    {{ return(adapter.dispatch('evidence', 'huiyan')(pairs)) }}
{%- endmacro %}

{% macro default__evidence(pairs) -%}
    jsonb_build_object(
        {%- for key, expression in pairs.items() -%}
            {{ ', ' if not loop.first }}'{{ key }}', {{ expression }}
        {%- endfor -%}
    )
{%- endmacro %}

{% macro duckdb__evidence(pairs) -%}
    json_object(
        {%- for key, expression in pairs.items() -%}
            {{ ', ' if not loop.first }}'{{ key }}', {{ expression }}
        {%- endfor -%}
    )
{%- endmacro %}

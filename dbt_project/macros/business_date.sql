{#- The environment is read only at execution, so another date never re-parses the project. -#}
{% macro business_date() -%}
    {%- if execute -%}
        {%- set day = env_var('HUIYAN_BUSINESS_DATE') -%}
        {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', day) -%}
            {{ exceptions.raise_compiler_error(
                'HUIYAN_BUSINESS_DATE must be YYYY-MM-DD, not "' ~ day ~ '".'
            ) }}
        {%- endif -%}
        date '{{ day }}'
    {%- else -%}
        date '1970-01-01'
    {%- endif -%}
{%- endmacro %}

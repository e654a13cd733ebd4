{#- The id in a rule model's name: rule_vou_001_booked_late is VOU-001. -#}
{% macro rule_id_of(model_name) -%}
    {%- set words = model_name.split('_') -%}
    {{ return((words[1] ~ '-' ~ words[2]) | upper) }}
{%- endmacro %}

{#- All rules, retired ones too, or those of one layer: their models in the graph, by id. -#}
{% macro all_rules(layer=none) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() -%}
            {%- if node.resource_type == 'model' and node.config.meta.get('id')
                and layer in (none, node.schema) -%}
                {%- do found.append(node) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found | sort(attribute='name')) }}
{%- endmacro %}

{#- A Python value as a SQL literal: text quoted, None null. -#}
{% macro literal(value) -%}
    {%- if value is none -%}
        null
    {%- elif value is number -%}
        {{ value }}
    {%- else -%}
        '{{ value | string | trim | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}

{#- The legal basis as people read it: 《文件》条款, marked where it is not verified. -#}
{% macro legal_basis_text(sources) -%}
    {%- set parts = [] -%}
    {%- for source in sources -%}
        {%- do parts.append(
            '《' ~ source.document ~ '》' ~ source.article
            ~ (
                '' if source.verification == 'verified' or source.article == '条款待核'
                else '（条款未核实）'
            )
        ) -%}
    {%- endfor -%}
    {{ return(parts | join('；')) }}
{%- endmacro %}

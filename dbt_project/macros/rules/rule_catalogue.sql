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

{#- A threshold as people write it, without the zeros that its column adds; `times` as much. -#}
{% macro threshold_text(rule_id, parameter, times) -%}
    {%- set value = rule_parameter(rule_id, parameter) ~ ' * ' ~ times -%}
    case
        when {{ value }} = floor({{ value }}) then cast(cast({{ value }} as bigint) as text)
        else rtrim(cast({{ value }} as text), '0')
    end
{%- endmacro %}

{#-
    A rule's description as SQL: `{name}` gives way to the threshold in force, `{name*100}` to a
    hundred times as much; one without a value stays.
-#}
{% macro described(rule) -%}
    {%- set said = namespace(sql=literal(rule.description)) -%}
    {%- for name in rule.config.meta['parameters'] -%}
        {%- set owner = name.split('.')[0] if '.' in name else rule.config.meta['id'] -%}
        {%- set parameter = name.split('.') | last -%}
        {%- for mark, times in [('{' ~ parameter ~ '}', 1), ('{' ~ parameter ~ '*100}', 100)]
            if mark in rule.description -%}
            {%- set value = threshold_text(owner, parameter, times) -%}
            {%- set said.sql = 'replace(' ~ said.sql ~ ", '" ~ mark ~ "', coalesce(" ~ value
                ~ ", '" ~ mark ~ "'))" -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ said.sql }}
{%- endmacro %}

{#-
    The legal basis as people read it: 《文件》（版本）条款, 参照 before a document that binds bodies of
    the centre only, marked where it is not verified.
-#}
{% macro legal_basis_text(sources) -%}
    {%- set parts = [] -%}
    {%- for source in sources -%}
        {%- do parts.append(
            (
                '参照' if '中央和国家机关' in source.document or '中央预算单位' in source.document
                else ''
            )
            ~ '《' ~ source.document ~ '》'
            ~ ('（' ~ source.edition ~ '版）' if source.edition else '') ~ source.article
            ~ (
                '' if source.verification == 'verified' or source.article == '条款待核'
                else '（条款未核实）'
            )
        ) -%}
    {%- endfor -%}
    {{ return(parts | join('；')) }}
{%- endmacro %}

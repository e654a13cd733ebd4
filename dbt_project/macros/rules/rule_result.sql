{#-
    The last select of every rule: its CTE `hits` in the standard columns, then one row without a
    subject that carries the number of subjects looked at, the rows of its CTE `population`.
    With `tiered`, `hits` has a column base_tier; null there means the rule's own base tier. With
    `mixed`, it has a column subject_type: the subjects are of several types.
-#}
{% macro rule_result(subject_type, tiered=false, mixed=false) -%}
select
    {% if mixed %}subject_type{% else %}'{{ subject_type }}'{% endif %} as subject_type,
    cast(subject_id as text) as subject_id,
    unit_id,
    finance_agency_code,
    treasury_agency_code,
    occurred_on,
    cast(amount as numeric(18, 2)) as amount,
    {% if tiered %}base_tier{% else %}cast(null as text){% endif %} as base_tier,
    evidence,
    cast(null as bigint) as population
from hits
union all
select
    '{{ subject_type }}',
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    (select count(*) from population)
{%- endmacro %}

{#-
    What each of `rules`, a list of their models, found: one part of a query in parts for each. A
    retired rule finds nothing and looks at nothing.
-#}
{% macro rule_findings(rules) -%}
{% for rule in rules %}
{{- part(rule, loop.first) -}}
{{ rule_finding(rule, ref(rule)) }}
{%- endfor %}
{%- endmacro %}

{#- What `rule`, a model, finds in `relation`: its view, or its view over slices. -#}
{% macro rule_finding(rule, relation) -%}
select '{{ rule_id_of(rule) }}' as rule_id, found.*
from {{ relation }} as found
where {{ rule_status("'" ~ rule_id_of(rule) ~ "'") }} != 'retired'
{%- endmacro %}

{#- No row, in the columns of what rules find, after the phase in which it was found. -#}
{% macro no_findings() -%}
select
    cast(null as text) as phase,
    cast(null as text) as rule_id,
    cast(null as text) as subject_type,
    cast(null as text) as subject_id,
    cast(null as text) as unit_id,
    cast(null as text) as finance_agency_code,
    cast(null as text) as treasury_agency_code,
    cast(null as date) as occurred_on,
    cast(null as numeric(18, 2)) as amount,
    cast(null as text) as base_tier,
    {{ evidence({}) }} as evidence,
    cast(null as bigint) as population
where false
{%- endmacro %}

{#-
    Working tables and views, made anew in one statement.

    dbt's own `table` and `view` build under another name, rename twice and drop the old one, so that
    readers never wait; a third of a small model's time goes there. Nobody but the next model reads
    these, so the old one makes way in the same transaction. A table's statistics come with it: it is
    joined at once, and the planner must know its size before autovacuum does.
-#}
{% materialization fresh_table, default -%}
    {{ return(replaced_by(this.incorporate(type='table'))) }}
{%- endmaterialization %}

{% materialization fresh_view, default -%}
    {{ return(replaced_by(this.incorporate(type='view'))) }}
{%- endmaterialization %}

{% macro replaced_by(relation) -%}
    {%- set existing = load_cached_relation(this) -%}
    {% call statement('main') -%}
        {%- if existing is not none %}
        drop {{ existing.type }} if exists {{ existing }} cascade;
        {%- endif %}
        create {{ relation.type }} {{ relation }} as (
            {{ sql }}
        );
        {%- if relation.type == 'table' and target.type == 'postgres' %}
        analyze {{ relation }};
        {%- endif %}
    {%- endcall %}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}

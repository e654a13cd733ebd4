{#- The province, city and district of HUIYAN_DISTRICT, as far as it names them. -#}
{% macro district_parts() -%}
    {%- set district = env_var('HUIYAN_DISTRICT', '江南省扬江市云溪区') if execute else '' -%}
    {%- set found = modules.re.match(
        '^(.+?(?:省|自治区|特别行政区))?(.+?(?:自治州|地区|市|盟))?(.+)?$', district | trim
    ) -%}
    {{ return(found.groups() | select | list if found else []) }}
{%- endmacro %}

{#-
    A name as names are compared: half width, upper case, no spaces or brackets, without the own
    district's names in front and 本级 at the end, 人民政府 as 政府. Null stays null; a name that is
    nothing but the district's own stays as it is.
-#}
{% macro normalised_name(expression) -%}
    {%- set full, half = width_pairs() -%}
    {%- set brackets = '()（）[]［］【】{}｛｝〔〕〈〉《》<>＜＞「」『』' -%}
    {%- set spaces = ' \t\r\n\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009'
        ~ '\u200a\u200b\u200c\u200d\u202f\u205f\u2060\u3000\ufeff' -%}
    {%- set plain -%}
        replace(
            upper(translate({{ expression }}, '{{ full ~ brackets ~ spaces }}', '{{ half }}')),
            '人民政府', '政府'
        )
    {%- endset -%}
    {%- set own = [] -%}
    {%- for part in district_parts() -%}
        {%- do own.append('(' ~ (modules.re.escape(part | upper) | replace("'", "''")) ~ ')?') -%}
    {%- endfor -%}
    regexp_replace(
        regexp_replace({{ plain }}, '^{{ own | join }}(.+)$', '\{{ own | length + 1 }}'),
        '(.)本级$', '\1'
    )
{%- endmacro %}

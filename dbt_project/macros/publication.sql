{# Rows of every public mart. The graph is read for their names, so that none is forgotten; it is whole only
   when the project runs. #}
{% macro counts_of_marts() -%}
    {%- set counts = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.access == 'public' -%}
            {%- if 'operation' not in node.tags -%}
                {%- do counts.append(
                    "select '" ~ node.schema ~ "." ~ node.name ~ "' as table_name, count(*) as row_count, "
                    ~ node.config.meta.get('contract_version', 1) ~ " as contract_version from " ~ node.relation_name
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ counts | sort | join(' union all ') or "select '' as table_name, 0 as row_count, 1 as contract_version" }}
{%- endmacro %}

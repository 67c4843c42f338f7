{# Incremental models rewrite whole keys (an order, a window): what is touched goes out, then comes in new. #}

{# Config of a model that is rewritten by key: delete before, append after. On Spark the same model
   overwrites the partitions that the touched keys lie in. #}
{% macro delete_touched(key, touched) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ key }} in (select {{ key }} from {{ touched }})
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}

{# A relation that this build has not made anew yet: what stood at the end of the last one. Reading it by
   name keeps the graph free of a cycle. #}
{% macro last_build_of(schema, table) -%}
    {{ return(adapter.get_relation(database=target.database, schema=schema, identifier=table)) }}
{%- endmacro %}

{# The versions of sales lines that arrived ones may replace. #}
{% macro delete_arrived_sales_lines() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where (order_id, line_number, document_type) in (
            select (order_id, line_number, document_type) from {{ source('lake', 'sales_line_arrived') }}
        )
    {%- else -%}
        select 1
    {%- endif -%}
{%- endmacro %}

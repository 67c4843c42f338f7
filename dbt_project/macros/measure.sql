{# What credits add to a measure. Money is in the credit; quantities, orders and customers are asked of the
   document, where a plan measures them. #}

{# The measures of all components. #}
{% macro measures_in_use() -%}
    {%- set relation = source('plan', 'plan_component') -%}
    {%- if execute -%}
        {{ return(run_query('select distinct measure from ' ~ relation)
            .rows | map(attribute='measure') | list) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}

{# What a credit changes: money, millionths of a quantity by the credit's share, or a line that opens (1) or that
   has come back entirely (-1). #}
{% macro change_of_measure(measures) -%}
    case
        when credit.measure = 'margin' then credit.margin_units
        {%- if 'quantity' in measures %}
        when credit.measure = 'quantity'
            then cast(round({{ millionths_as_integer('document.quantity') }} * credit.share) as bigint)
        {%- endif %}
        {%- if 'orders' in measures or 'customers' in measures %}
        when credit.measure in ('orders', 'customers')
            then case
                when document.sale_basis <= 0 then 0
                when credit.measure = 'customers' and document.customer_id is null then 0
                when not credit.is_taking_back then 1
                when
                    document.taken_back_basis >= document.sale_basis
                    and document.taken_back_basis + document.basis < document.sale_basis
                    then -1
                else 0
            end
        {%- endif %}
        else credit.net_units
    end
{%- endmacro %}

{# What is counted once while any of its lines is open: an order wherever its lines lie, a customer in the window
   of the sale. #}
{% macro counted_once(measures) -%}
    case credit.measure
        {%- if 'orders' in measures %}
        when 'orders' then credit.plan_id || '|' || credit.component_id || '|' || credit.root_order_id
        {%- endif %}
        {%- if 'customers' in measures %}
        when 'customers' then coalesce(credit.original_window_id, credit.window_id) || '|' || document.customer_id
        {%- endif %}
    end
{%- endmacro %}

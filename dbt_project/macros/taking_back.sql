{# Order (or line) of the sale that a line belongs to: a sale's own, whatever it says that it replaces. #}
{% macro root_of(own, original) -%}
    case when document_type = 'sale' then {{ own }} else coalesce({{ original }}, {{ own }}) end
{%- endmacro %}

{# The even number before those of the documents that this build brings in. #}
{% macro first_new_number() -%}
    {%- if is_incremental() -%}
        (select 2 * {{ idiv('coalesce(max(last.document_number), 0) + 1', '2') }} from {{ this }} as last)
    {%- else -%}
        cast(0 as bigint)
    {%- endif -%}
{%- endmacro %}

{# The steps by which int_sales__document follows what takes a sale back: `numbered` is the step, `followed`
   what stood before it. #}

{# A return of more than is left of its sale. #}
{% macro is_excess_return() -%}
    coalesce(
        numbered.document_type = 'return'
        and numbered.net_amount <> 0
        and followed.taken_back_net_amount - numbered.net_amount > numbered.sale_net_amount,
        false
    )
{%- endmacro %}

{# A return takes what it says, a cancellation what is left; of an unknown sale that is nothing. #}
{% macro amount_taken_back(column, digits) -%}
    cast(case
        {%- if column == 'cost_amount' %}
        -- Without a cost of its own a return has the sale's, in proportion; without the sale's it has none.
        when numbered.sale_cost_amount is null and not numbered.is_orphan then null
        when numbered.document_type = 'return' and numbered.cost_amount is null
            then {{ from_units(proportion(
                to_units('numbered.sale_cost_amount'), to_units('numbered.net_amount'), to_units('numbered.sale_net_amount')
            )) }}
        {%- endif %}
        when numbered.document_type = 'return' then numbered.{{ column }}
        when numbered.is_orphan then 0
        else followed.taken_back_{{ column }} - numbered.sale_{{ column }}
    end as decimal({{ digits }}))
{%- endmacro %}

{% macro taken_back_so_far(column, digits) -%}
    cast(case
        when {{ is_excess_return() }} then followed.taken_back_{{ column }}
        else followed.taken_back_{{ column }} - ({{ amount_taken_back(column, digits) }})
    end as decimal({{ digits }}))
{%- endmacro %}

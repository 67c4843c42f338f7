{# The conditions of plans, which the compiler has written as SQL over the aliases joined here. #}

{# Every condition: filter_number, filter_sql, tables. #}
{% macro plan_filters() -%}
    {%- set relation = source('plan', 'plan_filter') -%}
    {%- if execute -%}
        {{ return(run_query('select filter_number, filter_sql, tables from ' ~ relation ~ ' order by filter_number').rows) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}

{# The conditions that say whom a plan version is for, over the alias `participant`. #}
{% macro plan_conditions_on_participants() -%}
    {%- set relation = source('plan', 'plan_who') -%}
    {%- if execute -%}
        {{ return(run_query(
            'select plan_id, valid_from, valid_to, filter_sql from ' ~ relation ~ ' order by plan_id, plan_version'
        ).rows) }}
    {%- endif -%}
    {{ return([]) }}
{%- endmacro %}

{# Joins to `credit` what the conditions ask of: the document of the sale, all lines of its order together, and
   masters as they were on the day of the order. Nothing where no plan has conditions. Only touched orders are added
   up where the credits are of those. #}
{% macro tables_of_conditions(filters, of_touched_orders=false) -%}
    {#- Named whether they are needed or not, since dbt wants to know what a model may read. -#}
    {%- set relations = {
        'document': ref('int_sales__document'), 'product': ref('stg_product'), 'channel': ref('stg_channel'),
        'participant': ref('stg_participant'), 'split': ref('int_commission__split_rule'),
    } -%}
    {%- set needed = (filters | map(attribute='tables') | join(' ')).split() -%}
    {%- if 'document' in needed %}
    left join {{ relations.document }} as document
        on credit.document_id = document.document_id
    {%- endif %}
    {%- if 'whole_order' in needed %}
    left join (
        select
            root_order_id,
            sum(net_units) as net_units,
            -- Without the cost of one line there is no margin of the order.
            case when count(*) = count(margin_units) then sum(margin_units) end as margin_units,
            sum(quantity) as quantity,
            sum(discount_amount) as discount_amount
        from {{ relations.document }}
        where
            document_type = 'sale'
            {%- if of_touched_orders %}
            and root_order_id in (select touched.root_order_id from {{ ref('int_sales__touched_order') }} as touched)
            {%- endif %}
        group by root_order_id
    ) as whole_order
        on credit.root_order_id = whole_order.root_order_id
    {%- endif %}
    {%- if 'product' in needed %}
    left join {{ relations.product }} as product
        on
            document.product_id = product.product_id
            and document.order_date between product.valid_from and product.valid_to
    {%- endif %}
    {%- if 'channel' in needed %}
    left join {{ relations.channel }} as channel
        on
            document.channel_id = channel.channel_id
            and document.order_date between channel.valid_from and channel.valid_to
    {%- endif %}
    {%- if 'participant' in needed %}
    left join {{ relations.participant }} as participant
        on
            credit.participant_id = participant.participant_id
            and document.order_date between participant.valid_from and participant.valid_to
    {%- endif %}
    {%- if 'split' in needed %}
    left join {{ relations.split }} as split
        on
            credit.document_id = split.document_id
            and credit.participant_id = split.participant_id
            and credit.credit_level = 0
    {%- endif %}
{%- endmacro %}

{# Whether the condition of this number holds; number 0 is none. #}
{% macro condition_holds(filters, number) -%}
    {%- if filters | length == 0 -%}
        true
    {%- else -%}
        case {{ number }}
            when 0 then true
            {%- for filter in filters %}
            when {{ filter.filter_number }} then {{ filter.filter_sql }}
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}

{# The number of the curve that terms pick for `credit` on `component`: of each axis that of the first term which
   holds, added up; 0, the component's own curve, where none does. #}
{% macro curve_of_terms(filters) -%}
    {%- set relation = source('plan', 'plan_term') -%}
    {%- set terms = run_query(
        'select component_key, axis_number, term_number, filter_number, valid_from, valid_to from ' ~ relation
        ~ ' order by component_key, axis_number, term_number'
    ).rows if execute else [] -%}
    {%- set holds = {} -%}
    {%- for filter in filters -%}
        {%- do holds.update({filter.filter_number: filter.filter_sql}) -%}
    {%- endfor -%}
    {%- set axes = terms | map(attribute='axis_number') | unique | sort -%}
    {%- if terms | length == 0 -%}
        0
    {%- endif -%}
    {%- for axis in axes %}
        case
            {%- for term in terms if term.axis_number == axis %}
            when
                component.component_key = '{{ term.component_key }}'
                and credit.event_date between cast('{{ term.valid_from }}' as date) and cast('{{ term.valid_to }}' as date)
                {%- if term.filter_number != 0 %}
                and ({{ holds[term.filter_number] }})
                {%- endif %}
                then {{ term.term_number }}
            {%- endfor %}
            else 0
        end
        {{ '+' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

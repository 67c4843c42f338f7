{{ config(materialized='ephemeral') }}

{# S7. What components that others are less of pay line by line: a sale taken back in a later window gives back its own
   cents, in proportion to what has come back, rounded as a running total per sale. `returned_minor` is what the
   lines that take a sale back have given back up to this one, less than zero. #}

with

line as (
    select * from {{ ref('int_commission__house_line') }}
),

returned as (
    select
        line.*,
        event.taken_back_basis,
        case
            when line.has_cents_of_sale
                then
                    -(
                        {{ proportion('sale.walked_minor', 'event.taken_back_basis', 'event.sale_basis') }}
                        - {{ proportion(
                            'sale.walked_minor', '(event.taken_back_basis + event.basis)', 'event.sale_basis'
                        ) }}
                    )
            else line.walked_minor
        end as amount_minor
    from line
    left join line as sale
        on
            line.original_event_number = sale.event_number
            and line.original_window_number = sale.window_number
            and line.credit_level = sale.credit_level
    inner join {{ ref('int_commission__sale_event') }} as event
        on line.event_number = event.event_number
    where line.is_taking_back
),

final as (
    select
        {%- for column in walked_columns() if column != 'is_reversal' %}
            {{ column }},
        {%- endfor %}
        participant_id,
        component_key,
        'sale' as line_kind,
        walked_minor as amount_minor,
        cast(null as bigint) as returned_minor
    from line
    where not is_taking_back
    union all
    select
        {%- for column in walked_columns() if column != 'is_reversal' %}
            {{ column }},
        {%- endfor %}
        participant_id,
        component_key,
        case when has_cents_of_sale then 'reversal' else 'sale' end as line_kind,
        amount_minor,
        cast(sum(amount_minor) over (
            partition by original_event_number, participant_id, original_window_number, credit_level
            order by taken_back_basis, event_number
            rows between unbounded preceding and current row
        ) as bigint) as returned_minor
    from returned
)

select * from final

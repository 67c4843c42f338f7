{# S9. What is due now of each line: all of it, until release on cash or events is calculated. #}

with

final as (
    select
        commission_line_id,
        window_start,
        participant_id,
        component_key,
        pay_period_start,
        line_kind,
        document_type,
        'earned' as release_trigger,
        amount_minor as released_minor,
        cast(0 as bigint) as held_minor
    from {{ ref('int_commission__commission_line') }}
)

select * from final

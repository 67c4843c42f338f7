{% set target_hours = var('complaint_target_hours') %}

with

complaint as (
    select
        complaint_id,
        customer_id,
        product_id,
        cause,
        outcome,
        owner_participant_id,
        opened_at,
        resolved_at,
        {{ local_date('opened_at') }} as opened_date,
        {{ local_date('resolved_at') }} as resolved_date,
        {{ local_date(dbt.dateadd('hour', target_hours, 'opened_at')) }} as due_date,
        -- Resolved before it was opened: one of the two times is wrong.
        case
            when resolved_at >= opened_at
                then cast({{ dbt.datediff('opened_at', 'resolved_at', 'second') }} as bigint)
        end as seconds_to_resolve
    from {{ ref('stg_complaint') }}
),

final as (
    select
        complaint.*,
        complaint.resolved_at is null as is_open,
        case
            when complaint.seconds_to_resolve is not null
                then complaint.seconds_to_resolve <= 3600 * {{ target_hours }}
            when complaint.resolved_at is null and complaint.due_date < parameter.as_of_date then false
        end as is_within_target
    from complaint
    cross join {{ source('run', 'parameter') }} as parameter
)

select * from final

with

final as (
    select
        participant_id,
        name,
        role,
        manager_id,
        team,
        territory_id,
        hire_date,
        leave_date,
        payroll_id,
        target_incentive_amount,
        currency,
        legal_entity,
        cost_centre,
        valid_from,
        valid_to,
        is_current
    from {{ ref('stg_participant') }}
)

select * from final

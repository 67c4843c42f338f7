{# When each participant is on a component: assigned to its plan while the version holds, hired, and not left.
   Whether someone has left is a fact that is learnt later, so the newest record of the participant counts. #}

with

component as (
    select * from {{ ref('int_commission__component') }}
),

assignment as (
    select * from {{ ref('int_commission__assignment') }}
),

participant as (
    select
        participant_id,
        coalesce(hire_date, cast('1900-01-01' as date)) as hire_date,
        coalesce(leave_date, cast('9999-12-31' as date)) as leave_date
    from {{ ref('stg_participant') }}
    where is_current
),

employed as (
    select
        assignment.participant_id,
        assignment.participant_number,
        assignment.plan_id,
        greatest(assignment.valid_from, coalesce(participant.hire_date, assignment.valid_from)) as employed_from,
        least(assignment.valid_to, coalesce(participant.leave_date, assignment.valid_to)) as employed_to
    from assignment
    left join participant
        on assignment.participant_id = participant.participant_id
),

final as (
    select
        employed.participant_id,
        employed.participant_number,
        component.component_key,
        component.component_number,
        greatest(employed.employed_from, component.version_from) as active_from,
        least(employed.employed_to, component.version_to) as active_to,
        min(employed.employed_from) over (partition by employed.participant_id, employed.plan_id) as started_on
    from employed
    inner join component
        on employed.plan_id = component.plan_id
    where
        employed.employed_from <= component.version_to
        and employed.employed_to >= component.version_from
        and employed.employed_from <= employed.employed_to
)

select * from final

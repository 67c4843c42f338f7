{{ master_versions(
    feed='participant',
    key=['participant_id'],
    columns=[
        'participant_id',
        'name',
        'role',
        'manager_id',
        'team',
        'territory_id',
        'hire_date',
        'leave_date',
        'payroll_id',
        'target_incentive_amount',
        'currency',
        'legal_entity',
        'cost_centre',
    ]
) }}

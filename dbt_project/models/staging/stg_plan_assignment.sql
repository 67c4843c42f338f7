{{ latest_version(
    feed='plan_assignment',
    key=['participant_id', 'plan_id', 'valid_from'],
    columns=[
        'participant_id',
        'plan_id',
        'valid_from',
        'valid_to',
    ]
) }}

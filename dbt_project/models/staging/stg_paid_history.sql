{{ latest_version(
    feed='paid_history',
    key=['participant_id', 'period'],
    columns=[
        'participant_id',
        'period',
        'component_id',
        'amount',
    ]
) }}

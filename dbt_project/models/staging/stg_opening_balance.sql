{{ latest_version(
    feed='opening_balance',
    key=['participant_id', 'component_id', 'balance', 'as_of'],
    columns=[
        'participant_id',
        'component_id',
        'balance',
        'as_of',
        'amount',
    ]
) }}

{{ latest_version(
    feed='draw_amount',
    key=['participant_id', 'period'],
    columns=[
        'participant_id',
        'period',
        'amount',
    ]
) }}

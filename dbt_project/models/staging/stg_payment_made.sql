{{ latest_version(
    feed='payment_made',
    key=['participant_id', 'period'],
    columns=[
        'participant_id',
        'period',
        'amount',
        'paid_date',
    ]
) }}

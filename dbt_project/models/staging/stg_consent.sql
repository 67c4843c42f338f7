{{ latest_version(
    feed='consent',
    key=['customer_id', 'purpose', 'given_at'],
    columns=[
        'customer_id',
        'purpose',
        'given_at',
        'is_given',
    ]
) }}

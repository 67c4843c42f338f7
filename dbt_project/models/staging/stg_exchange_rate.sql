{{ latest_version(
    feed='exchange_rate',
    key=['from_currency', 'to_currency', 'day'],
    columns=[
        'from_currency',
        'to_currency',
        'day',
        'rate',
        'valid_from',
    ]
) }}

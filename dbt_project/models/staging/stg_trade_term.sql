{{ latest_version(
    feed='trade_term',
    key=['channel_id', 'term', 'valid_from'],
    columns=[
        'channel_id',
        'term',
        'basis',
        'rate',
        'amount',
        'valid_from',
        'valid_to',
    ]
) }}

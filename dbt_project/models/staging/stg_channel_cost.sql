{{ latest_version(
    feed='channel_cost',
    key=['channel_id', 'month', 'kind'],
    columns=[
        'channel_id',
        'month',
        'kind',
        'amount',
    ]
) }}

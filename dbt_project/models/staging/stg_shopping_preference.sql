{{ latest_version(
    feed='shopping_preference',
    key=['response_id', 'channel_type'],
    columns=[
        'response_id',
        'customer_id',
        'segment',
        'territory_id',
        'channel_type',
        'rank',
        'share',
        'asked_date',
    ]
) }}

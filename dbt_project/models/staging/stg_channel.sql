{{ master_versions(
    feed='channel',
    key=['channel_id'],
    columns=[
        'channel_id',
        'name',
        'type',
        'parent_channel_id',
        'territory_id',
        'payment_terms_days',
    ]
) }}

{{ master_versions(
    feed='customer',
    key=['customer_id'],
    columns=[
        'customer_id',
        'name',
        'segment',
        'territory_id',
        'channel_id',
        'owner_participant_id',
        'since',
        'email',
        'phone',
    ]
) }}

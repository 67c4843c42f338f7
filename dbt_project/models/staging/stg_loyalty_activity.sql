{{ latest_version(
    feed='loyalty_activity',
    key=['activity_id'],
    columns=[
        'activity_id',
        'customer_id',
        'programme',
        'tier',
        'kind',
        'points',
        'point_value_amount',
        'happened_at',
    ]
) }}

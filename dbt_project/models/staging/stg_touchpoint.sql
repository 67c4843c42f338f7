{{ latest_version(
    feed='touchpoint',
    key=['touchpoint_id'],
    columns=[
        'touchpoint_id',
        'customer_id',
        'visitor_id',
        'touched_at',
        'campaign_id',
        'medium',
        'vehicle',
        'kind',
    ]
) }}

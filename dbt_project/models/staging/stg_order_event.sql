{{ latest_version(
    feed='order_event',
    key=['order_id', 'event'],
    columns=[
        'order_id',
        'event',
        'event_date',
    ]
) }}

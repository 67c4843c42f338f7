{{ latest_version(
    feed='conversion',
    key=['conversion_id'],
    columns=[
        'conversion_id',
        'customer_id',
        'visitor_id',
        'converted_at',
        'amount',
    ]
) }}

{{ latest_version(
    feed='customer_request',
    key=['request_id'],
    columns=[
        'request_id',
        'customer_id',
        'product_id',
        'wish',
        'theme',
        'text',
        'requested_date',
        'source',
    ]
) }}

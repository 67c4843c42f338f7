{{ latest_version(
    feed='payment',
    key=['payment_id'],
    columns=[
        'payment_id',
        'order_id',
        'payment_date',
        'amount',
        'currency',
    ]
) }}

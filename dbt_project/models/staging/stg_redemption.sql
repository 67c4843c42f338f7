{{ latest_version(
    feed='redemption',
    key=['redemption_id'],
    columns=[
        'redemption_id',
        'promotion_id',
        'order_id',
        'customer_id',
        'redeemed_at',
        'value_amount',
    ]
) }}

{{ latest_version(
    feed='credit_split',
    key=['rule_id', 'participant_id', 'valid_from'],
    columns=[
        'rule_id',
        'order_id',
        'customer_id',
        'product_id',
        'channel_id',
        'territory_id',
        'participant_id',
        'share',
        'pay_share',
        'role',
        'valid_from',
        'valid_to',
    ]
) }}

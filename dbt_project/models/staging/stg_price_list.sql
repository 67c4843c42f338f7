{{ latest_version(
    feed='price_list',
    key=['product_id', 'channel_id', 'valid_from'],
    columns=[
        'product_id',
        'channel_id',
        'price',
        'valid_from',
        'valid_to',
    ]
) }}

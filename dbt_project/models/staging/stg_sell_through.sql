{{ latest_version(
    feed='sell_through',
    key=['channel_id', 'product_id', 'week'],
    columns=[
        'channel_id',
        'product_id',
        'week',
        'quantity',
        'amount',
        'stock_on_hand',
        'shelf_price',
    ]
) }}

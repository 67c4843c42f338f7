{{ master_versions(
    feed='product',
    key=['product_id'],
    columns=[
        'product_id',
        'name',
        'line',
        'category',
        'unit',
        'standard_cost',
        'list_price',
        'launch_date',
        'discontinued_date',
    ]
) }}

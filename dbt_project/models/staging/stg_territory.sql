{{ master_versions(
    feed='territory',
    key=['territory_id'],
    columns=[
        'territory_id',
        'name',
        'parent_territory_id',
    ]
) }}

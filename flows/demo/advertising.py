"""The advertising platform's exports: English CSV with ISO dates, and JSON lines, all UTF-8."""

from __future__ import annotations

from .layouts import Export, JsonLines

EXPORTS = (
    JsonLines(
        "'campaigns_2026-10-31'",
        "campaign",
        "campaign_id",
        {
            "id": "campaign_id",
            "name": "name",
            "objective": "json_object('kind', kind)",
            "schedule": """json_object('start', cast(starts as varchar), 'end',
                cast(ends as varchar))""",
            "budget": "json_object('amount', budget, 'currency', 'IDR')",
            "owner": "json_object('name', owner, 'team', 'Marketing')",
        },
    ),
    Export(
        "'media_spend_' || strftime(day, '%Y-%m')",
        "media_spend",
        "day, number",
        {
            "date": "cast(day as varchar)",
            "campaign_id": "campaign_id",
            "channel": "medium",
            "publisher": "quoted(name)",
            "region": "''",  # all media are national
            "cost": "spend || '.00'",
            "currency": "'IDR'",
            "impressions": "impressions",
            "clicks": "blank(clicks)",
            "reach": "reach",
            "grp": "coalesce(plain(rating_points), '')",
        },
        delimiter=",",
        newline="\n",
    ),
    JsonLines(
        "'touchpoints_' || strftime(day, '%Y-%m')",
        "touchpoint",
        "touchpoint_id",
        {
            "id": "touchpoint_id",
            "ts": "zoned_text(touched_at)",
            "event": "kind",
            "campaign": "json_object('id', campaign_id)",
            "placement": "json_object('medium', medium, 'vehicle', name)",
            "user": """case audience when 'customer' then json_object('customer_id', customer_id)
                else json_object('visitor_id', visitor_id) end""",
        },
    ),
)

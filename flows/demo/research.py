"""What is told to the company: surveys, tickets, prices seen, sell-through, projections.

Each comes from a tool of its own, and is written as that tool likes.
"""

from __future__ import annotations

from .layouts import Export

_CHANNEL_TYPES = ("direct", "own shop", "marketplace", "wholesale", "distributor", "retailer")

# One row an invitation: questions that were not asked or answered are blank.
_SURVEY = Export(
    "'survey_responses_' || quarter_file(day)",
    """(select answer.*, wish.* exclude (response_id), shopping.* exclude (response_id)
        from (select * from answer union all by name select * from silence) as answer
        left join wish using (response_id)
        left join (pivot shopping_share on channel_type using any_value(share)) as shopping
            using (response_id))""",
    "response_id",
    {
        "Response ID": "response_id",
        "Survey": "survey_id",
        "Invited": "moment_text(invited_at)",
        "Submitted": "moment_text(answered_at)",
        "Customer Ref": "customer_id",
        "Segment": "segment",
        "Region": "'W' || team || '0'",
        "Q1 How likely are you to recommend us? (0-10)": "blank(nps)",
        "Q2 How satisfied are you? (1-5)": "blank(csat)",
        "Q3 How easy is it to order? (1-7)": "blank(ces)",
        "Q4 Comment": "quoted(comment)",
        "Q5 May we contact you?": """case when wants_contact then 'Yes'
            when wants_contact is not null then 'No' else '' end""",
        "Q6 Wish": "blank(wish)",
        "Q6 Product": "blank(product_id)",
        "Q6 About": "blank(theme)",
        "Q6 In your words": "quoted(words)",
        **{f"Q7 Share {name} (%)": f'blank("{name}")' for name in _CHANNEL_TYPES},
    },
    delimiter=",",
    newline="\n",
)

# A ticket is exported in the quarter in which it was opened, as it was at its end, and once more in
# the quarter in which it was settled.
_TICKETS = Export(
    "'tickets_' || quarter_file(written)",
    """(select * replace (
            case when quarter_file(resolved_at) = quarter_file(opened) then resolved_at end
                as resolved_at,
            case when quarter_file(resolved_at) = quarter_file(opened) then outcome end as outcome
        ), opened as written
        from complaint
        union all
        select *, resolved_at
        from complaint
        where quarter_file(resolved_at) > quarter_file(opened))""",
    "complaint_id",
    {
        "Ticket": "complaint_id",
        "Customer": "customer_id",
        "SKU": "product_id",
        "Order": "order_id",
        "Reason": "cause",
        "Priority": "severity",
        "Opened": "zoned_text(opened_at)",
        "Closed": "zoned_text(resolved_at)",
        "Resolution": "blank(outcome)",
        "Value at stake": "quoted(format('{:t,}', amount_at_stake) || '.00')",
        "Agent": "owner_id",
    },
    delimiter=",",
    newline="\n",
)

_PRICES_SEEN = Export(
    "'pantauan_harga_' || quarter_file(day)",
    "sighting",
    "sighting_id",
    {
        "No": "sighting_id",
        "Tanggal": "day_text(day)",
        "Pesaing": "competitor",
        "Jenis Toko": """case channel_type when 'own shop' then 'toko sendiri'
            when 'marketplace' then 'lapak' when 'wholesale' then 'grosir'
            when 'distributor' then 'distributor' else 'ritel' end""",
        "Tempat": "place",
        "Wilayah": "territory_id",
        "Barang": "product_id",
        "Harga": "'Rp ' || grouped(price)",
        "Promo": "case when on_promotion then 'ya' else 'tidak' end",
    },
    delimiter="\t",
    ending="tsv",
)

_SELL_THROUGH = Export(
    "'sellout_' || quarter_file(week)",
    "sell_through",
    "week, channel_id, product_id",
    {
        "partner": "channel_id",
        "sku": "product_id",
        "week_start": "cast(week as varchar)",
        "qty": "plain(quantity)",
        "value": "quantity * shelf_price // 10 || '.00'",
        "stock": "plain(stock)",
        "shelf_price": "shelf_price || '.00'",
    },
    delimiter=",",
    newline="\n",
)

_PROJECTIONS = Export(
    "'proyeksi_' || made_on",
    "projection",
    "expert, territory_id, product_id, month",
    {
        "Pakar": "expert",
        "Kode Barang": "product_id",
        "Kode Wilayah": "territory_id",
        "Bulan": "day_text(month)",
        "Perkiraan": "amount(quantity)",
        "Terendah": "amount(low)",
        "Tertinggi": "amount(high)",
        "Dibuat": "day_text(made_on)",
    },
)

EXPORTS = (_SURVEY, _TICKETS, _PRICES_SEEN, _SELL_THROUGH, _PROJECTIONS)

"""The SQL of a source reads texts by the source's locale, and maps codes by a list of its own."""

from __future__ import annotations

import pytest

from .conftest import HEADER, SALES, Company, line

PACKED = SALES.replace(
    '"Netto" as net_amount',
    "niaga_money(split_part(\"Catatan\", '/', 1)) - niaga_money(split_part(\"Catatan\", '/', 2))"
    " as net_amount,\n        niaga_date(split_part(\"Catatan\", '/@', 2)) as ship_date",
)


def test_parts_of_a_text_are_read_by_the_locale(bare_company: Company) -> None:
    bare_company.source(PACKED)
    bare_company.land(
        "penjualan_2026-01.csv", HEADER + line(1, Catatan="Rp 1.234.567,89/34.567,80/@31/12/2026")
    )
    outcome = bare_company.ingest_one()
    assert (outcome.status, outcome.reason) == ("loaded", None)
    # 1,234,567.89 less 34,567.80
    assert bare_company.lake("net_amount::varchar, ship_date::varchar") == [
        ("1200000.090000", "2026-12-31")
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("1,234.50/0/@31/12/2026", 'niaga_money: 1,234.50 is no number (decimals after ","'),
        ("1,001/0/@31/12/2026", "niaga_money: 1,001 has more than 2 decimals"),
        ("1/0/@12/31/2026", "niaga_date: 12/31/2026 is no date after 1900-01-01 in the form"),
    ],
)
def test_a_text_that_does_not_fit_is_never_a_silent_null(
    bare_company: Company, cell: str, reason: str
) -> None:
    bare_company.source(PACKED)
    good = [line(number, Catatan="5/1/@01/12/2026") for number in range(1, 41)]
    bad = [line(41, Catatan=cell), line(42, Catatan="none/1/@")]
    bare_company.land("penjualan_2026-01.csv", HEADER + "".join([*good, *bad]))
    outcome = bare_company.ingest_one()
    assert outcome.status == "rejected"
    assert reason in str(outcome.reason)
    # The first record that fails is named, and shown where the file lies.
    assert "the SQL of feed sales_line fails on record 41: " in str(outcome.reason)
    (told,) = bare_company.workspace.rejected.glob("*.reason.txt")
    assert "row 41: " in told.read_text()
    assert cell in told.read_text()


def test_a_failure_inside_of_a_nested_value_names_its_record(bare_company: Company) -> None:
    bare_company.source(
        """\
        source: people
        exports: {people: {file: "*.jsonl", format: {type: json_lines}}}
        feeds:
          territory: select _row_number, "user" ->> 'id' as territory_id, id as name from people
        """
    )
    good = '{"id": "a", "user": {"id": 1}}\n'
    bare_company.land("people.jsonl", good * 5 + '{"id": "b", "user": "{1"}\n' + good)
    reason = str(bare_company.ingest_one().reason)
    assert "the SQL of feed territory fails on record 6: " in reason
    assert "Malformed JSON" in reason


def test_a_select_that_fails_on_no_single_record_is_told_as_it_fails(
    bare_company: Company,
) -> None:
    bare_company.source(
        SALES.replace('"Netto" as', "if(count(*) over () > 2, error('too many'), \"Netto\") as")
    )
    bare_company.land("penjualan_2026-01.csv", HEADER + "".join(map(line, range(1, 5))))
    reason = str(bare_company.ingest_one().reason)
    assert "too many" in reason
    assert "record 4" not in reason


def test_an_empty_text_is_null_and_a_row_that_is_left_out_does_no_harm(
    bare_company: Company,
) -> None:
    bare_company.source(PACKED.replace("{decimal", '{null: ["-"], decimal'))
    content = HEADER + line(1, Catatan="5/1/@") + line(2, Catatan="5/1/@-")
    content += line(3, Jenis="DRAFT", Catatan="much/more/@later")
    bare_company.land("penjualan_2026-01.csv", content)
    bare_company.ingest()
    assert bare_company.lake("net_amount::integer, ship_date") == [(4, None), (4, None)]


def test_every_type_has_its_function(bare_company: Company) -> None:
    bare_company.source(
        SALES.replace(
            '"Catatan" as remark',
            "niaga_integer('7') as i, niaga_quantity('1,5') as q, niaga_rate('0,25') as r,"
            " niaga_boolean('yes') as b, niaga_timestamp('2026-01-02 03:04:05') as t",
        )
    )
    bare_company.land("penjualan_2026-01.csv", HEADER + line(1))
    bare_company.ingest()
    found = bare_company.lake("i::varchar, q::varchar, r::varchar, b::varchar, t::varchar")
    assert found == [("7", "1.500000", "0.250000000", "true", "2026-01-02 03:04:05")]


def test_codes_are_mapped_by_a_list_of_values(bare_company: Company) -> None:
    bare_company.source(
        SALES.replace("from lines\n", "from lines\n    left join (values ('P1', 'TEH-01'), "
                      "('P2', 'KOPI-01')) as code (theirs, ours) on \"Barang\" = theirs\n")
        .replace('"Barang" as product_id', 'ours as product_id')
        + "reject_above: 50%\n"
    )  # fmt: skip
    content = HEADER + line(1) + line(2, Barang="P2") + line(3, Barang="P3")
    bare_company.land("penjualan_2026-01.csv", content)
    bare_company.ingest()
    assert bare_company.lake("order_id, product_id") == [("F1", "TEH-01"), ("F2", "KOPI-01")]
    # A code that the list lacks is told, and not loaded under no product.
    held = bare_company.quarantine("row_number, column_name, reason")
    assert held == [(3, "product_id", "is missing")]

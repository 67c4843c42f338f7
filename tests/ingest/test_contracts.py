"""The contracts are complete and agree with their reference page."""

from __future__ import annotations

from pathlib import Path

from niaga.ingest.contracts import CONTRACTS_FOLDER, contracts
from niaga.ingest.reference import PAGE, feeds_page

from .conftest import Company

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / PAGE


def test_reference_page_is_current() -> None:
    written = REFERENCE.read_text(encoding="utf-8")
    assert written == feeds_page(), "run: python -m niaga.ingest.reference docs/reference"


def test_every_contract_is_named_after_its_file() -> None:
    assert {path.stem for path in CONTRACTS_FOLDER.glob("*.yml")} == set(contracts())
    assert len(contracts()) == 46


def test_every_column_says_what_it_is() -> None:
    for contract in contracts().values():
        for column in contract.columns:
            assert column.description.endswith("."), (contract.feed, column.name)
            if column.type == "money":
                assert "currency" in column.description or "`unit`" in column.description, (
                    contract.feed,
                    column.name,
                )


def test_every_master_takes_a_date_from_which_it_holds() -> None:
    masters = [contract for contract in contracts().values() if contract.is_master]
    assert len(masters) == 10
    for contract in masters:
        assert "valid_from" in [column.name for column in contract.columns], contract.feed


def test_sales_line_has_the_key_and_types_that_marts_build_on() -> None:
    contract = contracts()["sales_line"]
    assert contract.key == ("order_id", "line_number", "document_type")
    assert contract.required == (
        *contract.key,
        "order_date",
        "product_id",
        "quantity",
        "net_amount",
    )
    types = {column.name: column.duckdb_type for column in contract.columns}
    assert types["net_amount"] == "DECIMAL(24,6)"
    assert types["quantity"] == "DECIMAL(18,6)"
    assert types["line_number"] == "BIGINT"


def test_a_date_that_is_left_out_is_the_business_date_where_the_contract_says_so(
    bare_company: Company,
) -> None:
    bare_company.source("""\
        source: experts
        exports: {rows: {file: "projections_{date:%Y-%m-%d}.csv"}}
        feeds:
          expert_projection: |
            select _row_number, 'Ani' as expert, 'P1' as product_id, 'W1' as territory_id,
                '2026-04-01' as month, quantity, made as made_date
            from rows
        """)
    bare_company.land("projections_2026-03-15.csv", "quantity,made\n10,2026-03-02\n20,\n")
    bare_company.ingest()
    made = bare_company.lake("quantity::integer, made_date::varchar", "expert_projection")
    assert made == [(10, "2026-03-02"), (20, "2026-03-15")]


def test_a_trade_term_that_would_be_calculated_wrong_is_held_back(bare_company: Company) -> None:
    bare_company.source("""\
        source: terms
        reject_above: 100%
        exports: {rows: {file: "terms_{date:%Y-%m-%d}.csv"}}
        feeds:
          trade_term: |
            select _row_number, 'C1' as channel_id, term, basis, rate, amount,
                '2026-01-01' as valid_from
            from rows
        """)
    bare_company.land(
        "terms_2026-03-15.csv",
        "term,basis,rate,amount\n"
        "rebate,net_amount,0.05,\nfreight,list_amount,0.02,\nbonus,,0.01,\n"
        "rent,month,,100\nlisting fee,year,,1200\n",
    )
    bare_company.ingest()
    assert bare_company.lake("term", "trade_term") == [("bonus",), ("rebate",), ("rent",)]
    held = bare_company.quarantine("row_number, column_name, value, left(reason, 32)")
    assert held == [
        (2, "basis", "list_amount", "is no basis of a rate that is ca"),
        (5, "basis", "year", "is no basis of an amount that is"),
    ]

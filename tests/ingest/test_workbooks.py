"""Several sources take one workbook, each a sheet: what one refuses the others still get."""

from __future__ import annotations

import pytest
from niaga.errors import ConfigurationError

from .conftest import Company
from .workbooks import Sheet, write_workbook

SOURCE = """\
source: {name}
exports:
  rows:
    file: "crm_{{date:%Y-%m-%d}}.xlsx"
    format: {{type: excel, sheet: {sheet}}}
reject_above: 40%
feeds:
  {feed}: select _row_number, "Kode" as {feed}_id, "Nama" as name, {more} from rows
"""
PRODUCTS: Sheet = [["Kode", "Nama", "Harga"], ["P1", "Teh", 1500], ["P2", "Kopi", 2500.5]]
PLACES: Sheet = [["Kode", "Nama"], ["W1", "Jakarta"]]


@pytest.fixture
def crm(bare_company: Company) -> Company:
    """A company whose CRM writes products and territories into one workbook."""
    company = bare_company
    company.source(
        SOURCE.format(name="products", sheet="Barang", feed="product", more='"Harga" as list_price')
    )
    company.source(
        SOURCE.format(name="places", sheet="Wilayah", feed="territory", more="null as valid_from")
    )
    return company


def land(company: Company, products: Sheet = PRODUCTS, places: Sheet = PLACES) -> None:
    path = company.workspace.landing / "crm_2026-02-28.xlsx"
    write_workbook(path, {"Barang": products, "Wilayah": places})


def loaded(company: Company) -> tuple[list[str], list[str]]:
    products = company.lake("product_id || ' ' || cast(list_price as varchar)", "product")
    places = company.lake("territory_id", "territory")
    return [text for (text,) in products], [text for (text,) in places]


def test_each_source_gets_its_sheet(crm: Company) -> None:
    land(crm)
    report = crm.ingest()
    assert [(export.source, export.status) for export in report.outcomes] == [
        ("places", "loaded"),
        ("products", "loaded"),
    ]
    assert loaded(crm) == (["P1 1500.000000", "P2 2500.500000"], ["W1"])
    assert not list(crm.workspace.landing.iterdir())
    ids = {row[0] for feed in ("product", "territory") for row in crm.lake("_export_id", feed)}
    assert {id_.split("@", 1)[1] for id_ in ids} == {"2026-02-28@Barang", "2026-02-28@Wilayah"}


def test_what_one_source_refuses_the_other_still_gets_and_a_mended_file_ends_it(
    crm: Company,
) -> None:
    land(crm, products=[["Kode", "Nama"], ["P1", "Teh"]])
    crm.ingest()
    assert loaded(crm) == ([], ["W1"])
    reason = crm.reason("crm_2026-02-28.xlsx")
    assert "source products, part rows" in reason
    assert 'the column "Harga"' in reason
    assert "places" not in reason

    land(crm)
    crm.ingest()
    assert loaded(crm) == (["P1 1500.000000", "P2 2500.500000"], ["W1", "W1"])
    assert not list(crm.workspace.rejected.iterdir())


def test_a_mended_source_takes_the_same_file_and_the_other_knows_it(crm: Company) -> None:
    source = crm.workspace.sources_folder / "products.yml"
    right = source.read_text()
    source.write_text(right.replace('"Harga"', '"Price"'))
    land(crm)
    crm.ingest()
    source.write_text(right)
    rejected = crm.workspace.rejected / "crm_2026-02-28.xlsx"
    rejected.rename(crm.workspace.landing / rejected.name)
    statuses = {export.source: export.status for export in crm.ingest().outcomes}
    assert statuses == {"places": "known", "products": "loaded"}
    assert loaded(crm) == (["P1 1500.000000", "P2 2500.500000"], ["W1"])
    assert not rejected.exists()


def test_both_reasons_stand_beside_a_file_that_two_sources_refuse(crm: Company) -> None:
    land(crm, products=[["a"], [1]], places=[["b"], [1]])
    crm.ingest()
    reason = crm.reason("crm_2026-02-28.xlsx")
    assert "source products" in reason
    assert "source places" in reason


def test_two_sources_of_one_sheet_are_refused(crm: Company) -> None:
    places = crm.workspace.sources_folder / "places.yml"
    places.write_text(places.read_text().replace("Wilayah", "Barang"))
    land(crm)
    with pytest.raises(ConfigurationError, match="let each read another sheet of the workbook"):
        crm.ingest()
    assert list(crm.workspace.landing.iterdir())

from __future__ import annotations

import shutil
from pathlib import Path

from .conftest import night
from .marts import assert_equal, content


def test_a_second_night_posts_nothing_and_publishes_the_same(company: Path, clean: Path) -> None:
    first = night(company)
    second = night(company)

    assert first.work.posted > 0
    assert second.work.posted == 0
    assert second.work.built is not None
    assert not second.work.built.is_full
    assert_equal(content(company), content(clean))


def test_another_order_and_batching_of_the_exports_gives_the_same_marts(
    company: Path, clean: Path
) -> None:
    later = company / "later"
    shutil.move(company / "landing", later)
    (company / "landing").mkdir()
    files = sorted(later.iterdir(), reverse=True)
    sales = [file for file in files if file.name.startswith("penjualan")]
    # Sales before the people who sold, then all masters, then the sales in between.
    batches = [sales[:3], [file for file in files if file not in sales], sales[3:11], sales[11:]]

    is_full = []
    for batch in batches:
        for file in batch:
            shutil.move(file, company / "landing")
        built = night(company).work.built
        assert built is not None
        is_full.append(built.is_full)

    assert is_full == [True, True, False, False]
    assert_equal(content(company), content(clean))

"""What a run imports: a process that has imported this module has nothing more to wait for."""

# ruff: noqa: F401, E402 - for their own sake

import sys

# DuckDB takes a process whose main module has no file for a notebook, and draws bars into the log.
sys.modules["__main__"].__dict__.setdefault("__file__", __file__)

import dbt.adapters.duckdb.impl
import dbt.cli.main
import duckdb
import great_expectations
import pandas
import prefect.flow_engine
import pyarrow.parquet

from ..commission import ledger
from ..ingest import flow as ingest_flow
from ..ingest import stage as ingest_stage
from ..operate import commands, nightly
from ..publish import stage as publish_stage
from ..refresh import flow as refresh_flow
from ..refresh import gates
from ..refresh import stage as refresh_stage
from . import passing, warm

"""The dbt project, carried by the wheel as data."""

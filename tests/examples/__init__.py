"""The example workspaces in docs/examples."""

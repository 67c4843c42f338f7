"""From plan files and credits to postings."""

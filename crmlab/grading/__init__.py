"""Grading customers (客户分级)."""

"""Workbooks that people sort, filter and print, written as a stream."""

"""The workshop input pack: a workbook made for tables, streamed from the submitted answers."""

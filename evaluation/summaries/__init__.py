"""Sums by month, line and site: what dashboards show without reading the rows behind it (DESIGN.md §3).

The definitions of the figures live in the rooms; :mod:`counting` only groups them. :mod:`changes` reads from the
journal which months changed, :mod:`keeping` counts these anew and writes what differs.
"""

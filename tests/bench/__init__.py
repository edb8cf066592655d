"""The benchmark: `make bench` prints a table and writes `bench/results.json`.

It measures, it never judges: the bars of the issue stand beside the figures, and no test asserts a time. The bases are
the synthetic département (seed 34) at 600 and at 45,000 people, on SQLite and, when it answers, on PostgreSQL; they are
built once into the ignored folder `bench/`. Options: `python -m tests.bench --help`.

One file per subject, each with `SUJETS`, a list of functions that take a `Banc` and yield `Mesure`s:

- `ecrans.py`: server time and queries of the screens;
- `alertes.py`: the counts of alerts, each alone and the favourites together;
- `extensions.py`: the price of the plugin layer;
- `pilotage.py`: the home of pilotage and a compilation;
- `echanges.py`: the import of a partner's file (lines a second, megabytes), on an empty base of its own.
"""

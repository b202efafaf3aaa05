"""Bytes as they come → files, tables, texts and plain data, or a SourceError that says where they are broken.

files.py        the files of a source, in whatever they lie; pictures and texts in folders named as their classes
tables.py       a .csv, .tsv or .parquet → a table            delimited.py    its records, cell by cell
compressed.py   .gz, .bz2, .xz, unpacked within bounds        decoding.py     bytes of a text → text
unpickling.py   a pickle as data, nothing of it run           pickled.py      what its names stand for
"""

"""The « reprise »: a spreadsheet of a former software, its columns matched, tried dry, carried out line by line."""

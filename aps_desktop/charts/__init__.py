"""Charts: data in, matplotlib Figure out, with the places that can be pointed at.

Imported by the drawing process and the command line only: the window never loads matplotlib.
"""

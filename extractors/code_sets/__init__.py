"""The code systems: the form that a code of each has."""

"""Tests of the conductor: `python3 -m pytest chaos/tests -c chaos/pytest.ini`."""

"""The ground of the house: what every room stands on, and which knows no room."""

"""Pages that see every floor: home, my learning, help, health."""

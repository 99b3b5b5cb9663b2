"""Where things are kept: ports in `ports` and `records`, and the adapters that do IO."""

"""Settings, urls and plugs: the only place that knows all packages."""

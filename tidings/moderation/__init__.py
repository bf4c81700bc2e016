"""May it go: requests to approve a sendout, and who decided. `sendouts` knows what exactly is approved."""

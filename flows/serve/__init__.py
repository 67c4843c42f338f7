"""niaga that runs itself: events, a watcher, the nights, and what holds them together."""

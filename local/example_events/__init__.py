"""The files of `events/`: an example of the event that each function gets, by what sends it."""

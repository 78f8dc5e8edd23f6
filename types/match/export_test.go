package match

// Lower is lower, for the tests of versions.
func Lower(a, b string) bool { return lower(a, b) }

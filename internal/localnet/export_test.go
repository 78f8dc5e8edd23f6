package localnet

// SpawnShown is how a network starts a node; the test decides whether its process
// is seen.
var SpawnShown = spawnShown

package cmd

// Explain is what Main prints about an error.
var Explain = explain

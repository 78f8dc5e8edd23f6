// Package store keeps the tables of the read model in SQLite or PostgreSQL: opening,
// migrations, and writing rows. What the rows mean is decided in index/feed, what they are
// asked in index/query.
package store

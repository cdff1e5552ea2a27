// Package sample is the CSV warehouse that planwatch's default runs on: one
// file for each table of the reporting schema.
package sample

import "embed"

//go:generate go run ./generate -plan ../config/norrbotten/plan -out .

// Files are the tables, each named for its table with .csv after it.
//
//go:embed *.csv
var Files embed.FS

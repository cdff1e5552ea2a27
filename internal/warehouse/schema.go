package warehouse

import _ "embed"

// Schema is the reporting schema: the CREATE TABLE statements of the tables
// that the shipped queries read.
//
//go:embed schema.sql
var Schema string

// schemaFile names Schema in errors.
const schemaFile = "schema.sql"

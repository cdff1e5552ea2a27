package config

//go:generate go run ./schemas -root .. -out docs/schema
//go:generate go run ./coverage -root ..

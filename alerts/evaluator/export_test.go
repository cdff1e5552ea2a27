package evaluator

// Directory is where the storage is.
func (s *Storage) Directory() string { return s.directory.Path() }

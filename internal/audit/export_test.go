package audit

// OpenAt is Open with a clock of its own.
var OpenAt = open

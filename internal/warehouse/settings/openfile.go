package settings

import (
	"fmt"
	"io/fs"
	"os"
)

// readableByEveryone are the bits of a file's mode by which users beside its
// owner and group read it.
const readableByEveryone fs.FileMode = 0o004

// OpenSecret is a file that holds a secret and that everyone on the machine can
// read.
type OpenSecret struct {
	// Key is the key that names the file.
	Key  string
	Path string
	Mode fs.FileMode
}

func (o OpenSecret) String() string {
	return fmt.Sprintf("%s: everyone can read %s (mode %04o); chmod o= it", o.Key, HideUser(o.Path), o.Mode)
}

// OpenSecrets gives the entry's files with a secret that everyone can read.
func (c Config) OpenSecrets() []OpenSecret {
	return OpenSecrets(SecretFile{"password_file", c.PasswordFile}, SecretFile{"dsn_file", c.DSNFile}, SecretFile{"tls.key_file", c.TLS.KeyFile})
}

// SecretFile is a file that holds a secret, and the key that names it. Without
// a path there is none.
type SecretFile struct{ Key, Path string }

// OpenSecrets gives those of the files that everyone can read. A file that
// cannot be looked at is none: to open it is an error of its own.
func OpenSecrets(files ...SecretFile) []OpenSecret {
	var found []OpenSecret
	for _, file := range files {
		if file.Path == "" {
			continue
		}
		info, err := os.Stat(file.Path)
		if err == nil && info.Mode()&readableByEveryone != 0 {
			found = append(found, OpenSecret{file.Key, file.Path, info.Mode().Perm()})
		}
	}
	return found
}

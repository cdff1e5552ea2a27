package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"

	"planwatch/config"
	"planwatch/internal/comment"
)

// persons tells who a request is from: a user of the web configuration, or whom
// a reverse proxy names.
type persons struct {
	configFile string
	// header is where a proxy names the person, or "", and proxies are where its
	// connections come from.
	header  string
	proxies []netip.Prefix
	// hashing is held while a password is held against its hash, which takes long
	// on purpose: one at a time is all that strangers may cause.
	hashing sync.Mutex
}

func newPersons(settings config.Web) *persons {
	return &persons{
		configFile: settings.ConfigFile,
		header:     http.CanonicalHeaderKey(settings.TrustedHeader.Name), proxies: settings.TrustedHeader.Prefixes(),
	}
}

// refusal is why somebody may not write. No part of a request is in it.
type refusal struct {
	status int
	why    string
}

func forbidden(why string) *refusal { return &refusal{http.StatusForbidden, why} }

// signIn is the refusal of one who could sign in with a password.
func signIn(why string) *refusal { return &refusal{http.StatusUnauthorized, why} }

// writer proves who a request that writes is from, or refuses it. Whom a proxy
// names is so only at origin: the page of a site whose name leads to planwatch's
// address (DNS rebinding) could send the header from a browser on the proxy's
// machine.
func (p *persons) writer(r *http.Request, origin string) (string, *refusal) {
	named, refused := p.named(r)
	if refused != nil {
		return "", refused
	}
	if named != "" && (origin == "" || !strings.EqualFold(r.Header.Get("Origin"), origin)) {
		return "", forbidden("the proxy names a person, and the page is not at the external URL, where people reach planwatch")
	}
	user, password, hasUser := r.BasicAuth()
	if named != "" && hasUser && user != named {
		return "", forbidden("the proxy names one person and the password is another's")
	}
	users, err := p.users()
	switch {
	case err != nil:
		return "", forbidden("the web configuration cannot be read, so no password can be checked")
	case hasUser && len(users) > 0:
		if !p.proven(users, user, password) {
			return "", signIn("wrong user or password")
		}
		return user, checkName(user)
	case named != "":
		return named, nil
	case hasUser:
		return "", forbidden("a user whose password nothing is held against: web.config_file has no users")
	case len(users) > 0:
		return "", signIn("nobody has signed in")
	case p.header != "":
		return "", forbidden("the proxy names nobody")
	}
	return "", forbidden("nobody may write here: web.config_file has no users, and web.trusted_header is not set")
}

// named returns whom a proxy names, or "". The header from anywhere else is
// refused rather than passed over, since it is an attempt.
func (p *persons) named(r *http.Request) (string, *refusal) {
	if p.header == "" {
		return "", nil
	}
	values := r.Header.Values(p.header)
	switch {
	case len(values) == 0:
		return "", nil
	case !p.isProxy(r.RemoteAddr):
		return "", forbidden("web.trusted_header comes from an address that is not one of its proxies")
	case len(values) > 1:
		return "", forbidden("web.trusted_header is there more than once; the proxy must remove the one that it is sent")
	case values[0] == "":
		return "", nil
	}
	return values[0], checkName(values[0])
}

func (p *persons) isProxy(remote string) bool {
	address, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	ip := address.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(p.proxies, func(proxy netip.Prefix) bool { return proxy.Contains(ip) })
}

// checkName refuses a name that could not be shown as one.
func checkName(name string) *refusal {
	switch {
	case name == "":
		return forbidden("a name that is empty")
	case !utf8.ValidString(name) || utf8.RuneCountInString(name) > comment.MaxAuthor:
		return forbidden(fmt.Sprintf("a name that is not UTF-8, or longer than %d characters", comment.MaxAuthor))
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return forbidden("a name with a character that is not shown")
		}
	}
	return nil
}

// users are those of the web configuration as it is now, with their passwords'
// hashes.
func (p *persons) users() (map[string]string, error) {
	c, err := readConfigFile(p.configFile)
	return c.Users, err
}

// nobodys is the hash that the password of an unknown user is held against, so
// that the time does not tell who is a user.
var nobodys = sync.OnceValues(func() ([]byte, error) { return bcrypt.GenerateFromPassword([]byte("nobody"), bcrypt.DefaultCost) })

// proven reports whether the password is the user's.
func (p *persons) proven(users map[string]string, user, password string) bool {
	hash, known := users[user]
	hashed := []byte(hash)
	if !known {
		var err error
		if hashed, err = nobodys(); err != nil {
			return false
		}
	}
	p.hashing.Lock()
	defer p.hashing.Unlock()
	return bcrypt.CompareHashAndPassword(hashed, []byte(password)) == nil && known
}

// viewer is who reads a page, as it is shown to them: nothing is proven by it.
type viewer struct {
	// Name is "" where nobody has signed in.
	Name string
	// Possible is whether anybody may write.
	Possible bool
}

func (p *persons) viewer(r *http.Request) viewer {
	users, err := p.users()
	v := viewer{Possible: err == nil && (len(users) > 0 || p.header != "")}
	if name, refused := p.named(r); refused == nil && name != "" {
		v.Name = name
	} else if user, _, ok := r.BasicAuth(); ok && len(users) > 0 && checkName(user) == nil {
		v.Name = user
	}
	return v
}

// address is where a request's connection comes from, without its port.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

package config

import (
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"slices"

	"planwatch/internal/yamlfile"
)

// TrustedHeader is a header of HTTP requests in which a reverse proxy names the
// person it has signed in.
type TrustedHeader struct {
	// Name of the header, such as X-Forwarded-User. The proxy must remove it from what it is sent.
	Name string `yaml:"name"`
	// Addresses that the proxy connects from, in CIDR notation: 127.0.0.1/32. From any other address, a request with the header is refused.
	Proxies []string `yaml:"proxies"`
}

// headerName is less than HTTP allows: letters, digits and hyphens, since servers
// take other characters for these.
var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,99}$`)

// ofHTTP are headers that say something else than who a request is from.
var ofHTTP = []string{
	"Accept", "Accept-Language", "Authorization", "Connection", "Content-Length", "Content-Type", "Cookie", "Host", "Origin", "Referer",
	"Sec-Fetch-Site", "Transfer-Encoding", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
}

// Prefixes are the proxies' addresses; those that are not valid are left out.
func (h TrustedHeader) Prefixes() []netip.Prefix {
	var prefixes []netip.Prefix
	for _, proxy := range h.Proxies {
		if prefix, err := netip.ParsePrefix(proxy); err == nil {
			prefixes = append(prefixes, prefix)
		}
	}
	return prefixes
}

func (h TrustedHeader) validate(f *yamlfile.Faults) {
	const path = ".web.trusted_header"
	switch {
	case h.Name == "" && len(h.Proxies) == 0:
		return
	case h.Name == "":
		f.Add(path, "web: trusted_header: name: missing; the header in which the proxy names the person, such as X-Forwarded-User")
	case !headerName.MatchString(h.Name):
		f.Add(path+".name", "web: trusted_header: name: %q is not the name of a header such as X-Forwarded-User", h.Name)
	case slices.Contains(ofHTTP, http.CanonicalHeaderKey(h.Name)):
		f.Add(path+".name", "web: trusted_header: name: %q has a meaning of its own in HTTP; give one that the proxy alone sets, such as X-Forwarded-User", h.Name)
	}
	if len(h.Proxies) == 0 {
		f.Add(path, "web: trusted_header: proxies: missing; the addresses that the proxy connects from, such as [127.0.0.1/32]")
	}
	for i, proxy := range h.Proxies {
		place := fmt.Sprintf("%s.proxies[%d]", path, i)
		switch prefix, err := netip.ParsePrefix(proxy); {
		case err != nil:
			f.Add(place, "web: trusted_header: proxies: %q is not a range of addresses such as 127.0.0.1/32", proxy)
		case prefix.Bits() == 0:
			f.Add(place, "web: trusted_header: proxies: %q is every address, so anyone could write in anyone's name; give the proxy's own", proxy)
		case prefix != prefix.Masked():
			f.Add(place, "web: trusted_header: proxies: %q has bits behind its mask; write %s", proxy, prefix.Masked())
		}
	}
}

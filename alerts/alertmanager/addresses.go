package alertmanager

import (
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/prometheus/alertmanager/template"

	"planwatch/internal/diskfile"
)

// Unaddressed returns why messages could not be addressed now, one error for each
// file: those of addresses and URLs, and of the mail server's password. A message
// reads its files anew, so that they may still be put in place.
func (c Configuration) Unaddressed() []error {
	parsed, err := c.parse()
	if err != nil {
		return []error{err}
	}
	var faults []error
	checked := map[string]bool{}
	check := func(file string, of func(string) error) {
		if file == "" || checked[file] {
			return
		}
		checked[file] = true
		data, err := diskfile.Read(file, diskfile.Small)
		if err == nil {
			if err = of(string(data)); err != nil {
				err = fmt.Errorf("%s: %w", file, err)
			}
		}
		if err != nil {
			faults = append(faults, err)
		}
	}
	for _, r := range parsed.Receivers {
		for _, conf := range r.EmailConfigs {
			name, file := c.addressFile(conf.To)
			check(file, func(text string) error { return checkAddress(name, text, isEmail) })
			check(conf.AuthPasswordFile, checkPassword)
		}
		for _, conf := range r.WebhookConfigs {
			check(conf.URLFile, checkURL)
			name, file := c.addressFile(fmt.Sprint(conf.Payload))
			check(file, func(text string) error { return checkAddress(name, text, isLine) })
		}
		for _, conf := range r.MSTeamsV2Configs {
			check(conf.WebhookURLFile, checkURL)
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return faults
}

// kind is what an address must be, with an example.
type kind struct {
	what, such string
	is         func(string) bool
}

var (
	isEmail = kind{"address of e-mail", "name@example.org", func(address string) bool {
		_, err := netmail.ParseAddressList(address)
		return err == nil
	}}
	isLine = kind{"address of one line", "+46701234567", func(address string) bool {
		return strings.TrimSpace(address) != "" && utf8.ValidString(address) && !strings.ContainsFunc(address, func(r rune) bool { return !unicode.IsPrint(r) })
	}}
)

// checkAddress returns why the template in an address file gives no address.
func checkAddress(name, text string, k kind) error {
	parsed, err := templates{}.parse(text)
	if err != nil {
		return errNoTemplate
	}
	address, err := parsed.ExecuteTextString(fmt.Sprintf("{{ template %q . }}", name), &template.Data{})
	if err != nil || !k.is(address) {
		return fmt.Errorf("the template %q gives no %s; write {{ define %[1]q }}%[3]s{{ end }}", name, k.what, k.such)
	}
	return nil
}

// errNoTemplate does not say what is wrong in the file, since that is the address.
var errNoTemplate = errors.New("no template; write {{ define \"address.ID\" }}the address{{ end }}")

// checkPassword returns why the text is no password.
func checkPassword(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("no password")
	}
	return nil
}

// checkURL returns why the text is no address of a webhook. It is a secret, and not
// in the error.
func checkURL(text string) error {
	address, err := url.Parse(strings.TrimSpace(text))
	if err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "" {
		return errors.New("no URL that begins with http:// or https://; the file holds the URL alone")
	}
	return nil
}

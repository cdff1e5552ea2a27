package oncall_test

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// secretive is an on-call file with each kind of file that it can name.
const secretive = `links: {runbook: "runbooks/{alert}.md"}
operations: it
holidays: sweden
owners:
  - {id: it, name: {sv: IT, en: IT}, receivers: [it, it-team, gateway, again], duty: jour}
rotas:
  - {id: jour, calendar: {url_file: jour.url}}
receivers:
  - {id: it, email: {address_file: it.tmpl}}
  - {id: it-team, teams: {url_file: team.url}}
  - {id: gateway, webhook: {url_file: gateway.url, address_file: gateway.tmpl, payload: {to: "{address}", message: "{sms}"}}}
  - {id: again, webhook: {url_file: gateway.url}}
mail: {smarthost: "localhost:25", from: planwatch@localhost, username: planwatch, password_file: smtp.password}
`

// What lets somebody send in the region's name, or tells who is on duty, is nobody
// else's to read; addresses are not told of.
func TestOpenSecrets(t *testing.T) {
	all := map[string]string{
		"jour.url": "rotas.jour.calendar.url_file", "team.url": "receivers.it-team.teams.url_file", "gateway.url": "receivers.gateway.webhook.url_file",
		"smtp.password": "mail.password_file", "it.tmpl": "", "gateway.tmpl": "",
	}
	for name, tt := range map[string]struct {
		mode os.FileMode
		// but is a file of another mode than the rest.
		but  string
		want []string
	}{
		"everyone's":             {mode: 0o644, want: []string{"jour.url", "team.url", "gateway.url", "smtp.password"}},
		"the group's":            {mode: 0o640},
		"the owner's":            {mode: 0o600},
		"everyone's calendar":    {mode: 0o640, but: "jour.url", want: []string{"jour.url"}},
		"everyone's Teams":       {mode: 0o640, but: "team.url", want: []string{"team.url"}},
		"everyone's gateway":     {mode: 0o640, but: "gateway.url", want: []string{"gateway.url"}},
		"everyone's password":    {mode: 0o640, but: "smtp.password", want: []string{"smtp.password"}},
		"everyone's address":     {mode: 0o640, but: "it.tmpl"},
		"everyone's telephone":   {mode: 0o640, but: "gateway.tmpl"},
		"none of them are there": {},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			for file := range maps.Keys(all) {
				mode := tt.mode
				if file == tt.but {
					mode = 0o604
				}
				path := filepath.Join(directory, file)
				if tt.mode == 0 {
					continue
				}
				if err := errors.Join(os.WriteFile(path, []byte("hunter2"), 0o600), os.Chmod(path, mode)); err != nil {
					t.Fatal(err)
				}
			}
			o, err := load(t, secretive+"directory: "+directory+"\n")
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, secret := range o.OpenSecrets() {
				got = append(got, secret.Key+" "+secret.Path)
			}
			for _, file := range tt.want {
				want = append(want, all[file]+" "+filepath.Join(directory, file))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

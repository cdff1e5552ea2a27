package alerts_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"planwatch/alerts"
)

// small is an on-call file that is right.
const small = `operations: it
group_by: [hospital]
hours:
  - id: office
    weekdays: [monday, friday]
    from: "07:00"
    to: "16:00"
holidays: sweden
severities:
  critical: {repeat: 1h}
  warning: {hours: office, repeat: 3d}
quiet:
  - domains: [finance]
    hours: office
owners:
  - id: it
    name: {sv: IT, en: IT}
    receivers: [it, pager]
receivers:
  - id: it
    email: {address_file: it.tmpl}
  - id: pager
    webhook: {url_file: pager.url}
mail:
  smarthost: localhost:25
  from: planwatch@localhost
`

func loadOnCall(text string) (*alerts.OnCall, error) {
	return alerts.LoadOnCall(fstest.MapFS{"oncall.yaml": {Data: []byte(text)}}, "oncall.yaml")
}

func TestLoadOnCall(t *testing.T) {
	o, err := loadOnCall(small)
	if err != nil {
		t.Fatal(err)
	}
	if o.Directory != "/etc/planwatch/oncall" || !o.Mail.RequireTLS || o.Links.Dashboard != "http://localhost:3000/d/{dashboard}" {
		t.Errorf("defaults: %+v", o)
	}
	if got := o.OwnerIDs(); !slices.Equal(got, []string{"it"}) {
		t.Errorf("owners %q", got)
	}
}

func TestOnCallFaults(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"unknown key", "group_by:", "group_bye:", `oncall.yaml:2: unknown field "group_bye"`},
		{"operations is nobody", "operations: it\n", "operations: him\n", `oncall.yaml:1: operations: "him" is not one of the owners`},
		{"owner without receiver", "    receivers: [it, pager]\n", "", "oncall.yaml:16: owner it: receivers: missing; an alert has to reach someone\n" +
			"oncall.yaml:19: receiver it: no owner has it; take it out or give it to one\noncall.yaml:21: receiver pager: no owner has it; take it out or give it to one"},
		{"owner with no receivers", "receivers: [it, pager]\n", "receivers: []\n", "oncall.yaml:16: owner it: receivers: missing; an alert has to reach someone\n" +
			"oncall.yaml:20: receiver it: no owner has it; take it out or give it to one\noncall.yaml:22: receiver pager: no owner has it; take it out or give it to one"},
		{"receiver that is not there", "[it, pager]", "[it, pager, fax]", `oncall.yaml:18: owner it: receivers: "fax" is not one of the receivers`},
		{"receiver without address", "  - id: pager\n    webhook: {url_file: pager.url}\n", "  - id: pager\n", "oncall.yaml:22: receiver pager: no address; give one of email, webhook and teams"},
		{"receiver with two addresses", "url_file: pager.url}\n", "url_file: pager.url}\n    teams: {url_file: t.url}\n", "oncall.yaml:22: receiver pager: no address; give one of email, webhook and teams"},
		{"address without file", "{address_file: it.tmpl}", `{address_file: ""}`, "oncall.yaml:21: receiver it: email: address_file: missing; name the file with the address"},
		{"webhook without file", "{url_file: pager.url}", `{url_file: ""}`, "oncall.yaml:23: receiver pager: webhook: url_file: missing; name the file with the address"},
		{"address in the file itself", "{address_file: it.tmpl}", "{address: it@example.org}", `oncall.yaml:21: unknown field "address"`},
		{"hours that never come", `to: "16:00"`, `to: "06:00"`, "oncall.yaml:7: hours office: to: 06:00 is not after 07:00, so they never come; hours across midnight are two"},
		{"hours that end as they begin", `to: "16:00"`, `to: "07:00"`, "oncall.yaml:7: hours office: to: 07:00 is not after 07:00, so they never come; hours across midnight are two"},
		{"hours on no day", "weekdays: [monday, friday]", "weekdays: []", "oncall.yaml:4: hours office: weekdays: missing; without a day they never come"},
		{"no such weekday", "[monday, friday]", "[monday, fredag]", `oncall.yaml:5: hours office: weekdays: "fredag" is not one of monday, tuesday, wednesday, thursday, friday, saturday, sunday`},
		{"no such time", `from: "07:00"`, `from: "7"`, `oncall.yaml:6: hours office: from: "7" is not a time such as 07:00`},
		{"hours that are not there", "{hours: office, repeat: 3d}", "{hours: offices, repeat: 3d}", `oncall.yaml:11: severities: warning: hours: "offices" is not one of the hours`},
		{"quiet in hours that are not there", "    hours: office\nowners", "    hours: day\nowners", `oncall.yaml:14: quiet: hours: "day" is not one of the hours`},
		{"never again", "{repeat: 1h}", "{repeat: 0s}", "oncall.yaml:10: severities: critical: repeat: 0s is not above zero"},
		{"no such calendar", "holidays: sweden", "holidays: norway", `oncall.yaml:8: holidays: "norway" is not sweden`},
		{"owner's name in one language", "{sv: IT, en: IT}", "{sv: IT}", "oncall.yaml:17: owner it: name: missing; give it in sv and en"},
		{"group by the owner", "[hospital]", "[owner]", `oncall.yaml:2: group_by: "owner" is not a label of a collector; the owner goes without saying`},
		{"mail without server", "  smarthost: localhost:25\n", "", `oncall.yaml:25: mail: smarthost: "" is not a host and port such as smtp.example.org:587`},
		{"user without password", "mail:\n", "mail:\n  username: planwatch\n", "oncall.yaml:25: mail: username and password_file go together; give both or neither"},
		{"watchdog goes nowhere", "holidays:", "watchdog: dog\nholidays:", `oncall.yaml:8: watchdog: "dog" is not one of the receivers`},
		{"link to no runbook", "group_by:", "links: {runbook: https://example.org}\ngroup_by:", `oncall.yaml:2: links: runbook: "https://example.org" has no {alert} where the alert's name goes`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(small, tt.old, tt.new, 1)
			if text == small {
				t.Fatalf("%q is not in the file", tt.old)
			}
			_, err := loadOnCall(text)
			if err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestGenerateRefuses(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*testing.T, *alerts.Region)
		want  string
	}{
		{"a quiet domain that is no collector", func(t *testing.T, r *alerts.Region) {
			t.Helper()
			r.OnCall = with(t, small, "domains: [finance]", "domains: [money]")
		}, `oncall.yaml:13: quiet: "money" is not one of the collectors`},
		{"a label that no collector has", func(t *testing.T, r *alerts.Region) {
			t.Helper()
			r.OnCall = with(t, small, "[hospital]", "[clinic]")
		}, `oncall.yaml:2: group_by: "clinic" is not a label of any collector`},
		{"an owner who is not on call", func(t *testing.T, r *alerts.Region) {
			t.Helper()
			r.OnCall = with(t, small, "name: {sv: IT, en: IT}", "name: {sv: Jour, en: Duty}")
		}, `target beds-surgery-sunderby: owner: "lanssjukvard-2" is not in oncall.yaml`},
		{"a runbook for nothing", func(_ *testing.T, r *alerts.Region) {
			r.Runbooks = fstest.MapFS{"BedsGone.md": {Data: []byte("## Betydelse\n")}}
		}, `runbooks/BedsGone.md: "BedsGone" is not an alert, a KPI or a collector`},
		{"a runbook's unknown section", func(_ *testing.T, r *alerts.Region) {
			r.Runbooks = fstest.MapFS{"beds.md": {Data: []byte("## Betydelse\nx\n## Meaning\n")}}
		}, `runbooks/beds.md:3: "Meaning" is not a section; write Betydelse, Påverkan, Felsökning, Åtgärd, Vem`},
		{"a runbook that does not begin with a section", func(_ *testing.T, r *alerts.Region) {
			r.Runbooks = fstest.MapFS{"beds.md": {Data: []byte("\n# Beds\n")}}
		}, "runbooks/beds.md:2: text before the first section; begin with ## Betydelse"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := norrbotten(t)
			tt.spoil(t, r)
			_, err := alerts.Generate(r)
			if err == nil || !slices.Contains(strings.Split(err.Error(), "\n"), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func with(t *testing.T, text, old, replacement string) *alerts.OnCall {
	t.Helper()
	o, err := loadOnCall(strings.Replace(text, old, replacement, 1))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func FuzzLoadOnCall(f *testing.F) {
	f.Add(small)
	f.Add("owners: [{id: a}]\nreceivers: [{}]\nhours: [{from: x}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := loadOnCall(text)
		if (o == nil) == (err == nil) {
			t.Errorf("on-call %v, error %v", o, err)
		}
	})
}

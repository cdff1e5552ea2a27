// Package oncall reads oncall.yaml: who is responsible for what in a region,
// and how and when they are reached.
package oncall

import (
	"fmt"
	"io/fs"
	"net"
	"path"
	"slices"
	"strings"
	"time"

	"planwatch/internal/calendar"
	"planwatch/internal/language"
	"planwatch/internal/naming"
	"planwatch/internal/yamlfile"
)

// OnCall is oncall.yaml: who answers for what, and how and when they are reached.
type OnCall struct {
	// The owner who answers for planwatch itself and for the data it reads.
	Operations string `yaml:"operations" jsonschema:"required"`
	// Labels beside the owner that tell one event, and so one message, from another.
	GroupBy []string `yaml:"group_by,omitempty"`
	// How long the first message about an event waits for more alerts of it.
	Wait yamlfile.Duration `yaml:"wait" jsonschema:"default=30s"`
	// How long a message about what is new in an event waits after the one before.
	Interval yamlfile.Duration `yaml:"interval" jsonschema:"default=5m"`
	// Where alerts lead on to.
	Links Links `yaml:"links,omitempty"`
	// Hours that people can be reached in.
	Hours []Hours `yaml:"hours,omitempty"`
	// The country whose public holidays count; left out, there are none.
	Holidays calendar.Calendar `yaml:"holidays,omitempty"`
	// When each severity is sent, and how often again.
	Severities Severities `yaml:"severities,omitempty"`
	// Domains of which even what is critical waits for its hours.
	Quiet []Quiet `yaml:"quiet,omitempty"`
	// Who answers.
	Owners []Owner `yaml:"owners" jsonschema:"required,minItems=1"`
	// Who is on duty when.
	Rotas []Rota `yaml:"rotas,omitempty"`
	// The addresses that messages go to.
	Receivers []Receiver `yaml:"receivers" jsonschema:"required,minItems=1"`
	// The receiver that the watchdog's unending alert goes to; left out, it goes nowhere.
	Watchdog string `yaml:"watchdog,omitempty"`
	// The directory that the files of receivers and of mail lie in, on the machine that sends: planwatch's, or Alertmanager's. Some hold secrets; for the packages' service /etc/planwatch-secrets/oncall keeps others from them.
	Directory string `yaml:"directory" jsonschema:"default=/etc/planwatch/oncall"`
	// How e-mail is sent.
	Mail Mail `yaml:"mail,omitempty"`

	file *yamlfile.Document
}

// Links are addresses with a place for what they lead to.
type Links struct {
	// Address of a runbook, where the region has them at one of its own; {alert} stands for the alert's name. Left out, runbooks are pages of planwatch.
	Runbook string `yaml:"runbook,omitempty"`
	// Address of a dashboard; {dashboard} stands for its uid.
	Dashboard string `yaml:"dashboard" jsonschema:"default=http://localhost:3000/d/{dashboard}"`
}

// Severities say how each severity is sent.
type Severities struct {
	Critical Sending `yaml:"critical,omitempty"`
	Warning  Sending `yaml:"warning,omitempty"`
}

// Sending is when alerts are sent and how often again.
type Sending struct {
	// Name of the hours that they are sent in; left out, at once at any time.
	Hours string `yaml:"hours,omitempty"`
	// How often they are sent again while they fire.
	Repeat yamlfile.Duration `yaml:"repeat,omitempty"`
	// The hour of the week at which all of an owner's are sent in one message, in place of hours and repeat. Only for warnings.
	Weekly *Weekly `yaml:"weekly,omitempty"`
}

// Quiet is domains whose alerts wait for hours whatever their severity.
type Quiet struct {
	// Names of collectors.
	Domains []string `yaml:"domains" jsonschema:"required,minItems=1"`
	// Name of the hours.
	Hours string `yaml:"hours" jsonschema:"required"`
	// How often what is critical is sent again while it fires; left out, as often as elsewhere.
	Repeat yamlfile.Duration `yaml:"repeat,omitempty"`
}

// Owner is someone who answers for targets.
type Owner struct {
	// The name that targets call the owner by: lower-case words joined by hyphens.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// What people call the owner.
	Name language.Text `yaml:"name" jsonschema:"required"`
	// Where messages to the owner go: ids of receivers.
	Receivers []string `yaml:"receivers" jsonschema:"required,minItems=1"`
	// The rota whose person on duty is told too of what is critical, unless it waits for its hours.
	Duty string `yaml:"duty,omitempty"`
	// Whom to tell of what is critical when nobody has acknowledged it. What waits for its hours does not escalate.
	Escalation []Escalation `yaml:"escalation,omitempty"`
}

// Receiver is one address: of e-mail, a webhook, or Microsoft Teams. The
// address itself is in a file, never here.
type Receiver struct {
	// The name that owners call the receiver by.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// E-mail. One of email, webhook and teams is given.
	Email *Email `yaml:"email,omitempty"`
	// A webhook: of a gateway of text messages, or of whatever takes Alertmanager's JSON.
	Webhook *Webhook `yaml:"webhook,omitempty"`
	// A workflow of Microsoft Teams.
	Teams *Hook `yaml:"teams,omitempty"`
}

// AddressFile is the file with a template that gives the receiver's address, "" where
// it has none.
func (r Receiver) AddressFile() string {
	switch {
	case r.Email != nil:
		return r.Email.AddressFile
	case r.Webhook != nil:
		return r.Webhook.AddressFile
	}
	return ""
}

// Email is an address in a file.
type Email struct {
	// File with a template named for the receiver: {{ define "address.ID" }}name@example.org{{ end }}.
	AddressFile string `yaml:"address_file" jsonschema:"required"`
}

// Hook is an URL in a file.
type Hook struct {
	// File with the URL alone.
	URLFile string `yaml:"url_file" jsonschema:"required"`
}

func (h Hook) validate(f *yamlfile.Faults) {
	if h.URLFile == "" {
		f.Add("", "url_file: missing; name the file with the address")
	}
}

// Mail is the server that takes e-mail.
type Mail struct {
	// Host and port.
	Smarthost string `yaml:"smarthost,omitempty"`
	// The sender's address.
	From string `yaml:"from,omitempty"`
	// User name, where the server asks for one.
	Username string `yaml:"username,omitempty"`
	// File with the password.
	PasswordFile string `yaml:"password_file,omitempty"`
	// Whether the server must use TLS.
	RequireTLS bool `yaml:"require_tls" jsonschema:"default=true"`
}

// Default returns the values of keys that oncall.yaml does not set.
func Default() OnCall {
	return OnCall{
		Links: Links{
			Dashboard: "http://localhost:3000/d/{dashboard}",
		},
		Severities: Severities{
			Critical: Sending{Repeat: yamlfile.Duration(time.Hour)},
			Warning:  Sending{Repeat: yamlfile.Duration(72 * time.Hour)},
		},
		Wait: yamlfile.Duration(30 * time.Second), Interval: yamlfile.Duration(5 * time.Minute),
		Directory: "/etc/planwatch/oncall",
		Mail:      Mail{RequireTLS: true},
	}
}

// File is the name of the file, in a region's directory.
const File = "oncall.yaml"

// Load reads and checks the file; every name has to be in all languages. Errors
// give the file and line. The error is fs.ErrNotExist if there is no file.
func Load(files fs.FS, languages *language.Set) (*OnCall, error) {
	const name = File
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	file, err := yamlfile.Parse(name, data)
	if err != nil {
		return nil, err
	}
	o := Default()
	o.file = file
	if err := file.Decode(&o); err != nil {
		return nil, err
	}
	if err := file.Locate(o.validate(languages)); err != nil {
		return nil, err
	}
	return &o, nil
}

// Name returns the name of the file.
func (o *OnCall) Name() string { return o.file.Name() }

// Fault returns an error about the value at path, with its file and line.
func (o *OnCall) Fault(path, format string, args ...any) error {
	return o.file.Locate(yamlfile.Faultf(path, format, args...))
}

// OwnerIDs returns the ids of the owners, in order of the file.
func (o *OnCall) OwnerIDs() []string {
	ids := make([]string, len(o.Owners))
	for i, owner := range o.Owners {
		ids[i] = owner.ID
	}
	return ids
}

// Owner returns the owner with the id.
func (o *OnCall) Owner(id string) (Owner, bool) {
	i := slices.IndexFunc(o.Owners, func(owner Owner) bool { return owner.ID == id })
	if i < 0 {
		return Owner{}, false
	}
	return o.Owners[i], true
}

// Receiver returns the receiver with the id.
func (o *OnCall) Receiver(id string) (Receiver, bool) {
	i := slices.IndexFunc(o.Receivers, func(r Receiver) bool { return r.ID == id })
	if i < 0 {
		return Receiver{}, false
	}
	return o.Receivers[i], true
}

// HoursOf returns the hours with the id.
func (o *OnCall) HoursOf(id string) (Hours, bool) {
	i := slices.IndexFunc(o.Hours, func(h Hours) bool { return h.ID == id })
	if i < 0 {
		return Hours{}, false
	}
	return o.Hours[i], true
}

// QuietOf returns what makes the domain's critical alerts wait.
func (o *OnCall) QuietOf(domain string) (Quiet, bool) {
	i := slices.IndexFunc(o.Quiet, func(q Quiet) bool { return slices.Contains(q.Domains, domain) })
	if i < 0 {
		return Quiet{}, false
	}
	return o.Quiet[i], true
}

// Path returns the path of a receiver's file on Alertmanager's machine.
func (o *OnCall) Path(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(o.Directory, name)
}

// RunbookOf returns the address of an alert's runbook, "" where the region has none of its own.
func (l Links) RunbookOf(alert string) string {
	return strings.ReplaceAll(l.Runbook, "{alert}", alert)
}

// DashboardOf returns the address of the dashboard with that uid.
func (l Links) DashboardOf(uid string) string {
	return strings.ReplaceAll(l.Dashboard, "{dashboard}", uid)
}

// Names of the receivers and hours that planwatch adds to Alertmanager's
// configuration.
const (
	// Nowhere is the receiver of alerts that are not sent.
	Nowhere = "nowhere"
	// WatchdogReceiver is the receiver of the watchdog.
	WatchdogReceiver = "watchdog"
	// HolidaysInterval are the public holidays.
	HolidaysInterval = "public-holidays"
	// WeeklyInterval is the hour of the week of warnings.
	WeeklyInterval = "weekly"
)

func (o *OnCall) validate(languages *language.Set) error {
	f := yamlfile.NewFaults()
	if _, ok := o.Owner(o.Operations); !ok {
		f.Add(".operations", "operations: %q is not one of the owners", o.Operations)
	}
	if o.Links.Runbook != "" && !strings.Contains(o.Links.Runbook, "{alert}") {
		f.Add(".links.runbook", "links: runbook: %q has no {alert} where the alert's name goes", o.Links.Runbook)
	}
	if !strings.Contains(o.Links.Dashboard, "{dashboard}") {
		f.Add(".links.dashboard", "links: dashboard: %q has no {dashboard} where the dashboard's uid goes", o.Links.Dashboard)
	}
	for i, label := range o.GroupBy {
		place := fmt.Sprintf(".group_by[%d]", i)
		if !naming.ValidName(label) || label == naming.LabelOwner {
			f.Add(place, "group_by: %q is not a label of a collector; alerts are always grouped by owner", label)
		} else if slices.Index(o.GroupBy, label) < i {
			f.Add(place, "group_by: %q is given twice", label)
		}
	}
	if !o.Holidays.Known() {
		f.Add(".holidays", "holidays: %q is not one of %s", o.Holidays, strings.Join(calendar.Countries(), ", "))
	}
	for _, d := range []struct {
		key string
		yamlfile.Duration
	}{{"wait", o.Wait}, {"interval", o.Interval}} {
		if time.Duration(d.Duration) < time.Second || time.Duration(d.Duration) > time.Hour {
			f.Add("."+d.key, "%s: %s is not from 1s to 1h", d.key, d.Duration)
		}
	}
	o.validateHours(f)
	o.validateSeverities(f)
	o.validateQuiet(f)
	o.validateOwners(languages, f)
	o.validateEscalations(f)
	o.validateRotas(f)
	o.validateReceivers(f)
	if o.Watchdog != "" {
		if _, ok := o.Receiver(o.Watchdog); !ok {
			f.Add(".watchdog", "watchdog: %q is not one of the receivers", o.Watchdog)
		}
	}
	if !path.IsAbs(o.Directory) {
		f.Add(".directory", "directory: %q is not an absolute path", o.Directory)
	}
	return f.Err()
}

func (o *OnCall) validateHours(f *yamlfile.Faults) {
	for i, h := range o.Hours {
		place := fmt.Sprintf(".hours[%d]", i)
		if !naming.ValidID(h.ID) || h.ID == HolidaysInterval || h.ID == WeeklyInterval {
			f.Add(place+".id", "hours: %q is not a name of lower-case words joined by hyphens, or is planwatch's own", h.ID)
		} else if other := slices.IndexFunc(o.Hours, func(other Hours) bool { return other.ID == h.ID }); other < i {
			f.Add(place+".id", "hours %s: the name is given twice", h.ID)
		}
		h.validate(f.In(place, "hours "+h.ID))
	}
}

// requireHours reports a name that is not one of the hours.
func (o *OnCall) requireHours(f *yamlfile.Faults, path, name string) {
	if _, ok := o.HoursOf(name); !ok {
		f.Add(path, "hours: %q is not one of the hours", name)
	}
}

func (o *OnCall) validateSeverities(f *yamlfile.Faults) {
	for _, s := range []struct {
		name string
		Sending
	}{{naming.SeverityCritical, o.Severities.Critical}, {naming.SeverityWarning, o.Severities.Warning}} {
		part := f.In(".severities."+s.name, "severities: "+s.name)
		if s.Hours != "" {
			o.requireHours(part, ".hours", s.Hours)
		}
		if s.Repeat <= 0 {
			part.Add(".repeat", "repeat: %s is not above zero", s.Repeat)
		}
		if s.Weekly == nil {
			continue
		}
		switch {
		case s.name == naming.SeverityCritical:
			part.Add(".weekly", "weekly: what is critical cannot wait for a week; leave it out")
		case s.Hours != "":
			part.Add(".weekly", "weekly: hours are given as well; give only one of them")
		}
		s.Weekly.validate(part.In(".weekly", "weekly"))
	}
}

func (o *OnCall) validateQuiet(f *yamlfile.Faults) {
	seen := map[string]bool{}
	for i, q := range o.Quiet {
		part := f.In(fmt.Sprintf(".quiet[%d]", i), "quiet")
		if len(q.Domains) == 0 {
			part.Add("", "domains: missing; name the collectors that wait")
		}
		for j, domain := range q.Domains {
			if seen[domain] {
				part.Add(fmt.Sprintf(".domains[%d]", j), "%q is given twice", domain)
			}
			seen[domain] = true
		}
		o.requireHours(part, ".hours", q.Hours)
		if q.Repeat < 0 {
			part.Add(".repeat", "repeat: %s is below zero; give a time such as 24h", q.Repeat)
		}
	}
}

func (o *OnCall) validateOwners(languages *language.Set, f *yamlfile.Faults) {
	if len(o.Owners) == 0 {
		f.Add(".owners", "owners: missing; name at least one")
	}
	for i, owner := range o.Owners {
		place := fmt.Sprintf(".owners[%d]", i)
		part := f.In(place, "owner "+owner.ID)
		if !naming.ValidID(owner.ID) || owner.ID == Nowhere || owner.ID == WatchdogReceiver {
			f.Add(place+".id", "owners: %q is not a name of lower-case words joined by hyphens, or is planwatch's own", owner.ID)
		} else if slices.Index(o.OwnerIDs(), owner.ID) < i {
			part.Add(".id", "the name is given twice")
		}
		languages.RequireLine(part, "name", owner.Name)
		if len(owner.Receivers) == 0 {
			part.Add("", "receivers: missing; name at least one")
		}
		for j, id := range owner.Receivers {
			if _, ok := o.Receiver(id); !ok {
				part.Add(fmt.Sprintf(".receivers[%d]", j), "receivers: %q is not one of the receivers", id)
			}
		}
	}
}

// used are the ids of receivers that something in the region has.
func (o *OnCall) used() map[string]bool {
	used := map[string]bool{o.Watchdog: true}
	for _, owner := range o.Owners {
		for _, id := range owner.Receivers {
			used[id] = true
		}
		for _, e := range owner.Escalation {
			for _, id := range e.Receivers {
				used[id] = true
			}
		}
	}
	for _, rota := range o.Rotas {
		for _, id := range rota.Weeks {
			used[id] = true
		}
		for _, id := range rota.People {
			used[id] = true
		}
		for _, title := range rota.titles {
			used[title] = true
		}
	}
	return used
}

// checkUsed finds receivers that nothing has.
func (o *OnCall) checkUsed(f *yamlfile.Faults) {
	used := o.used()
	for i, r := range o.Receivers {
		if !used[r.ID] {
			f.Add(fmt.Sprintf(".receivers[%d].id", i), "receiver %s: no owner, escalation or rota has it; remove it or give it to one", r.ID)
		}
	}
}

func (o *OnCall) validateReceivers(f *yamlfile.Faults) {
	mails := false
	for i, r := range o.Receivers {
		place := fmt.Sprintf(".receivers[%d]", i)
		part := f.In(place, "receiver "+r.ID)
		if !naming.ValidID(r.ID) {
			f.Add(place+".id", "receivers: %q is not a name of lower-case words joined by hyphens", r.ID)
		} else if first := slices.IndexFunc(o.Receivers, func(other Receiver) bool { return other.ID == r.ID }); first < i {
			part.Add(".id", "the name is given twice")
		}
		mails = mails || r.Email != nil
		r.validate(part)
	}
	// The titles of a calendar's events are ids, too.
	if !slices.ContainsFunc(o.Rotas, func(r Rota) bool { return r.Calendar != nil }) {
		o.checkUsed(f)
	}
	if mails {
		if _, _, err := net.SplitHostPort(o.Mail.Smarthost); err != nil {
			f.Add(".mail.smarthost", "mail: smarthost: %q is not a host and port such as smtp.example.org:587", o.Mail.Smarthost)
		}
		if !strings.Contains(o.Mail.From, "@") {
			f.Add(".mail.from", "mail: from: %q is not an address such as planwatch@example.org", o.Mail.From)
		}
	}
	if (o.Mail.Username == "") != (o.Mail.PasswordFile == "") {
		f.Add(".mail", "mail: username and password_file go together; give both or neither")
	}
}

func (r Receiver) validate(f *yamlfile.Faults) {
	kinds := 0
	if r.Email != nil {
		kinds++
		if r.Email.AddressFile == "" {
			f.Add(".email", "email: address_file: missing; name the file with the address")
		}
	}
	if r.Webhook != nil {
		kinds++
		r.Webhook.Hook.validate(f.In(".webhook", "webhook"))
		r.Webhook.validate(f.In(".webhook", "webhook"))
	}
	if r.Teams != nil {
		kinds++
		r.Teams.validate(f.In(".teams", "teams"))
	}
	if kinds != 1 {
		f.Add("", "no address; give one of email, webhook and teams")
	}
}

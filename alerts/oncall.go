package alerts

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"planwatch/internal/kpi"
	"planwatch/internal/yamlfile"
)

// OnCall is oncall.yaml: who answers for what, and how and when they are reached.
type OnCall struct {
	// The owner who answers for planwatch itself and for the data it reads.
	Operations string `yaml:"operations" jsonschema:"required"`
	// Labels beside the owner that tell one event, and so one message, from another.
	GroupBy []string `yaml:"group_by,omitempty"`
	// Where alerts lead on to.
	Links Links `yaml:"links,omitempty"`
	// Hours that people can be reached in.
	Hours []Hours `yaml:"hours,omitempty"`
	// The country whose public holidays count: sweden, or left out for none.
	Holidays Calendar `yaml:"holidays,omitempty" jsonschema:"enum=sweden"`
	// When each severity is sent, and how often again.
	Severities Severities `yaml:"severities,omitempty"`
	// Domains of which even what is critical waits for its hours.
	Quiet []Quiet `yaml:"quiet,omitempty"`
	// Who answers.
	Owners []Owner `yaml:"owners" jsonschema:"required,minItems=1"`
	// The addresses that messages go to.
	Receivers []Receiver `yaml:"receivers" jsonschema:"required,minItems=1"`
	// The receiver that the watchdog's unending alert goes to; left out, it goes nowhere.
	Watchdog string `yaml:"watchdog,omitempty"`
	// The directory on Alertmanager's machine that the receivers' files lie in.
	Directory string `yaml:"directory" jsonschema:"default=/etc/planwatch/oncall"`
	// How e-mail is sent.
	Mail Mail `yaml:"mail,omitempty"`

	file *yamlfile.File
}

// Links are addresses with a place for what they lead to.
type Links struct {
	// Address of a runbook; {alert} stands for the alert's name.
	Runbook string `yaml:"runbook" jsonschema:"default=alerts/norrbotten/runbooks/{alert}.md"`
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
}

// Quiet is domains whose alerts wait for hours whatever their severity.
type Quiet struct {
	// Names of collectors.
	Domains []string `yaml:"domains" jsonschema:"required,minItems=1"`
	// Name of the hours.
	Hours string `yaml:"hours" jsonschema:"required"`
}

// Owner is someone who answers for targets.
type Owner struct {
	// The name that targets call the owner by: lower-case words joined by hyphens.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// What people call the owner.
	Name kpi.Text `yaml:"name" jsonschema:"required"`
	// Where messages to the owner go: ids of receivers.
	Receivers []string `yaml:"receivers" jsonschema:"required,minItems=1"`
}

// Receiver is one address: of e-mail, a webhook, or Microsoft Teams. The
// address itself stands in a file, never here.
type Receiver struct {
	// The name that owners call the receiver by.
	ID string `yaml:"id" jsonschema:"required,pattern=^[a-z0-9]+(-[a-z0-9]+)*$"`
	// E-mail. One of email, webhook and teams is given.
	Email *Email `yaml:"email,omitempty"`
	// A webhook that takes Alertmanager's JSON.
	Webhook *Hook `yaml:"webhook,omitempty"`
	// A workflow of Microsoft Teams.
	Teams *Hook `yaml:"teams,omitempty"`
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
	// Whether the server must speak TLS.
	RequireTLS bool `yaml:"require_tls" jsonschema:"default=true"`
}

// DefaultOnCall is what oncall.yaml says where it is silent.
func DefaultOnCall() OnCall {
	return OnCall{
		Links: Links{
			Runbook:   "alerts/norrbotten/runbooks/{alert}.md",
			Dashboard: "http://localhost:3000/d/{dashboard}",
		},
		Severities: Severities{
			Critical: Sending{Repeat: yamlfile.Duration(time.Hour)},
			Warning:  Sending{Repeat: yamlfile.Duration(72 * time.Hour)},
		},
		Directory: "/etc/planwatch/oncall",
		Mail:      Mail{RequireTLS: true},
	}
}

// LoadOnCall reads and checks oncall.yaml. name stands in front of every
// fault, with the line.
func LoadOnCall(files fs.FS, name string) (*OnCall, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	file, err := yamlfile.Parse(name, data)
	if err != nil {
		return nil, err
	}
	o := DefaultOnCall()
	o.file = file
	if err := file.Decode(&o); err != nil {
		return nil, err
	}
	if err := file.Locate(o.validate()); err != nil {
		return nil, err
	}
	return &o, nil
}

// Name is the name of the file.
func (o *OnCall) Name() string { return o.file.Name() }

func (o *OnCall) fault(path, format string, args ...any) error {
	return o.file.Locate(yamlfile.Faultf(path, format, args...))
}

// OwnerIDs are the owners that targets may name, in order of the file.
func (o *OnCall) OwnerIDs() []string {
	ids := make([]string, len(o.Owners))
	for i, owner := range o.Owners {
		ids[i] = owner.ID
	}
	return ids
}

// Owner is the owner of that name.
func (o *OnCall) Owner(id string) (Owner, bool) {
	i := slices.IndexFunc(o.Owners, func(owner Owner) bool { return owner.ID == id })
	if i < 0 {
		return Owner{}, false
	}
	return o.Owners[i], true
}

func (o *OnCall) receiver(id string) (Receiver, bool) {
	i := slices.IndexFunc(o.Receivers, func(r Receiver) bool { return r.ID == id })
	if i < 0 {
		return Receiver{}, false
	}
	return o.Receivers[i], true
}

func (o *OnCall) hours(id string) (Hours, bool) {
	i := slices.IndexFunc(o.Hours, func(h Hours) bool { return h.ID == id })
	if i < 0 {
		return Hours{}, false
	}
	return o.Hours[i], true
}

// path is where a receiver's file lies on Alertmanager's machine.
func (o *OnCall) path(name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(o.Directory, name)
}

func (l Links) runbook(alert string) string {
	return strings.ReplaceAll(l.Runbook, "{alert}", alert)
}

var idPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (o *OnCall) validate() error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf(path, format, args...))
	}
	if _, ok := o.Owner(o.Operations); !ok {
		fault("$.operations", "operations: %q is not one of the owners", o.Operations)
	}
	if !strings.Contains(o.Links.Runbook, "{alert}") {
		fault("$.links.runbook", "links: runbook: %q has no {alert} where the alert's name goes", o.Links.Runbook)
	}
	if !strings.Contains(o.Links.Dashboard, "{dashboard}") {
		fault("$.links.dashboard", "links: dashboard: %q has no {dashboard} where the dashboard's uid goes", o.Links.Dashboard)
	}
	for i, label := range o.GroupBy {
		place := fmt.Sprintf("$.group_by[%d]", i)
		if !kpi.ValidLabel(label) || label == LabelOwner {
			fault(place, "group_by: %q is not a label of a collector; the owner goes without saying", label)
		} else if slices.Index(o.GroupBy, label) < i {
			fault(place, "group_by: %q stands twice", label)
		}
	}
	if !o.Holidays.known() {
		fault("$.holidays", "holidays: %q is not sweden", o.Holidays)
	}
	faults = append(faults, o.validateHours()...)
	faults = append(faults, o.validatePeople()...)
	if o.Watchdog != "" {
		if _, ok := o.receiver(o.Watchdog); !ok {
			fault("$.watchdog", "watchdog: %q is not one of the receivers", o.Watchdog)
		}
	}
	if !path.IsAbs(o.Directory) {
		fault("$.directory", "directory: %q is not an absolute path", o.Directory)
	}
	return errors.Join(faults...)
}

func (o *OnCall) validateHours() []error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf(path, format, args...))
	}
	for i, h := range o.Hours {
		place := fmt.Sprintf("$.hours[%d]", i)
		if !idPattern.MatchString(h.ID) || h.ID == holidaysInterval {
			fault(place+".id", "hours: %q is not a name of lower-case words joined by hyphens, or is planwatch's own", h.ID)
		} else if other := slices.IndexFunc(o.Hours, func(other Hours) bool { return other.ID == h.ID }); other < i {
			fault(place+".id", "hours %s: the name stands twice", h.ID)
		}
		faults = append(faults, h.validate(place)...)
	}
	named := func(path, subject, name string) {
		if _, ok := o.hours(name); !ok {
			fault(path, "%s: hours: %q is not one of the hours", subject, name)
		}
	}
	for _, s := range []struct {
		name string
		Sending
	}{{"critical", o.Severities.Critical}, {"warning", o.Severities.Warning}} {
		if s.Hours != "" {
			named("$.severities."+s.name+".hours", "severities: "+s.name, s.Hours)
		}
		if s.Repeat <= 0 {
			fault("$.severities."+s.name+".repeat", "severities: %s: repeat: %s is not above zero", s.name, s.Repeat)
		}
	}
	seen := map[string]bool{}
	for i, q := range o.Quiet {
		place := fmt.Sprintf("$.quiet[%d]", i)
		if len(q.Domains) == 0 {
			fault(place, "quiet: domains: missing; name the collectors that wait")
		}
		for j, domain := range q.Domains {
			if seen[domain] {
				fault(fmt.Sprintf("%s.domains[%d]", place, j), "quiet: %q stands twice", domain)
			}
			seen[domain] = true
		}
		named(place+".hours", "quiet", q.Hours)
	}
	return faults
}

func (o *OnCall) validatePeople() []error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf(path, format, args...))
	}
	used := map[string]bool{o.Watchdog: true}
	if len(o.Owners) == 0 {
		fault("$.owners", "owners: missing; someone has to answer")
	}
	for i, owner := range o.Owners {
		place := fmt.Sprintf("$.owners[%d]", i)
		if !idPattern.MatchString(owner.ID) || owner.ID == nowhere || owner.ID == watchdogReceiver {
			fault(place+".id", "owners: %q is not a name of lower-case words joined by hyphens, or is planwatch's own", owner.ID)
		} else if first := slices.Index(o.OwnerIDs(), owner.ID); first < i {
			fault(place+".id", "owner %s: the name stands twice", owner.ID)
		}
		if owner.Name.SV == "" || owner.Name.EN == "" {
			fault(place+".name", "owner %s: name: missing; give it in sv and en", owner.ID)
		}
		if len(owner.Receivers) == 0 {
			fault(place, "owner %s: receivers: missing; an alert has to reach someone", owner.ID)
		}
		for j, id := range owner.Receivers {
			if _, ok := o.receiver(id); !ok {
				fault(fmt.Sprintf("%s.receivers[%d]", place, j), "owner %s: receivers: %q is not one of the receivers", owner.ID, id)
			}
			used[id] = true
		}
	}
	mails := false
	for i, r := range o.Receivers {
		place := fmt.Sprintf("$.receivers[%d]", i)
		if !idPattern.MatchString(r.ID) {
			fault(place+".id", "receivers: %q is not a name of lower-case words joined by hyphens", r.ID)
		} else if first := slices.IndexFunc(o.Receivers, func(other Receiver) bool { return other.ID == r.ID }); first < i {
			fault(place+".id", "receiver %s: the name stands twice", r.ID)
		}
		if !used[r.ID] {
			fault(place+".id", "receiver %s: no owner has it; take it out or give it to one", r.ID)
		}
		mails = mails || r.Email != nil
		faults = append(faults, r.validate(place)...)
	}
	if mails {
		if _, _, err := net.SplitHostPort(o.Mail.Smarthost); err != nil {
			fault("$.mail.smarthost", "mail: smarthost: %q is not a host and port such as smtp.example.org:587", o.Mail.Smarthost)
		}
		if !strings.Contains(o.Mail.From, "@") {
			fault("$.mail.from", "mail: from: %q is not an address such as planwatch@example.org", o.Mail.From)
		}
	}
	if (o.Mail.Username == "") != (o.Mail.PasswordFile == "") {
		fault("$.mail", "mail: username and password_file go together; give both or neither")
	}
	return faults
}

func (r Receiver) validate(place string) []error {
	var faults []error
	fault := func(path, format string, args ...any) {
		faults = append(faults, yamlfile.Faultf(place+path, "receiver %s: "+format, append([]any{r.ID}, args...)...))
	}
	kinds := 0
	if r.Email != nil {
		kinds++
		if r.Email.AddressFile == "" {
			fault(".email", "email: address_file: missing; name the file with the address")
		}
	}
	for _, h := range []struct {
		kind string
		*Hook
	}{{"webhook", r.Webhook}, {"teams", r.Teams}} {
		if h.Hook == nil {
			continue
		}
		kinds++
		if h.URLFile == "" {
			fault("."+h.kind, "%s: url_file: missing; name the file with the address", h.kind)
		}
	}
	if kinds != 1 {
		fault("", "no address; give one of email, webhook and teams")
	}
	return faults
}

package alertmanager

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"net/textproto"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/notify/email"
	"github.com/prometheus/alertmanager/notify/msteamsv2"
	"github.com/prometheus/alertmanager/notify/webhook"
	"github.com/prometheus/alertmanager/template"

	"planwatch/internal/diskfile"
)

// receivers returns how each receiver of the configuration is told.
func (a *Alertmanager) receivers(c Configuration, parsed *config.Config) (map[string][]notify.Integration, error) {
	texts := templates{texts: c.Templates, external: a.options.ExternalURL}
	if _, err := texts.parse(); err != nil {
		return nil, fmt.Errorf("alertmanager: templates: %w", err)
	}
	all := map[string][]notify.Integration{}
	for _, r := range parsed.Receivers {
		all[r.Name] = nil
		add := func(resolved notify.ResolvedSender, n notifier) {
			i := n.place(all[r.Name])
			n.to.Receiver, n.to.File, n.to.Index, n.deliveries, n.watchdog = r.Name, n.named(), i, a.deliveries, r.Name == c.Watchdog
			n.told = a.journal.notifications
			n.logger, n.heads = a.logger.With("receiver", r.Name, "integration", n.to.Kind), a.options.Heads
			if c.Outbox {
				n.outbox = a.outbox
			}
			all[r.Name] = append(all[r.Name], notify.NewIntegration(n, resolved, n.to.Kind, i, r.Name))
		}
		for _, conf := range r.EmailConfigs {
			_, file := c.addressFile(conf.To)
			add(conf, notifier{
				to: recipient{Kind: Email}, templates: texts, addressFile: file, render: mail(conf),
				make: func(t *template.Template, l *slog.Logger) (notify.Notifier, error) { return email.New(conf, t, l), nil },
			})
		}
		for _, conf := range r.WebhookConfigs {
			name, file := c.addressFile(fmt.Sprint(conf.Payload))
			add(conf, notifier{
				to: recipient{Kind: Webhook}, templates: texts, addressName: name, addressFile: file, file: conf.URLFile, render: hook(conf),
				make: func(t *template.Template, l *slog.Logger) (notify.Notifier, error) { return webhook.New(conf, t, l) },
			})
		}
		for _, conf := range r.MSTeamsV2Configs {
			add(conf, notifier{
				to: recipient{Kind: Teams}, templates: texts, file: conf.WebhookURLFile, render: teams(conf),
				make: func(t *template.Template, l *slog.Logger) (notify.Notifier, error) { return msteamsv2.New(conf, t, l) },
			})
		}
	}
	return all, nil
}

// mail is an e-mail as the outbox shows it.
func mail(c *config.EmailConfig) rendering {
	return func(t *template.Template, data *template.Data) (m Message, err error) {
		var faults [3]error
		m.Subject, faults[0] = t.ExecuteTextString(c.Headers["Subject"], data)
		m.Text, faults[1] = t.ExecuteTextString(c.Text, data)
		m.HTML, faults[2] = t.ExecuteHTMLString(c.HTML, data)
		return m, errors.Join(faults[:]...)
	}
}

// teams is a message to Teams as the outbox shows it.
func teams(c *msteamsv2.MSTeamsV2Config) rendering {
	return func(t *template.Template, data *template.Data) (m Message, err error) {
		var faults [2]error
		m.Subject, faults[0] = t.ExecuteTextString(c.Title, data)
		m.Text, faults[1] = t.ExecuteTextString(c.Text, data)
		return m, errors.Join(faults[:]...)
	}
}

// hook is the JSON of a webhook as the outbox shows it.
func hook(c *webhook.WebhookConfig) rendering {
	return func(t *template.Template, data *template.Data) (Message, error) {
		var sent any = data
		if c.Payload != nil {
			var err error
			if sent, err = template.DeepCopyWithTemplate(c.Payload, func(text string) (string, error) { return t.ExecuteTextString(text, data) }); err != nil {
				return Message{}, err
			}
		}
		var text bytes.Buffer
		lines := json.NewEncoder(&text)
		lines.SetEscapeHTML(false)
		lines.SetIndent("", "  ")
		err := lines.Encode(sent)
		return Message{Text: text.String()}, err
	}
}

// The kinds of recipients, as Alertmanager's metrics and logs name them.
const (
	Email   = "email"
	Webhook = "webhook"
	Teams   = "msteamsv2"
)

// Kinds returns the kinds of recipients that planwatch sends to.
func Kinds() []string { return []string{Email, Webhook, Teams} }

// making makes Alertmanager's notifier.
type making func(*template.Template, *slog.Logger) (notify.Notifier, error)

// addressFile returns the template that an address calls, and the file with it; both
// are "" where it calls none.
func (c Configuration) addressFile(to string) (name, file string) {
	for name, file := range c.Addresses {
		if strings.Contains(to, strconv.Quote(name)) {
			return name, file
		}
	}
	return "", ""
}

// templates are the texts that messages are made from.
type templates struct {
	texts    []string
	external *url.URL
}

// parse returns the templates, with those of more texts.
func (t templates) parse(more ...string) (*template.Template, error) {
	parsed, err := template.New()
	if err != nil {
		return nil, err
	}
	parsed.ExternalURL = t.external
	// The last of a name counts: that of planwatch, where a file of an address has one.
	for _, text := range slices.Concat(more, t.texts) {
		// Alertmanager's templates are not to be used after an error.
		if err := parsed.Parse(strings.NewReader(text)); err != nil {
			return nil, err
		}
	}
	return parsed, nil
}

// recipient is one address of a receiver.
type recipient struct {
	Receiver string `json:"receiver"`
	Kind     string `json:"kind"`
	// File is the name of the file with the address, which tells recipients of one
	// kind apart.
	File  string `json:"file"`
	Index int    `json:"index"`
}

// named is the name of the file with the address; "" where there is none.
func (n notifier) named() string {
	if file := cmp.Or(n.addressFile, n.file); file != "" {
		return filepath.Base(file)
	}
	return ""
}

// place is a number for the recipient, by which Alertmanager remembers what it was
// told: that of its files, so that it is the same wherever in the list it stands.
func (n notifier) place(others []notify.Integration) int {
	sum := fnv.New32a()
	_, _ = io.WriteString(sum, n.addressFile+"\x00"+n.file)
	place := int(sum.Sum32() >> 1)
	for slices.ContainsFunc(others, func(i notify.Integration) bool { return i.Name() == n.to.Kind && i.Index() == place }) {
		place++
	}
	return place
}

// notifier sends to one recipient. It implements notify.Notifier.
type notifier struct {
	to        recipient
	templates templates
	// addressFile has a template with the address of an e-mail, or what stands for
	// it at a webhook, where addressName is the template's; file has the URL of
	// anything but e-mail.
	addressName, addressFile, file string

	make   making
	render rendering
	// outbox is nil if messages are sent.
	outbox     *outbox
	deliveries *deliveries
	// watchdog is whether it is told while all is well, and only then.
	watchdog bool
	// told is what recipients were told.
	told *nflog.Log
	// heads is that of Options.
	heads  func() bool
	logger *slog.Logger
}

// errFollows is the error of a message that another planwatch sends.
var errFollows = errors.New("this planwatch does not lead any more; the one that leads sends it")

// Notify sends a message, and records how it went. retry is whether the same
// message may arrive later.
func (n notifier) Notify(ctx context.Context, alerts ...*alert.Alert) (retry bool, err error) {
	if n.heads != nil && !n.heads() {
		return true, errFollows // it may be this one's turn again in a moment
	}
	if n.watchdog {
		if n.outbox != nil {
			return false, nil // it would fill it
		}
		if failing := n.deliveries.failing(time.Now()); failing != nil {
			return false, fmt.Errorf("the watchdog is held back, since messages do not arrive: %w", failing)
		}
	}
	ctx, cancel := patient(ctx)
	defer cancel()
	retry, err = n.send(ctx, n.withoutTold(ctx, alerts)...)
	err = discreet(err)
	if !n.watchdog {
		n.deliveries.record(n.to, err)
	}
	return retry, err
}

// answered is what a web server's refusal begins with, in Alertmanager's words. What
// follows is what the server says, which may repeat the address.
var answered = regexp.MustCompile(`unexpected status code \d+`)

// unparsed is what begins Alertmanager's error of what is no address of e-mail, which
// repeats it.
const unparsed = "parse 'to' addresses"

var errNoEmail = errors.New("what the file of the address gives is no address of e-mail")

// discreet is the error without what a mail or a web server says: it may have the
// address in it, and the error is on pages that everyone may read.
func discreet(err error) error {
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[*textproto.Error](err); ok {
		return fmt.Errorf("the mail server refuses it: code %d", refused.Code)
	}
	if status := answered.FindString(err.Error()); status != "" {
		return errors.New(status)
	}
	if strings.Contains(err.Error(), unparsed) {
		return errNoEmail
	}
	return err
}

// grace is how long a message under way has when planwatch stops.
const grace = 3 * time.Second

// patient returns a context that ends a while after ctx does, since nobody knows
// whether a message that is broken off has arrived.
func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return longer, func() { stop(); cancel() }
}

func (n notifier) send(ctx context.Context, alerts ...*alert.Alert) (bool, error) {
	if n.outbox != nil {
		parsed, err := n.templates.parse()
		if err != nil {
			return true, err
		}
		return true, n.outbox.keep(ctx, n.to, n.render, parsed, alerts, n.logger)
	}
	var address []string
	if n.addressFile != "" {
		data, err := diskfile.Read(n.addressFile, diskfile.Small)
		if err != nil {
			return true, err
		}
		if n.addressName != "" {
			if err := checkAddress(n.addressName, string(data), isLine); err != nil {
				return true, n.inAddressFile(err)
			}
		}
		address = append(address, string(data))
	}
	parsed, err := n.templates.parse(address...)
	if err != nil {
		return true, n.inAddressFile(errNoTemplate)
	}
	if n.file != "" {
		// Alertmanager would wait for a pipe for ever.
		if _, err := diskfile.Read(n.file, diskfile.Small); err != nil {
			return true, err
		}
	}
	sender, err := n.make(parsed, n.logger)
	if err != nil {
		return false, err
	}
	retry, err := n.deliveries.within(ctx, n.to, func(ctx context.Context) (bool, error) { return sender.Notify(ctx, alerts...) })
	if err != nil && strings.Contains(err.Error(), "not defined") {
		// A file without the template that it is for.
		return true, n.inAddressFile(err)
	}
	return retry, err
}

// inAddressFile returns the error with the file that it is in.
func (n notifier) inAddressFile(err error) error {
	if n.addressFile == "" {
		return err
	}
	return fmt.Errorf("%s: %w", n.addressFile, err)
}

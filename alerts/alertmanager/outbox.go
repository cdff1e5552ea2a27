package alertmanager

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"planwatch/internal/storage"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/alertmanager/template"
)

// kept is how many messages the outbox has, at most.
const kept = 200

// Message is a message as it would have been sent.
type Message struct {
	// At is when, by the system's clock.
	At time.Time `json:"at"`
	// Receiver is the name in Alertmanager's configuration, and Kind is email,
	// webhook or msteamsv2.
	Receiver string `json:"receiver"`
	Kind     string `json:"kind"`
	Subject  string `json:"subject,omitempty"`
	// Text is plain text, Markdown for Teams, or JSON for a webhook.
	Text string `json:"text"`
	// HTML is the mail's, if it has one.
	HTML string `json:"html,omitempty"`
}

// outbox keeps messages that are not sent, over a restart.
type outbox struct {
	path string

	mu       sync.Mutex
	messages []Message
}

// openOutbox reads the messages in the file, if there is one. A line that
// cannot be read is left out.
func openOutbox(path string) (*outbox, error) {
	o := &outbox{path: path}
	storage.RemoveTemporary(path)
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("alertmanager: outbox: %w", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for lines.Scan() {
		var m Message
		if json.Unmarshal(lines.Bytes(), &m) == nil {
			o.messages = append(o.messages, m)
		}
	}
	o.messages = o.messages[max(0, len(o.messages)-kept):]
	return o, nil
}

// rendering makes a message from what it is about.
type rendering func(t *template.Template, data *template.Data) (Message, error)

// keep keeps a message in place of sending it.
func (o *outbox) keep(ctx context.Context, to recipient, render rendering, t *template.Template, alerts []*alert.Alert, logger *slog.Logger) error {
	m, err := render(t, notify.GetTemplateData(ctx, t, alerts, logger))
	if err != nil {
		return err
	}
	m.At, m.Receiver, m.Kind = time.Now(), to.Receiver, to.Kind
	o.mu.Lock()
	defer o.mu.Unlock()
	messages := append(slices.Clone(o.messages), m)
	messages = messages[max(0, len(messages)-kept):]
	if err := o.write(messages); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	o.messages = messages
	return nil
}

// write writes the file anew.
func (o *outbox) write(messages []Message) error {
	var data bytes.Buffer
	lines := json.NewEncoder(&data)
	for _, m := range messages {
		if err := lines.Encode(m); err != nil {
			return err
		}
	}
	return storage.Replace(o.path, data.Bytes())
}

// Outbox returns the messages that were kept in place of being sent, the newest
// first.
func (a *Alertmanager) Outbox() []Message {
	a.outbox.mu.Lock()
	defer a.outbox.mu.Unlock()
	all := slices.Clone(a.outbox.messages)
	slices.Reverse(all)
	return all
}

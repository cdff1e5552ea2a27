package alerts

import (
	"bytes"
	_ "embed"
	"fmt"
	"text/template"
)

// messagesText becomes Alertmanager's templates. Its own delimiters are
// [[ and ]], since what it makes is full of the usual ones.
//
//go:embed messages.tmpl
var messagesText string

// messages are the templates of what is sent.
func (r *Region) messages() ([]byte, error) {
	parsed, err := template.New("messages").Delims("[[", "]]").Parse(messagesText)
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, struct {
		Region   string
		TimeZone string
		Owners   []Owner
		GroupBy  []string
	}{r.Name, r.Location.String(), r.OnCall.Owners, r.OnCall.GroupBy})
	if err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	return out.Bytes(), nil
}

package routing

import "planwatch/internal/yamlfile"

// configuration is the part of Alertmanager's configuration that planwatch
// uses.
type configuration struct {
	Global        global       `yaml:"global,omitempty"`
	Templates     []string     `yaml:"templates"`
	Route         route        `yaml:"route"`
	InhibitRules  []inhibition `yaml:"inhibit_rules"`
	Receivers     []receiver   `yaml:"receivers"`
	TimeIntervals []interval   `yaml:"time_intervals,omitempty"`
}

type global struct {
	Smarthost    string `yaml:"smtp_smarthost,omitempty"`
	From         string `yaml:"smtp_from,omitempty"`
	Username     string `yaml:"smtp_auth_username,omitempty"`
	PasswordFile string `yaml:"smtp_auth_password_file,omitempty"`
	RequireTLS   *bool  `yaml:"smtp_require_tls,omitempty"`
}

type route struct {
	Receiver       string            `yaml:"receiver,omitempty"`
	Matchers       []string          `yaml:"matchers,omitempty"`
	GroupBy        []string          `yaml:"group_by,omitempty,flow"`
	GroupWait      yamlfile.Duration `yaml:"group_wait,omitempty"`
	GroupInterval  yamlfile.Duration `yaml:"group_interval,omitempty"`
	RepeatInterval yamlfile.Duration `yaml:"repeat_interval,omitempty"`
	Active         []string          `yaml:"active_time_intervals,omitempty,flow"`
	Mute           []string          `yaml:"mute_time_intervals,omitempty,flow"`
	Continue       bool              `yaml:"continue,omitempty"`
	Routes         []route           `yaml:"routes,omitempty"`
}

type inhibition struct {
	Source []string `yaml:"source_matchers"`
	Target []string `yaml:"target_matchers"`
	Equal  []string `yaml:"equal,omitempty,flow"`
}

type receiver struct {
	Name     string    `yaml:"name"`
	Emails   []email   `yaml:"email_configs,omitempty"`
	Webhooks []webhook `yaml:"webhook_configs,omitempty"`
	Teams    []teams   `yaml:"msteamsv2_configs,omitempty"`
}

type email struct {
	SendResolved bool    `yaml:"send_resolved"`
	To           string  `yaml:"to"`
	Headers      headers `yaml:"headers"`
	HTML         string  `yaml:"html"`
	Text         string  `yaml:"text"`
}

type headers struct {
	Subject string `yaml:"Subject"`
}

type webhook struct {
	SendResolved bool       `yaml:"send_resolved"`
	URLFile      string     `yaml:"url_file"`
	HTTP         httpConfig `yaml:"http_config"`
	Payload      string     `yaml:"payload,omitempty"`
}

// httpConfig says that a redirect is followed by no message: it would arrive where
// nobody has said, or without its text, and pass for delivered.
type httpConfig struct {
	FollowRedirects bool `yaml:"follow_redirects"`
}

type teams struct {
	SendResolved bool       `yaml:"send_resolved"`
	URLFile      string     `yaml:"webhook_url_file"`
	HTTP         httpConfig `yaml:"http_config"`
	Title        string     `yaml:"title"`
	Text         string     `yaml:"text"`
}

type interval struct {
	Name  string  `yaml:"name"`
	Times []times `yaml:"time_intervals"`
}

type times struct {
	Times    []timeRange `yaml:"times,omitempty"`
	Weekdays []string    `yaml:"weekdays,omitempty,flow"`
	Days     []string    `yaml:"days_of_month,omitempty,flow"`
	Months   []string    `yaml:"months,omitempty,flow"`
	Years    []string    `yaml:"years,omitempty,flow"`
	Location string      `yaml:"location"`
}

type timeRange struct {
	Start string `yaml:"start_time"`
	End   string `yaml:"end_time"`
}

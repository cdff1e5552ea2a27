package alertmanager

import (
	"errors"
	"fmt"
	"slices"

	"github.com/prometheus/alertmanager/config"
)

// Configuration is what an Update may change of an Alertmanager.
type Configuration struct {
	// YAML is in the form of Alertmanager's configuration file. Its templates are
	// not read from there.
	YAML []byte
	// Templates are the texts of notification templates.
	Templates []string
	// Addresses are the files with the templates that give the addresses of
	// e-mail, by the template's name. A recipient's is read at every message to it,
	// so that one that changes, is missing or has a fault concerns nobody else.
	Addresses map[string]string
	// Outbox keeps messages for the page in place of sending them.
	Outbox bool
	// Watchdog is the receiver that is not told while messages to another do not
	// arrive, so that whoever waits for it learns that; empty for none.
	Watchdog string
}

// Validate returns why nothing could be sent by c, or nil. The files that it
// names are not looked at.
func (c Configuration) Validate() error {
	if _, err := c.parse(); err != nil {
		return err
	}
	if _, err := (templates{texts: c.Templates}).parse(); err != nil {
		return fmt.Errorf("alertmanager: templates: %w", err)
	}
	return nil
}

// parse returns Alertmanager's configuration.
func (c Configuration) parse() (*config.Config, error) {
	parsed, err := config.Load(string(c.YAML))
	if err != nil {
		return nil, fmt.Errorf("alertmanager: %w", err)
	}
	for _, r := range parsed.Receivers {
		if err := onlyKnown(r); err != nil {
			return nil, fmt.Errorf("alertmanager: receiver %s: %w", r.Name, err)
		}
	}
	return parsed, nil
}

// onlyKnown refuses integrations that planwatch does not generate, and whose
// code is left out.
func onlyKnown(r config.Receiver) error {
	others := slices.ContainsFunc([]int{
		len(r.DiscordConfigs), len(r.PagerdutyConfigs), len(r.SlackConfigs), len(r.OpsGenieConfigs), len(r.WechatConfigs), len(r.PushoverConfigs),
		len(r.VictorOpsConfigs), len(r.SNSConfigs), len(r.TelegramConfigs), len(r.WebexConfigs), len(r.MSTeamsConfigs), len(r.JiraConfigs),
		len(r.IncidentioConfigs), len(r.RocketchatConfigs), len(r.MattermostConfigs),
	}, func(n int) bool { return n > 0 })
	if others {
		return errors.New("only email_configs, webhook_configs and msteamsv2_configs are sent from within planwatch")
	}
	return nil
}

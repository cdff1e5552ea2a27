package evaluator

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	configutil "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// Configuration is what an Update may change of an Evaluator.
type Configuration struct {
	// Rules are the rule files to evaluate.
	Rules []RuleFile
	// Interval is the time between scrapes, and between evaluations of a group
	// that has no interval.
	Interval time.Duration
	// Alertmanagers are the URLs that alerts are sent to; without any, none are
	// sent.
	Alertmanagers []string
	// Client is planwatch as their client.
	Client Client
}

// Validate returns an error if a rule does not parse, an Alertmanager's URL is
// not valid, or the authorities to trust cannot be read.
func (c Configuration) Validate() error {
	_, _, err := c.parse(slog.New(slog.DiscardHandler))
	return err
}

// parse returns Prometheus' configuration, parsed from YAML so that it has
// Prometheus' defaults, and the Alertmanagers as target groups.
func (c Configuration) parse(logger *slog.Logger) (*config.Config, map[string][]*targetgroup.Group, error) {
	if err := Check(c.Rules); err != nil {
		return nil, nil, fmt.Errorf("alerting: %w", err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "global: {scrape_interval: %s, scrape_timeout: %s, evaluation_interval: %s}\n",
		model.Duration(c.Interval), model.Duration(min(c.Interval, 10*time.Second)), model.Duration(c.Interval))
	fmt.Fprintf(&text, "scrape_configs: [{job_name: %s, scrape_protocols: [PrometheusText0.0.4]}]\n", job)
	receivers := map[string][]*targetgroup.Group{}
	client := ""
	if len(c.Alertmanagers) > 0 {
		if err := c.Client.CheckAuthorities(); err != nil {
			return nil, nil, err
		}
		if c.Client.CAFile != "" {
			client = fmt.Sprintf(", tls_config: {ca_file: %q}", c.Client.CAFile)
		}
		text.WriteString("alerting:\n  alertmanagers:\n")
	}
	for i, address := range c.Alertmanagers {
		parsed, err := url.Parse(address)
		if err != nil || parsed.Host == "" || !slices.Contains([]string{"http", "https"}, parsed.Scheme) {
			return nil, nil, errors.New("alerting: alertmanagers: not a URL such as http://localhost:9093")
		}
		// What leads elsewhere is not followed: alerts would come to whom nobody has
		// named, or an Alertmanager would get none and seem to have been reached.
		fmt.Fprintf(&text, "    - {api_version: v2, timeout: %s, scheme: %s, path_prefix: %q, follow_redirects: false%s}\n",
			model.Duration(sendTimeout), parsed.Scheme, parsed.Path, client)
		receivers[fmt.Sprintf("config-%d", i)] = group(parsed.Host)
	}
	settings, err := config.Load(text.String(), logger)
	if err != nil {
		return nil, nil, fmt.Errorf("alerting: %w", err)
	}
	for _, receiver := range settings.AlertingConfig.AlertmanagerConfigs {
		if _, err := configutil.NewClientFromConfig(receiver.HTTPClientConfig, "alertmanager"); err != nil {
			return nil, nil, fmt.Errorf("alerting: alertmanager_client: %w", err)
		}
	}
	return settings, receivers, nil
}

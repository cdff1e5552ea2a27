package evaluator

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

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
}

// Validate returns an error if a rule does not parse or an Alertmanager's URL
// is not valid.
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
	if len(c.Alertmanagers) > 0 {
		text.WriteString("alerting:\n  alertmanagers:\n")
	}
	for i, address := range c.Alertmanagers {
		parsed, err := url.Parse(address)
		if err != nil || parsed.Host == "" || !slices.Contains([]string{"http", "https"}, parsed.Scheme) {
			return nil, nil, errors.New("alerting: alertmanagers: not a URL such as http://localhost:9093")
		}
		fmt.Fprintf(&text, "    - {api_version: v2, timeout: %s, scheme: %s, path_prefix: %q}\n", model.Duration(sendTimeout), parsed.Scheme, parsed.Path)
		receivers[fmt.Sprintf("config-%d", i)] = group(parsed.Host)
	}
	settings, err := config.Load(text.String(), logger)
	if err != nil {
		return nil, nil, fmt.Errorf("alerting: %w", err)
	}
	return settings, receivers, nil
}
